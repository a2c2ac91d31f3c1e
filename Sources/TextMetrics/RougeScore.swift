/// Precision, recall and their harmonic mean for a prediction against a target.
package struct RougeScore: Hashable, Sendable {
  /// The share of the prediction's tokens that were found in the target.
  package let precision: Double
  /// The share of the target's tokens that were found in the prediction.
  package let recall: Double
  /// The harmonic mean of the two; 0 if both are 0.
  package let f: Double

  /// The score of a number of tokens found, in the reference's order of operations, so that the
  /// doubles are its doubles: a decision `f > 0.7` falls on exact ties.
  ///
  ///     precision = common / prediction;  recall = common / target
  ///     f = 2 * precision * recall / (precision + recall)
  ///
  /// All are 0 if a side is empty.
  package init(common: Int, target: Int, prediction: Int) {
    guard target > 0, prediction > 0 else {
      (precision, recall, f) = (0, 0, 0)
      return
    }
    precision = Double(common) / Double(prediction)
    recall = Double(common) / Double(target)
    f = precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
  }
}

/// ROUGE-L of a prediction: the longest common subsequence of tokens (Lin, "ROUGE: a package for
/// automatic evaluation of summaries", 2004), equal to the last bit to `rouge_score` 0.1.2.
package func rougeL(target: [Int32], prediction: [Int32]) -> RougeScore {
  RougeScore(
    common: longestCommonSubsequence(target, prediction), target: target.count,
    prediction: prediction.count)
}

/// ROUGE-L of a prediction given as text.
package func rougeL(
  target: String, prediction: String, tokenizer: RougeTokenizer = .reference
) -> RougeScore {
  var interner = TokenInterner()
  return rougeL(
    target: interner.intern(tokenizer.tokens(in: target)),
    prediction: interner.intern(tokenizer.tokens(in: prediction)))
}
