import Foundation
import Storage
import TestSupport
import Testing

@testable import Tokenization

/// The files `Fixtures/tiny-*` were written by Hugging Face's tokenizers (`Scripts/fixtures/make_tokenizer.py`):
/// a vocabulary of 420 tokens for each pre-tokenizer, and what it gives for hard strings.
@Suite struct TokenizerJSONTests {
  private struct Row: Decodable {
    let text: String
    let ids: [Int32]
  }

  @Test(arguments: ["gpt-2", "smollm", "llama-bpe", "qwen2"])
  func `ids equal those of the reference, and decode to the text`(name: String) throws {
    let tokenizer = try Tokenizer(json: Fixture("tiny-\(name).json").path, endTokens: [1])
    let rows: [Row] = try Fixture("tiny-\(name).jsonl").jsonLines()
    #expect(rows.count == 120 && tokenizer.vocabularySize == 420)
    for row in rows {
      #expect(tokenizer.encode(row.text) == row.ids, "\(row.text.debugDescription)")
      #expect(Array(tokenizer.decode(row.ids).utf8) == Array(row.text.utf8))
    }
    #expect(tokenizer.specialTokens == ["<|begin|>", "<|end|>"] && tokenizer.endTokens == [1])
  }

  // MARK: Variants

  private static let alphabet = ByteAlphabet.scalars.map { String($0) } + ["ab"]

  private static let plain: [String: JSONValue] = [
    "model": [
      "type": "BPE",
      "vocab": .object(
        Dictionary(
          uniqueKeysWithValues: alphabet.enumerated().map { ($0.element, .int($0.offset)) })),
      "merges": ["a b"],
    ],
    "added_tokens": [["id": 257, "content": "<s>", "special": true]],
    "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false],
  ]

  private typealias Change = @Sendable (inout [String: JSONValue]) -> Void

  private static func model(_ key: String, _ value: JSONValue?) -> Change {
    { fields in
      var model = fields["model"]?.object ?? [:]
      model[key] = value
      fields["model"] = .object(model)
    }
  }

  private func tokenizer(
    _ change: Change = { _ in }, in folder: TemporaryDirectory, endTokens: [Int] = []
  ) throws -> Tokenizer {
    var fields = Self.plain
    change(&fields)
    let path = try folder.write(JSONValue.object(fields).encodedLine(), to: "tokenizer.json")
    return try Tokenizer(json: path, endTokens: endTokens)
  }

  @Test func `merges may be pairs or strings`() throws {
    let folder = try TemporaryDirectory()
    #expect(try tokenizer(in: folder).encode("ab") == [256])
    #expect(try tokenizer(Self.model("merges", [["a", "b"]]), in: folder).encode("ab") == [256])
    #expect(try tokenizer(Self.model("merges", []), in: folder).encode("ab").count == 2)
  }

  @Test func `a template may put tokens before the text`() throws {
    let folder = try TemporaryDirectory()
    let tokenizer = try tokenizer(
      {
        $0["post_processor"] = [
          "type": "Sequence",
          "processors": [
            ["type": "ByteLevel"],
            [
              "type": "TemplateProcessing",
              "single": [["SpecialToken": ["id": "<s>"]], ["Sequence": ["id": "A"]]],
            ],
          ],
        ]
      }, in: folder)
    #expect(tokenizer.prefix == [257])
  }

  @Test func `a byte without a token becomes the unknown token`() throws {
    let folder = try TemporaryDirectory()
    let change: Change = { fields in
      Self.model("unk_token", "<s>")(&fields)
      var vocabulary = fields["model"]?["vocab"]?.object ?? [:]
      vocabulary["z"] = nil
      vocabulary["zz"] = .int(Int(UInt8(ascii: "z") - 0x21))
      vocabulary["zz"] = Self.plain["model"]?["vocab"]?["z"]
      Self.model("vocab", .object(vocabulary))(&fields)
    }
    let tokenizer = try tokenizer(change, in: folder)
    #expect(tokenizer.missingBytes == [UInt8(ascii: "z")])
    #expect(tokenizer.encode("z").last == 257)
  }

