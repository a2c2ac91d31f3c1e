import LocalModels
import TensorFiles
import TestSupport
import Testing
import Tokenization

/// `Fixtures/tokens.jsonl` holds what Hugging Face's tokenizers gives for this vocabulary
/// (`Scripts/fixtures/make_tokenizer.py`).
@Suite(.needsEmbeddedModel) struct EmbeddedTokenizerTests {
  private struct Row: Decodable {
    let text: String
    let ids: [Int32]
  }

  private func tokenizer() throws -> Tokenizer {
    try Tokenizer(GGUFTokenizer(GGUFFile(path: ModelCache.embeddedModel())))
  }

  @Test func `ids equal those of the reference on strings that are hard to tokenize`() throws {
    let tokenizer = try tokenizer()
    let rows: [Row] = try Fixture("tokens.jsonl").jsonLines()
    #expect(rows.count == 300)
    for row in rows {
      let ids = tokenizer.encode(row.text)
      #expect(ids == row.ids, "\(row.text.debugDescription)")
    }
  }

  @Test func `decoding gives the text back, byte for byte`() throws {
    let tokenizer = try tokenizer()
    let rows: [Row] = try Fixture("tokens.jsonl").jsonLines()
    let missing = Set(tokenizer.missingBytes)
    // This vocabulary was trained without these bytes; no tokenizer of it can keep them.
    #expect(tokenizer.missingBytes.filter { $0 < 0x80 } == [0x04, 0x06, 0x13, 0x14, 0x16, 0x1d])
    for row in rows {
      let kept = row.text.utf8.filter { !missing.contains($0) }
      #expect(Array(tokenizer.decode(tokenizer.encode(row.text)).utf8) == kept)
    }
  }

  @Test func `the model's special tokens are known`() throws {
    let tokenizer = try tokenizer()
    #expect(tokenizer.vocabularySize == 49152)
    #expect(tokenizer.id(ofSpecial: "<|im_start|>") == 1)
    #expect(tokenizer.id(ofSpecial: "<|im_end|>") == 2)
    #expect(tokenizer.endTokens == [0, 2])
    #expect(tokenizer.prefix.isEmpty)
    #expect(tokenizer.specialTokens.count == 17)
  }
}
