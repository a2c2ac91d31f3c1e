/// The length of the longest sequence of tokens that stands in both, in order, with gaps or without.
///
/// - Returns: A number from 0 to the shorter count.
/// - Complexity: O(a.count / 64 * b.count), and a dictionary of the tokens of `a`.
package func longestCommonSubsequence(_ a: [Int32], _ b: [Int32]) -> Int {
  var numbers: [Int32: Int32] = [:]
  for token in a where numbers[token] == nil { numbers[token] = Int32(numbers.count) }
  var positions = TokenPositions()
  positions.take(a.map { numbers[$0] ?? -1 }, vocabulary: numbers.count)
  return positions.longestCommonSubsequence(with: b.compactMap { numbers[$0] }.span)
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
  private(set) var count = 0
  private var wordCount = 0
  /// `[vocabulary]`: the row of `masks` of each token; row 0, all zeros, if the sequence lacks it.
  private var rowOfToken: [Int32] = []
  /// The tokens that have rows, in the order of these.
  private var present: [Int32] = []
  /// `[1 + distinct tokens, words]`.
  private var masks: [UInt64] = []

  /// Takes another sequence in place of the one before.
  ///
  /// - Parameters:
  ///   - tokens: Numbers below `vocabulary`; a negative one for a token that no other sequence has.
  ///   - vocabulary: How many token numbers there are, in this sequence and in all others.
  /// - Complexity: O(tokens) if the vocabulary has not grown.
  mutating func take(_ tokens: [Int32], vocabulary: Int) {
    for token in present { rowOfToken[Int(token)] = 0 }
    present.removeAll(keepingCapacity: true)
    if rowOfToken.count < vocabulary {
      rowOfToken += repeatElement(0, count: vocabulary - rowOfToken.count)
    }
    count = tokens.count
    wordCount = (count + 63) / 64
    masks.removeAll(keepingCapacity: true)
    masks += repeatElement(0, count: wordCount)
    for (position, token) in tokens.enumerated() where token >= 0 {
      if rowOfToken[Int(token)] == 0 {
        present.append(token)
        rowOfToken[Int(token)] = Int32(present.count)
        masks += repeatElement(0, count: wordCount)
      }
      masks[Int(rowOfToken[Int(token)]) * wordCount + position / 64] |= 1 << UInt64(position % 64)
    }
  }

  /// The length of the longest common subsequence with another sequence of the same vocabulary.
  func longestCommonSubsequence(with other: Span<Int32>) -> Int {
    wordCount == 1 ? inOneWord(other) : inWords(other)
  }

  /// The positions of one longest common subsequence in this sequence and in the other, ascending.
  ///
  /// Of several the one that `rouge_score` finds: it walks back from both ends, and where tokens
  /// differ it leaves out this sequence's if that loses nothing, else the other's.
  ///
  /// - Complexity: O(count / 64 * other.count) time, and as many words of memory.
  func commonPositions(with other: Span<Int32>) -> [(here: Int, there: Int)] {
    var row = [UInt64](repeating: ~0, count: wordCount)
    var rows: [UInt64] = []
    rows.reserveCapacity(other.count * wordCount)
    for index in 0..<other.count {
      advance(&row, by: other[index])
      rows += row
    }
    var found: [(here: Int, there: Int)] = []
    var (here, there) = (count, other.count)
    while here > 0, there > 0 {
      let (word, bit) = ((here - 1) / 64, UInt64(1) << UInt64((here - 1) % 64))
      let mask = Int(rowOfToken[Int(other[there - 1])]) * wordCount
      if masks[mask + word] & bit != 0 {
        found.append((here - 1, there - 1))
        (here, there) = (here - 1, there - 1)
      } else if rows[(there - 1) * wordCount + word] & bit == 0 {
        // The length rises here although the tokens differ: it did without the other's last one.
        there -= 1
      } else {
        here -= 1
      }
    }
    return found.reversed()
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
    for index in 0..<other.count { advance(&row, by: other[index]) }
    return row.reduce(0) { $0 + (~$1).nonzeroBitCount }
  }

  private func advance(_ row: inout [UInt64], by token: Int32) {
    let start = Int(rowOfToken[Int(token)]) * wordCount
    if start == 0 { return }
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
}
