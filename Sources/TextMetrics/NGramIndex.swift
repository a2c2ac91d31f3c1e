/// Texts by their runs of n tokens, to ask how much of one stands word for word in another.
package struct NGramIndex: Sendable {
  /// A text of the index and how much of it is covered.
  package struct Coverage: Hashable, Sendable {
    /// The how-manieth text of the index it is, from 0.
    package let index: Int
    /// The share of its tokens that stand in runs of n or more which the other text has too; more
    /// than 0, at most 1.
    package let share: Double

    package init(index: Int, share: Double) {
      self.index = index
      self.share = share
    }
  }

  /// Where a run stands.
  private struct Place {
    let text: Int32
    let start: Int32
  }

  /// How many tokens a run has; of a text with fewer, all of it is one.
  package let length: Int
  /// The lengths that runs have.
  private var lengths: Set<Int> = []
  private var texts = TokenSequences()
  /// Places by a hash of the run; runs of one hash may differ.
  private var places: [UInt64: [Place]] = [:]

  /// - Precondition: A run has a token or more.
  package init(length: Int) {
    precondition(length > 0, "NGramIndex: length is \(length); expected at least 1")
    self.length = length
  }

  /// How many texts are in the index.
  package var count: Int { texts.count }

  /// Adds a text.
  package mutating func insert(_ tokens: [Int32]) {
    let text = Int32(texts.count)
    texts.append(tokens)
    let length = min(length, tokens.count)
    if length == 0 { return }
    lengths.insert(length)
    for start in 0...tokens.count - length {
      places[Self.hash(tokens[start..<start + length]), default: []].append(
        Place(text: text, start: Int32(start)))
    }
  }

  /// The text that another one covers most of, the earliest on ties; nil if they share no run.
  ///
  /// - Complexity: O(tokens) for each length of runs, and O(n) for each place of one that is shared.
  package func mostCovered(by tokens: [Int32]) -> Coverage? {
    var covered: [Int32: Set<Int32>] = [:]
    for length in lengths where length <= tokens.count {
      for start in 0...tokens.count - length {
        let run = tokens[start..<start + length]
        for place in places[Self.hash(run)] ?? [] where holds(run, at: place) {
          covered[place.text, default: []].formUnion(place.start..<place.start + Int32(length))
        }
      }
    }
    let shares = covered.map { text, tokens in
      let count = texts.count(of: Int(text))
      return Coverage(index: Int(text), share: Double(tokens.count) / Double(count))
    }
    return shares.max { ($0.share, -$0.index) < ($1.share, -$1.index) }
  }

  private func holds(_ run: ArraySlice<Int32>, at place: Place) -> Bool {
    let range = texts.range(of: Int(place.text))
    let start = range.lowerBound + Int(place.start)
    let isRun = run.count == min(length, range.count)
    return isRun && texts.tokens[start..<start + run.count] == run
  }

  /// FNV-1a over whole tokens.
  private static func hash(_ run: ArraySlice<Int32>) -> UInt64 {
    run.reduce(0xCBF2_9CE4_8422_2325) { hash, token in
      (hash ^ UInt64(truncatingIfNeeded: token)) &* 0x100_0000_01B3
    }
  }
}
