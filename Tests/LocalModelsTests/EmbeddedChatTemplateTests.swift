import LocalModels
import TensorFiles
import TestSupport
import Testing
import Tokenization

/// `Fixtures/conversations.jsonl` holds the ids of what the model's own Jinja template renders
/// (`Scripts/fixtures/make_templates.py`).
@Suite(.needsEmbeddedModel) struct EmbeddedChatTemplateTests {
  private struct Row: Decodable {
    let turns: [[String]]
    let open: [String]
    let ids: [Int32]
  }

  @Test func `the model's own template is recognised and rendered to the same ids`() throws {
    let file = try GGUFFile(path: ModelCache.embeddedModel())
    let tokenizer = try Tokenizer(GGUFTokenizer(file))
    let found = ChatTemplate.recognize(
      jinja: try file.string("tokenizer.chat_template"), specialTokens: tokenizer.specialTokens)
    #expect(found.template.form == .chatML)
    #expect(found.reason == nil)
    #expect(!found.template.trimsContent)
    let rows: [Row] = try Fixture("conversations.jsonl").jsonLines()
    #expect(rows.count == 10)
    for row in rows {
      let ids = try tokenizer.encode(
        found.template.segments(row.turns.map(turn), open: turn(row.open)))
      #expect(ids == row.ids, "\(row.turns), open \(row.open)")
    }
  }

  private func turn(_ pair: [String]) throws -> TemplateTurn {
    TemplateTurn(try #require(TemplateTurn.Role(rawValue: pair[0])), pair[1])
  }
}