  private static let malformed: [Malformed<Change>] = [
    .init(
      "no model", { $0["model"] = nil }, "tokenizer.json: 'model' is missing; expected an object"),
    .init(
      "another model", model("type", "Unigram"),
      "tokenizer.json: 'model.type' is 'Unigram'; expected 'BPE'"),
    .init(
      "bytes as tokens of their own", model("byte_fallback", true),
      "tokenizer.json: 'model.byte_fallback' is true; expected false: a byte-level vocabulary"),
    .init(
      "a flag in words", model("ignore_merges", "yes"),
      "tokenizer.json: 'model.ignore_merges' is a string; expected true or false"),
    .init(
      "a prefix for parts of words", model("continuing_subword_prefix", "##"),
      "tokenizer.json: 'model.continuing_subword_prefix' is set; expected null"),
    .init(
      "no vocabulary", model("vocab", nil),
      "tokenizer.json: 'model.vocab' is missing; expected an object of tokens"),
    .init(
      "a vocabulary that is a list", model("vocab", []),
      "tokenizer.json: 'model.vocab' is an array; expected an object of tokens"),
    .init(
      "an id in words", model("vocab", ["a": "0"]),
      "tokenizer.json: the id of token 'a' is not valid; expected an integer of 0 or more"),
    .init(
      "an id below 0", model("vocab", ["a": -1]),
      "tokenizer.json: the id of token 'a' is not valid; expected an integer of 0 or more"),
    .init(
      "an id beyond 31 bits", model("vocab", ["a": 4_294_967_296]),
      "tokenizer.json: the id of token 'a' is not valid; expected an integer of 0 or more"),
    .init(
      "an id twice", model("vocab", ["a": 0, "b": 0]),
      "tokenizer.json: tokens 'a' and 'b' have the id 0; expected one token an id"),
    .init(
      "ids with a gap", model("vocab", ["a": 0, "b": 7]),
      "tokenizer.json: no token has the id 1; expected ids from 0 to 2"),
    .init(
      "no merges", model("merges", nil),
      "tokenizer.json: 'model.merges' is missing; expected an array"),
    .init(
      "a merge of three", model("merges", [["a", "b", "c"]]),
      "tokenizer.json: merge 0 is an array; expected a string or an array of two strings"),
    .init(
      "a merge into no token", model("merges", ["b a"]),
      "tokenizer.json: merge 0, 'b a', needs 'ba', which is no token; expected tokens of the "
        + "vocabulary"),
    .init(
      "an unknown token that is none", model("unk_token", "<unk>"),
      "tokenizer.json: 'model.unk_token' is '<unk>'; expected a token or null"),
    .init(
      "a normalizer", { $0["normalizer"] = ["type": "NFC"] },
      "tokenizer.json: 'normalizer' is 'NFC'; expected null"),
    .init(
      "added tokens without ids", { $0["added_tokens"] = [["content": "<s>"]] },
      "tokenizer.json: added token 0 lacks 'content' or 'id'; expected both"),
    .init(
      "no pre-tokenizer", { $0["pre_tokenizer"] = nil },
      "tokenizer.json: 'pre_tokenizer' is missing; expected a byte-level one"),
    .init(
      "a pre-tokenizer without bytes", { $0["pre_tokenizer"] = ["type": "Whitespace"] },
      "tokenizer.json: 'pre_tokenizer' ends in 'Whitespace'; expected 'ByteLevel'"),
    .init(
      "a space before every text",
      { $0["pre_tokenizer"] = ["type": "ByteLevel", "add_prefix_space": true] },
      "tokenizer.json: 'add_prefix_space' of the pre-tokenizer is true; expected false"),
    .init(
      "a step that is not done here",
      {
        $0["pre_tokenizer"] = [
          "type": "Sequence", "pretokenizers": [["type": "Punctuation"], ["type": "ByteLevel"]],
        ]
      },
      "tokenizer.json: a step of 'pre_tokenizer' is 'Punctuation'; expected 'ByteLevel', 'Digits', "
        + "'Split'"),
    .init(
      "an expression that is not known",
      {
        $0["pre_tokenizer"] = [
          "type": "Sequence",
          "pretokenizers": [["type": "Split", "pattern": ["Regex": "x+"]], ["type": "ByteLevel"]],
        ]
      },
      "tokenizer.json: the pre-tokenizer splits by 'x+'; expected the expression of GPT-2, Llama 3 "
        + "or Qwen 2"),
    .init(
      "a post-processor that is not done here",
      { $0["post_processor"] = ["type": "BertProcessing"] },
      "tokenizer.json: 'post_processor' is 'BertProcessing'; expected 'ByteLevel', "
        + "'TemplateProcessing' or null"),
    .init(
      "a token after the text",
      {
        $0["post_processor"] = [
          "type": "TemplateProcessing",
          "single": [["Sequence": ["id": "A"]], ["SpecialToken": ["id": "<s>"]]],
        ]
      },
      "tokenizer.json: 'post_processor' puts '<s>' after the text; expected tokens before it only"),
  ]

  @Test(arguments: malformed)
  private func `a malformed file is refused with one sentence`(
    _ broken: Malformed<Change>
  ) throws {
    let folder = try TemporaryDirectory()
    broken.expectRefusal(hiding: folder) { try tokenizer(broken.input, in: folder) }
  }

  @Test func `an end token outside the vocabulary is refused`() throws {
    let folder = try TemporaryDirectory()
    expectRefusalSaying(
      "tokenizer.json: token id 258 is outside the vocabulary; expected 0 to 257", hiding: folder
    ) { try tokenizer(in: folder, endTokens: [258]) }
  }

  @Test func `what is no JSON, or no object, is refused with one sentence`() throws {
    let folder = try TemporaryDirectory()
    for text in ["", "[", "[]", "{\"model\": ", "7"] {
      let path = try folder.write(text, to: "tokenizer.json")
      let error = #expect(throws: (any Error).self) { try Tokenizer(json: path) }
      #expect(error.flatMap { wordingComplaint("\($0)") } == nil)
    }
  }
}
