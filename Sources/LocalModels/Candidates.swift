import LanguageModels

/// Tokens to choose among, ascending, with unnormalized probabilities (1 for the most likely).
struct Candidates {
  private struct Candidate {
    let token: Int32
    let weight: Double

    /// The more likely token first, of equal ones the lower.
    static func precedes(_ one: Candidate, _ other: Candidate) -> Bool {
      one.weight > other.weight || (one.weight == other.weight && one.token < other.token)
    }
  }

  private var candidates: [Candidate] = []

  /// Appends a token; they come in ascending order.
  mutating func append(_ token: Int32, weight: Double) {
    candidates.append(Candidate(token: token, weight: weight))
  }

  /// The sum of all weights.
  var total: Double { candidates.reduce(0) { $0 + $1.weight } }

  /// Keeps what top-k, top-p and min-p let through, at least the most likely token.
  /// - Parameter total: What top-p is a share of; nil for the sum of what top-k keeps.
  mutating func filter(_ parameters: SamplingParameters, total: Double?) {
    if parameters.topK > 0 && parameters.topK < candidates.count {
      keepFirst { _, count in count >= parameters.topK }
    }
    if parameters.topP < 1 {
      let mass = parameters.topP * (parameters.topK > 0 ? self.total : total ?? self.total)
      keepFirst { sum, _ in sum >= mass }
    }
    if parameters.minP > 0 {
      let most = candidates.reduce(0) { max($0, $1.weight) }
      candidates.removeAll { $0.weight < min(parameters.minP, 1) * most }
    }
  }

  /// Draws a token with a probability in proportion to its weight.
  /// - Parameter draw: Uniform in [0, 1).
  /// - Precondition: There is a candidate.
  func draw(_ draw: Double) -> Int32 {
    precondition(!candidates.isEmpty, "draw: there are 0 candidates; expected at least 1")
    var left = draw * total
    var chosen = candidates[0].token
    for candidate in candidates where candidate.weight > 0 {
      chosen = candidate.token
      left -= candidate.weight
      if left < 0 { break }
    }
    return chosen
  }

  /// Keeps the shortest beginning of the candidates, most likely first, of which `isEnough` holds;
  /// all if it holds of none. They stay in ascending order of tokens.
  ///
  /// A quickselect over sums: after each partition only the side with the end of the beginning is
  /// looked at further.
  /// - Complexity: O(candidates), expected.
  private mutating func keepFirst(where isEnough: (_ sum: Double, _ count: Int) -> Bool) {
    var work = candidates
    var range = 0..<work.count
    var taken = 0.0
    while let pivotPlace = Self.partition(&work, in: range) {
      var sum = taken
      var place = range.lowerBound
      // Up to the pivot itself; the order before it does not matter for where the end is.
      while place < pivotPlace {
        sum += work[place].weight
        place += 1
      }
      if pivotPlace > range.lowerBound && isEnough(sum, pivotPlace) {
        range = range.lowerBound..<pivotPlace
        continue
      }
      let withPivot = sum + work[pivotPlace].weight
      if isEnough(withPivot, pivotPlace + 1) {
        let last = work[pivotPlace]
        candidates.removeAll { Candidate.precedes(last, $0) }
        return
      }
      taken = withPivot
      range = pivotPlace + 1..<range.upperBound
    }
  }

  /// Puts the candidates that precede a pivot before it and the others after; nil for an empty range.
  private static func partition(_ work: inout [Candidate], in range: Range<Int>) -> Int? {
    guard !range.isEmpty else { return nil }
    let last = range.upperBound - 1
    work.swapAt(medianOfThree(work, range), last)
    let pivot = work[last]
    var place = range.lowerBound
    for index in range.lowerBound..<last where Candidate.precedes(work[index], pivot) {
      work.swapAt(index, place)
      place += 1
    }
    work.swapAt(place, last)
    return place
  }

  private static func medianOfThree(_ work: [Candidate], _ range: Range<Int>) -> Int {
    let places = [
      range.lowerBound, (range.lowerBound + range.upperBound) / 2, range.upperBound - 1,
    ]
    return places.sorted { Candidate.precedes(work[$0], work[$1]) }[1]
  }
}
