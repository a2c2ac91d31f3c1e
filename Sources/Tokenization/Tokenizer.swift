/// A byte-level byte-pair tokenizer: text to token ids and back.
///
/// Text is cut into pieces (`PreTokenizer`), each piece into bytes, and neighbouring tokens of a
/// piece are merged in the order the vocabulary ranks its merges. The ids are those of the reference
/// implementations; a byte that the vocabulary has no token for is dropped, as there, and every
/// other text survives `decode(encode(text))` unchanged.
package struct Tokenizer: Sendable {
  private let vocabulary: Vocabulary
  private let merges: MergeTable
  private let preTokenizer: PreTokenizer
  /// Pieces that are a token as they stand become it without looking at merges.
  private let wholePieces: [ArraySlice<UInt8>: Int32]

  /// What a byte without a token becomes; nil to drop it.
  private let unknownToken: Int32?

  /// Tokens that end a completion.
  package let endTokens: Set<Int32>
  /// Tokens that stand before every text, where the model was trained with such.
  package let prefix: [Int32]

  /// Builds a tokenizer from its checked parts.
  init(
    vocabulary: Vocabulary, merges: MergeTable, preTokenizer: PreTokenizer,
    takesWholePieces: Bool, endTokens: Set<Int32>, prefix: [Int32], unknownToken: Int32? = nil
  ) {
    self.vocabulary = vocabulary
    self.merges = merges
    self.preTokenizer = preTokenizer
    self.endTokens = endTokens
    self.prefix = prefix
    self.unknownToken = unknownToken
    var wholePieces: [ArraySlice<UInt8>: Int32] = [:]
    if takesWholePieces {
      for token in 0..<Int32(vocabulary.count) where !vocabulary.isSpecial(token) {
        wholePieces[vocabulary.bytes(of: token)] = token
      }
    }
    self.wholePieces = wholePieces
  }

  /// How many tokens there are; ids run from 0 to one less.
  package var vocabularySize: Int { vocabulary.count }

  /// The id of a special token; nil when the vocabulary has none of that name.
  package func id(ofSpecial name: String) -> Int32? { vocabulary.specials[name] }

  /// The names of the special tokens, in order of their ids.
  package var specialTokens: [String] {
    vocabulary.specials.sorted { $0.value < $1.value }.map(\.key)
  }

  /// Whether a token is special: no part of text.
  package func isSpecial(_ token: Int32) -> Bool { vocabulary.isSpecial(token) }

  // MARK: Encoding

  /// The tokens of plain text. Special tokens are not recognised in it.
  /// - Complexity: O(n log n) in the length of the longest piece, linear in the text otherwise.
  package func encode(_ text: String) -> [Int32] {
    var tokens: [Int32] = []
    append(text, to: &tokens)
    return tokens
  }

  /// The tokens of a rendered template; neighbouring texts are encoded as one.
  /// - Throws: `TokenizationError.unknownSpecial` for a special token the vocabulary has not.
  package func encode(_ segments: [TextSegment]) throws(TokenizationError) -> [Int32] {
    var tokens: [Int32] = []
    var pending = ""
    for segment in segments {
      switch segment {
      case .text(let text): pending += text
      case .special(let name):
        append(pending, to: &tokens)
        pending = ""
        guard let id = id(ofSpecial: name) else { throw .unknownSpecial(name: name) }
        tokens.append(id)
      }
    }
    append(pending, to: &tokens)
    return tokens
  }

  private func append(_ text: String, to tokens: inout [Int32]) {
    let scanner = CharacterScanner(Array(text.utf8))
    var merger = BytePairMerger(merges)
    var piece: [Int32] = []
    for range in preTokenizer.pieces(of: scanner) {
      if !wholePieces.isEmpty, let token = wholePieces[scanner.bytes[range]] {
        tokens.append(token)
        continue
      }
      piece.removeAll(keepingCapacity: true)
      for index in range {
        let token = vocabulary.byteTokens[Int(scanner.bytes[index])]
        if token >= 0 {
          piece.append(token)
        } else if let unknownToken {
          piece.append(unknownToken)
        }
      }
      merger.merge(&piece)
      tokens += piece
    }
  }

  // MARK: Decoding

  /// The text of tokens, special ones by their names. Bytes that are not valid UTF-8 become U+FFFD,
  /// and a number that is no token nothing.
  package func decode(_ tokens: [Int32]) -> String {
    var bytes: [UInt8] = []
    for token in tokens { bytes += vocabulary.bytes(of: token) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The bytes of a token, which may end in the middle of a character; the name's bytes for special
  /// tokens, none for a number that is no token.
  package func bytes(of token: Int32) -> [UInt8] {
    Array(vocabulary.bytes(of: token))
  }

  /// The bytes that no token stands for; text that holds one loses it.
  package var missingBytes: [UInt8] {
    (UInt8.min...UInt8.max).filter { vocabulary.byteTokens[Int($0)] < 0 }
  }
}
