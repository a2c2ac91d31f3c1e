/// What two texts need to have in common to be as similar as a threshold, by their lengths alone.
///
/// F of ROUGE-L is 2 * common / (m + n) in exact arithmetic. The bounds are for at least the
/// threshold less a hair: which side of it a pair is on decides the expression in doubles.
struct PairBounds: Sendable {
  /// How many tokens a text has that can be as similar to one of `count` tokens.
  let counts: ClosedRange<Int>
  /// For each of `counts`: how many tokens of the one of `count` the other may lack.
  private let spare: [Int32]

  /// - Parameters:
  ///   - count: At least 1.
  ///   - longest: No other text has more tokens, and some may have enough.
  init(count: Int, threshold: Double, longest: Int) {
    let shortest = Self.shortest(besides: count, threshold)
    let limit = threshold - Self.hair
    let highest = limit > 0 ? (2 - limit) * Double(count) / limit : .infinity
    counts = shortest...Int(min(highest, Double(longest)))
    spare = counts.map { Int32(count - Self.needed(count, $0, threshold)) }
  }

  /// Whether the tokens that are certainly not common leave enough.
  ///
  /// - Parameters:
  ///   - missing: At least so many tokens of the one are not in the other.
  ///   - extra: At least so many of the other, which has `other` tokens, are not in the one.
  func allow(missing: Int, extra: Int, count: Int, other: Int) -> Bool {
    guard counts.contains(other) else { return false }
    let spare = Int(spare[other - counts.lowerBound])
    return missing <= spare && extra <= spare + other - count
  }

  /// The fewest common tokens of texts of two lengths; at least 1.
  static func needed(_ count: Int, _ other: Int, _ threshold: Double) -> Int {
    max(1, Int(((threshold - hair) * Double(count + other) / 2).rounded(.up)))
  }

  /// How many of its rarest tokens a text shares at least one of with any text as similar as the
  /// threshold, which shares one of as many of its own.
  static func rareTokens(of count: Int, _ threshold: Double) -> Int {
    count - needed(count, shortest(besides: count, threshold), threshold) + 1
  }

  /// The fewest tokens of a text that can be as similar to one of so many; at least 1.
  static func shortest(besides count: Int, _ threshold: Double) -> Int {
    let limit = threshold - hair
    return max(1, Int((limit * Double(count) / (2 - limit)).rounded(.up)))
  }

  /// Far more than doubles lose here, far less than one token more or less makes.
  private static let hair = 1e-9
}
