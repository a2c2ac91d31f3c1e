/// Texts as numbers of tokens, one behind the other.
struct TokenSequences: Sendable {
  /// The tokens of all texts.
  private(set) var tokens: [Int32] = []
  /// One a text.
  private(set) var signatures: [TokenSignature] = []
  /// Where each text begins in `tokens`, and the end of the last.
  private var starts: [Int] = [0]

  var count: Int { signatures.count }

  mutating func append(_ text: [Int32]) {
    tokens += text
    starts.append(tokens.count)
    signatures.append(TokenSignature(of: text))
  }

  /// Where a text stands in `tokens`.
  func range(of index: Int) -> Range<Int> {
    starts[index]..<starts[index + 1]
  }

  /// How many tokens a text has.
  func count(of index: Int) -> Int {
    starts[index + 1] - starts[index]
  }
}

/// Which tokens a text has, as 64 bits of which each stands for many tokens.
///
/// A bit that only one of two texts has is at least one token that the other lacks. So the bits
/// bound from above how many tokens two texts have in common, and most pairs need no closer look.
struct TokenSignature: Sendable {
  let bits: UInt64

  /// - Parameter tokens: Negative ones stand for tokens that no other text has; they have no bit, so
  ///   that the bound is loose by them, but holds.
  init(of tokens: [Int32]) {
    var bits: UInt64 = 0
    for token in tokens where token >= 0 {
      // Knuth's multiplicative hashing, the six highest bits of the product.
      bits |= 1 << ((UInt64(token) &* 0x9E37_79B9_7F4A_7C15) >> 58)
    }
    self.bits = bits
  }

  func isDisjoint(with other: TokenSignature) -> Bool {
    bits & other.bits == 0
  }

  /// At least so many tokens of this text are not in another.
  func missing(in other: TokenSignature) -> Int {
    (bits & ~other.bits).nonzeroBitCount
  }

  /// At most so many tokens are in both of two texts of given counts.
  func mostCommon(_ count: Int, _ other: TokenSignature, _ otherCount: Int) -> Int {
    min(count - missing(in: other), otherCount - other.missing(in: self))
  }
}
