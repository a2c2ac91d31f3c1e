/// The length of the longest sequence of tokens that stands in both, in order, with gaps or without.
///
/// - Returns: A number from 0 to the shorter count.
/// - Complexity: O(a.count / 64 * b.count), and a dictionary of the tokens of `a`.
package func longestCommonSubsequence(_ a: [Int32], _ b: [Int32]) -> Int {
  var numbers: [Int32: Int32] = [:]
  for token in a where numbers[token] == nil { numbers[token] = Int32(numbers.count) }
  let positions = TokenPositions(of: a.map { numbers[$0] }, vocabulary: numbers.count)
  let shared = b.compactMap { numbers[$0] }
  return positions.longestCommonSubsequence(with: shared.span)
}

/// Where each token stands in one sequence, as bits, to compare it with many others.
///
/// The row of the dynamic program is kept as bits of its steps (Hyyrö, "Bit-parallel LCS-length
/// computation revisited", 2004): bit i is 0 where the length rises at position i. One token of the
/// other sequence then costs, for each 64 positions, an addition and three bit operations:
///
///     u = v & mask(token);  v = (v + u) | (v - u);  length = number of zeros in v
///
/// Bits past the end of the sequence are in no mask, so they stay 1.
struct TokenPositions: Sendable {
  /// How many tokens the sequence has.
  let count: Int
  private let wordCount: Int
  /// `[vocabulary]`: the row of `masks` of each token; row 0, all zeros, if the sequence lacks it.
  private var rowOfToken: [Int32]
  /// `[1 + distinct tokens, words]`.
  private var masks: [UInt64]

  /// - Parameters:
  ///   - tokens: Numbers below `vocabulary`; nil for one that no other sequence can have.
  ///   - vocabulary: How many token numbers there are.
  /// - Complexity: O(tokens + vocabulary).
  init(of tokens: [Int32?], vocabulary: Int) {
    count = tokens.count
    wordCount = (tokens.count + 63) / 64
    rowOfToken = [Int32](repeating: 0, count: vocabulary)
    masks = [UInt64](repeating: 0, count: wordCount)
    var rows = 1
    for (position, token) in tokens.enumerated() {
      guard let token = token.map(Int.init) else { continue }
      if rowOfToken[token] == 0 {
        rowOfToken[token] = Int32(rows)
        rows += 1
        masks += repeatElement(0, count: wordCount)
      }
      masks[Int(rowOfToken[token]) * wordCount + position / 64] |= 1 << UInt64(position % 64)
    }
  }

  /// The length of the longest common subsequence with another sequence of the same vocabulary.
  func longestCommonSubsequence(with other: Span<Int32>) -> Int {
    wordCount == 1 ? inOneWord(other) : inWords(other)
  }

  private func inOneWord(_ other: Span<Int32>) -> Int {
    var v = ~UInt64(0)
    for index in 0..<other.count {
      let token = other[index]
      let u = v & masks[Int(rowOfToken[Int(token)])]
      v = (v &+ u) | (v &- u)
    }
    return (~v).nonzeroBitCount
  }

  private func inWords(_ other: Span<Int32>) -> Int {
    var row = [UInt64](repeating: ~0, count: wordCount)
    for index in 0..<other.count {
      let token = other[index]
      let start = Int(rowOfToken[Int(token)]) * wordCount
      if start == 0 { continue }
      var carry: UInt64 = 0
      for word in 0..<wordCount {
        let v = row[word]
        let u = v & masks[start + word]
        let (sum, overflow) = v.addingReportingOverflow(u)
        let (total, overflowOfCarry) = sum.addingReportingOverflow(carry)
        carry = overflow || overflowOfCarry ? 1 : 0
        row[word] = total | (v & ~u)
      }
    }
    return row.reduce(0) { $0 + (~$1).nonzeroBitCount }
  }
}
