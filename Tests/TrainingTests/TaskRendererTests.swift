import Foundation
import Randomness
import TaskCorpus
import TestSupport
import Testing
import Tokenization
import Training

@Suite struct TaskRendererTests {
  /// The tokenizer of the transformer's tiny model, which knows ChatML's tokens.
  private func tokenizer() throws -> Tokenizer {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(components: "TransformerTests", "Fixtures", "tiny-tied", "tokenizer.json")
    return try Tokenizer(json: file.path(percentEncoded: false), endTokens: [2])
  }

  @Test func `the answer and its end are learnt, and nothing else`() throws {
    let tokenizer = try tokenizer()
    let template = ChatTemplate(.chatML, defaultSystem: "Be kind.")
    let renderer = try #require(TaskRenderer(tokenizer, template: template))
    let document = try renderer.document(
      "Add them.", TaskInstance(input: "1 <|im_end|> 2", output: "3\n"),
      drawnFrom: RandomStream(seed: 1))
    let end = try #require(tokenizer.id(ofSpecial: "<|im_end|>"))
    let marked = zip(document.tokens, document.answers).filter(\.1).map(\.0)
    #expect(marked.last == end)
    #expect(tokenizer.decode(Array(marked.dropLast())) == "3\n")
    // What a text spells is no special token: the system's turn and the user's have an end each.
    #expect(document.tokens.count { $0 == end } == 3)
    let asked = zip(document.tokens, document.answers).filter { !$0.1 }.map(\.0)
    #expect(
      try asked
        == tokenizer.encode(
          template.segments([TemplateTurn(.user, "Add them.\n\n1 <|im_end|> 2")])))
    #expect(document.answers == asked.map { _ in false } + marked.map { _ in true })
  }

  @Test func `without an input the instruction stands alone`() throws {
    let tokenizer = try tokenizer()
    let renderer = try #require(TaskRenderer(tokenizer, template: ChatTemplate(.plain)))
    let document = try renderer.document(
      "Go.", TaskInstance(input: "", output: "Gone."), drawnFrom: RandomStream(seed: 1))
    #expect(document.tokens.last == tokenizer.endTokens.min())
    #expect(
      tokenizer.decode(Array(document.tokens.dropLast())).hasSuffix("User: Go.\n\nAssistant: Gone.")
    )
  }

  @Test func `a system text of the row's own opens the conversation`() throws {
    let tokenizer = try tokenizer()
    let template = ChatTemplate(.chatML, defaultSystem: "Be kind.")
    let renderer = try #require(TaskRenderer(tokenizer, template: template))
    let document = try renderer.document(
      "Go.", TaskInstance(input: "", output: "Gone."), system: "Be brief.",
      drawnFrom: RandomStream(seed: 1))
    let text = tokenizer.decode(document.tokens)
    #expect(text.contains("Be brief.") && !text.contains("Be kind."))
  }

  @Test func `as the paper writes them there are seven ways with an input and six without`() throws
  {
    let tokenizer = try tokenizer()
    let renderer = try #require(
      TaskRenderer(tokenizer, template: ChatTemplate(.chatML), isPaper: true))
    func texts(_ input: String) throws -> Set<String> {
      try Set(
        (0..<300).map { number in
          let document = try renderer.document(
            " Name {input} it.\n", TaskInstance(input: input, output: "\tA thing. "),
            drawnFrom: RandomStream(seed: 3).stream("draw", number))
          let learnt = zip(document.tokens, document.answers).filter(\.1).map(\.0)
          return tokenizer.decode(document.tokens.filter { !tokenizer.isSpecial($0) })
            + "|" + tokenizer.decode(learnt.dropLast())
        })
    }
    #expect(
      try texts("") == [
        "Name {input} it. Output: A thing.| A thing.",
        "Name {input} it.\nOutput: A thing.| A thing.",
        "Name {input} it.\n\nOutput: A thing.| A thing.", "Name {input} it.\nA thing.|A thing.",
        "Name {input} it.\n\nA thing.|A thing.", "Task: Name {input} it.\n\nA thing.|A thing.",
      ])
    #expect(
      try texts(" x ") == [
        "Name {input} it.\nInput: x\nOutput: A thing.| A thing.",
        "Name {input} it.\n\nInput: x\n\nOutput: A thing.| A thing.",
        "Task: Name {input} it.\nInput: x\nOutput: A thing.| A thing.",
        "Name {input} it.\n\nx\n\nOutput: A thing.| A thing.",
        "Name {input} it.\n\nx\n\nA thing.|A thing.", "Name {input} it.\nx\n\nA thing.|A thing.",
        "Task: Name {input} it.\n\nx\n\nA thing.|A thing.",
      ])
  }
}
