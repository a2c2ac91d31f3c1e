import Storage
import TestSupport
import Testing

@testable import Tokenization

/// Tokenizers, damaged: nothing crashes, not when one is read and not when it is used.
@Suite struct TokenizerFuzzTests {
  private static let words = ["h", "e", "l", "o", "Ġ", "w", "he", "ll", "hell", "Ġw", "ell"]

  private static func text(_ preTokenizer: String) -> String {
    let alphabet = ByteAlphabet.scalars.map { String($0) }
    let tokens = alphabet + words.filter { !alphabet.contains($0) }
    let vocabulary = tokens.enumerated().map { place, token in
      "\(JSONValue.string(token).encodedLine()): \(place)"
    }
    return """
      {"version": "1.0", "normalizer": null, "decoder": {"type": "ByteLevel"}, \
      "added_tokens": [{"id": \(tokens.count), "content": "<s>", "special": true, \
      "lstrip": false, "rstrip": false, "normalized": false, "single_word": false}], \
      "pre_tokenizer": \(preTokenizer), \
      "model": {"type": "BPE", "merges": ["h e", ["l", "l"], "he ll", "Ġ w"], \
      "vocab": {\(vocabulary.joined(separator: ", "))}}}
      """
  }

  @Test func `tokenizer_json`() throws {
    let originals = [
      Self.text(#"{"type": "ByteLevel", "add_prefix_space": false, "use_regex": true}"#),
      Self.text(
        #"""
        {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true}, \#
        {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true}]}
        """#),
    ]
    let share = try Fuzzing.shareOfJSON("tokenizer.json", from: originals) { path in
      let tokenizer = try Tokenizer(json: path, endTokens: [1])
      let ids = tokenizer.encode("hello world 12<s>")
      _ = tokenizer.decode(ids)
    }
    #expect(share >= 0.4)
  }
}
