/// The scores of one pair of texts, equal to the last bit to `rouge_score` 0.1.2 (Lin, "ROUGE: a
/// package for automatic evaluation of summaries", 2004).
package struct RougeScores: Hashable, Sendable {
  /// By single tokens.
  package let rouge1: RougeScore
  /// By pairs of tokens that follow each other.
  package let rouge2: RougeScore
  /// By the longest common subsequence of all tokens.
  package let rougeL: RougeScore
  /// By the union of the longest common subsequences of each line of the target with every line of
  /// the prediction, no token counted more often than it is there.
  package let rougeLsum: RougeScore

  /// - Parameter stems: Whether tokens of more than three letters a-z are cut to their stems.
  /// - Complexity: O(target / 64 * prediction) in tokens; the memory of `rougeLsum` is a bit for
  ///   each pair of tokens of two lines.
  package init(
    target: String, prediction: String, tokenizer: RougeTokenizer = .reference, stems: Bool = false
  ) {
    var interner = TokenInterner()
    func lines(of text: String) -> [[Int32]] {
      // By bytes: to Swift "\r\n" is one character.
      text.utf8.split(separator: UInt8(ascii: "\n")).map { line in
        let tokens = tokenizer.tokens(in: String(Substring(line)))
        return interner.intern(stems ? tokens.map(Self.stem) : tokens)
      }
    }
    let (targetLines, predictionLines) = (lines(of: target), lines(of: prediction))
    let (target, prediction) = (targetLines.flatMap(\.self), predictionLines.flatMap(\.self))
    rouge1 = TextMetrics.rouge(1, target: target, prediction: prediction)
    rouge2 = TextMetrics.rouge(2, target: target, prediction: prediction)
    rougeL = TextMetrics.rougeL(target: target, prediction: prediction)
    rougeLsum = TextMetrics.rougeLsum(
      target: targetLines, prediction: predictionLines, vocabulary: interner.count)
  }

  private static func stem(_ token: String) -> String {
    let isWord = token.utf8.count > 3 && token.utf8.allSatisfy { $0 < 0x80 }
    return isWord ? PorterStemmer.stem(token) : token
  }
}

/// ROUGE-N of a prediction: n tokens that follow each other, each as often as it is in both.
func rouge(_ n: Int, target: [Int32], prediction: [Int32]) -> RougeScore {
  func runs(of tokens: [Int32]) -> [ArraySlice<Int32>: Int] {
    var counts: [ArraySlice<Int32>: Int] = [:]
    for start in 0..<max(0, tokens.count - n + 1) {
      counts[tokens[start..<(start + n)], default: 0] += 1
    }
    return counts
  }
  let found = runs(of: prediction)
  let common = runs(of: target).reduce(0) { $0 + min($1.value, found[$1.key] ?? 0) }
  return RougeScore(
    common: common, target: max(0, target.count - n + 1),
    prediction: max(0, prediction.count - n + 1))
}

/// ROUGE-Lsum of a prediction, both given by lines.
func rougeLsum(target: [[Int32]], prediction: [[Int32]], vocabulary: Int) -> RougeScore {
  var leftInTarget = [Int](repeating: 0, count: vocabulary)
  var leftInPrediction = leftInTarget
  for line in target { for token in line { leftInTarget[Int(token)] += 1 } }
  for line in prediction { for token in line { leftInPrediction[Int(token)] += 1 } }
  var common = 0
  var positions = TokenPositions()
  for line in target {
    positions.take(line, vocabulary: vocabulary)
    var isFound = [Bool](repeating: false, count: line.count)
    for other in prediction {
      for pair in positions.commonPositions(with: other.span) { isFound[pair.here] = true }
    }
    for (token, isFound) in zip(line, isFound) where isFound {
      guard leftInTarget[Int(token)] > 0, leftInPrediction[Int(token)] > 0 else { continue }
      leftInTarget[Int(token)] -= 1
      leftInPrediction[Int(token)] -= 1
      common += 1
    }
  }
  return RougeScore(
    common: common, target: target.reduce(0) { $0 + $1.count },
    prediction: prediction.reduce(0) { $0 + $1.count })
}
