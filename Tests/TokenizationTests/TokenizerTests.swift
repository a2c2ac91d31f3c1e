import TestSupport
import Testing

@testable import Tokenization

@Suite struct TokenizerTests {
  /// All 256 bytes, then `ab`, `abc`, `bc` and `he`, merged in that order; two special tokens last.
  private static func source() -> GGUFTokenizer {
    let bytes = ByteAlphabet.scalars.map { String($0) }
    return GGUFTokenizer(
      file: "tiny.gguf", model: "gpt2", preTokenizer: "smollm",
      tokens: bytes + ["ab", "abc", "bc", "he", "<|begin|>", "<|end|>"],
      merges: ["a b", "ab c", "b c", "h e"],
      types: Array(repeating: 1, count: 260) + [3, 3], endTokens: [261])
  }

  private func tokenizer() throws -> Tokenizer { try Tokenizer(Self.source()) }

  @Test func `merges go by rank, then from the left`() throws {
    let tokenizer = try tokenizer()
    #expect(tokenizer.encode("abc") == [257])
    #expect(tokenizer.encode("bc") == [258])
    #expect(tokenizer.encode("bbcab") == [98, 258, 256])
    #expect(tokenizer.encode("") == [])
  }

  @Test func `special tokens are text in text and tokens in segments`() throws {
    let tokenizer = try tokenizer()
    #expect(!tokenizer.encode("<|end|>").contains(261))
    #expect(tokenizer.decode(tokenizer.encode("<|end|>")) == "<|end|>")
    let segments: [TextSegment] = [.special("<|begin|>"), .text("<|end|>"), .special("<|end|>")]
    let ids = try tokenizer.encode(segments)
    #expect(ids.first == 260 && ids.last == 261)
    #expect(Array(ids[1..<ids.count - 1]) == tokenizer.encode("<|end|>"))
    #expect(throws: TokenizationError.unknownSpecial(name: "<|no|>")) {
      try tokenizer.encode([.special("<|no|>")])
    }
  }

  @Test func `neighbouring texts are encoded as one`() throws {
    let tokenizer = try tokenizer()
    #expect(try tokenizer.encode([.text("a"), .text(""), .text("bc")]) == [257])
    #expect(
      try tokenizer.encode([.text("a"), .special("<|end|>"), .text("bc")]) == [97, 261, 258])
  }

  @Test func `every character survives the round trip`() throws {
    let tokenizer = try tokenizer()
    for value in UInt32(0)..<0x11_0000 where value % 7 == 0 || value < 0x3000 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let text = "x\(Character(scalar))1"
      let back = tokenizer.decode(tokenizer.encode(text))
      if Array(back.utf8) != Array(text.utf8) { Issue.record("U+\(String(value, radix: 16))") }
    }
  }

  @Test func `a character that spans tokens is whole again only when decoded together`() throws {
    let tokenizer = try tokenizer()
    let ids = tokenizer.encode("é")
    #expect(ids.map { tokenizer.bytes(of: $0) } == [[0xc3], [0xa9]])
    #expect(tokenizer.decode(ids) == "é")
    #expect(tokenizer.decode([ids[0]]) == "\u{fffd}")
  }

  @Test func `a number that is no token stands for nothing`() throws {
    let tokenizer = try tokenizer()
    #expect(tokenizer.decode([97, -1, 262, 9_999_999, 98]) == "ab")
    #expect(tokenizer.bytes(of: .min).isEmpty)
  }

  private typealias Change = @Sendable (inout GGUFTokenizer) -> Void

  private static let broken: [Malformed<Change>] = [
    Malformed(
      "another family", { $0.model = "llama" },
      "tiny.gguf: 'tokenizer.ggml.model' is 'llama'; expected 'gpt2'"),
    Malformed(
      "an unknown pre-tokenizer", { $0.preTokenizer = "tekken" },
      "tiny.gguf: 'tokenizer.ggml.pre' is 'tekken'; expected 'default', 'gpt-2', 'llama-bpe', "
        + "'llama-v3', 'llama3', 'qwen2', 'smollm'"),
    Malformed(
      "no pre-tokenizer", { $0.preTokenizer = nil },
      "tiny.gguf: 'tokenizer.ggml.pre' is missing; expected 'default', 'gpt-2', 'llama-bpe', "
        + "'llama-v3', 'llama3', 'qwen2', 'smollm'"),
    Malformed(
      "too few types", { $0.types = [1] },
      "tiny.gguf: there are 1 token types; expected 262, one a token"),
    Malformed(
      "a token twice", { $0.tokens[259] = "ab" },
      "tiny.gguf: token 'ab' has the ids 256 and 259; expected one id"),
    Malformed(
      "a merge of one", { $0.merges[1] = "abc" },
      "tiny.gguf: merge 1 is 'abc'; expected two tokens with a space between"),
    Malformed(
      "a merge of three", { $0.merges[1] = "a b c" },
      "tiny.gguf: merge 1 is 'a b c'; expected two tokens with a space between"),
    Malformed(
      "a merge of no token", { $0.merges[3] = "h ee" },
      "tiny.gguf: merge 3, 'h ee', needs 'ee', which is no token; expected tokens of the "
        + "vocabulary"),
    Malformed(
      "a merge into no token", { $0.merges[3] = "h a" },
      "tiny.gguf: merge 3, 'h a', needs 'ha', which is no token; expected tokens of the "
        + "vocabulary"),
    Malformed(
      "an end token outside", { $0.endTokens = [262] },
      "tiny.gguf: token id 262 is outside the vocabulary; expected 0 to 261"),
    Malformed(
      "a begin token outside", { $0.beginToken = -1 },
      "tiny.gguf: token id -1 is outside the vocabulary; expected 0 to 261"),
  ]

  @Test(arguments: broken)
  private func `broken metadata is refused with one sentence`(_ broken: Malformed<Change>) {
    var source = Self.source()
    broken.input(&source)
    broken.expectRefusal { try Tokenizer(source) }
  }
}
