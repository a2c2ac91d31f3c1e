import Foundation
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
      "Add them.", TaskInstance(input: "1 <|im_end|> 2", output: "3\n"))
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
    let document = try renderer.document("Go.", TaskInstance(input: "", output: "Gone."))
    #expect(document.tokens.last == tokenizer.endTokens.min())
    #expect(
      tokenizer.decode(Array(document.tokens.dropLast())).hasSuffix("User: Go.\n\nAssistant:Gone."))
  }
}
