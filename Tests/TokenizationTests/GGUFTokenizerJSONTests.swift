import Storage
import TestSupport
import Testing

@testable import Tokenization

@Suite struct GGUFTokenizerJSONTests {
  /// All bytes, two merges, a mark of a template and a word that is no mark.
  private func tokenizer(_ name: String, beginToken: Int? = nil) -> GGUFTokenizer {
    let letters = (UInt8.min...UInt8.max).map { String(Character(ByteAlphabet.scalars[Int($0)])) }
    let tokens = letters + ["ab", "abc", "<|mark|>", "<word>"]
    return GGUFTokenizer(
      file: "x.gguf", model: "gpt2", preTokenizer: name, tokens: tokens,
      merges: ["a b", "ab c"], types: letters.map { _ in 1 } + [1, 1, 3, 4],
      beginToken: beginToken)
  }

  @Test(arguments: ["gpt-2", "smollm", "llama-bpe", "qwen2"])
  func `both forms of a tokenizer are the same, there and back`(name: String) throws {
    let source = tokenizer(name, beginToken: name == "llama-bpe" ? 258 : nil)
    let folder = try TemporaryDirectory()
    let path = try folder.write(source.json().encodedLine(), to: "tokenizer.json")
    let (first, second) = (try Tokenizer(source), try Tokenizer(json: path))
    for text in ["abc ab  cab", "in 2024, 12345 ways!\n\n", "it's naïve 🙂", "<|mark|>", ""] {
      #expect(first.encode(text) == second.encode(text))
    }
    #expect(first.prefix == second.prefix)
    #expect(first.specialTokens == second.specialTokens)
    let again = try GGUFTokenizer(json: path)
    #expect(again.tokens == source.tokens && again.merges == source.merges)
    #expect(again.types == source.types && again.beginToken == source.beginToken)
    #expect(again.preTokenizer == name)
  }

  @Test func `a pre-tokenizer without such a form is refused`() throws {
    expectRefusalSaying(
      "x.gguf: 'tokenizer.ggml.pre' is 'default'; expected one that a tokenizer.json can hold"
    ) {
      try tokenizer("default").json()
    }
  }

  @Test(arguments: ChatTemplate.Form.allCases)
  func `a Modelfile names the file, the marks and where to stop`(form: ChatTemplate.Form) {
    let template = ChatTemplate(form, defaultSystem: "Be kind.")
    let text = OllamaModelfile.text(for: "m.gguf", template)
    #expect(text.hasPrefix("FROM ./m.gguf\nTEMPLATE \"\"\"{{- range .Messages }}"))
    #expect(text.contains("SYSTEM \"\"\"Be kind.\"\"\"\n"))
    for stop in template.stopTokens + template.stopStrings {
      #expect(text.contains("PARAMETER stop \"\"\"\(stop)\"\"\"\n"))
    }
    // What begins the answer is what our own rendering ends with.
    let rendered = template.segments([TemplateTurn(.user, "Go.")]).map { segment in
      switch segment {
      case .text(let text): text
      case .special(let name): name
      }
    }.joined()
    let ending = text.components(separatedBy: "{{ end }}").last?.prefix { $0 != "\"" } ?? ""
    #expect(!ending.isEmpty && rendered.hasSuffix(ending), "\(ending)")
  }
}
