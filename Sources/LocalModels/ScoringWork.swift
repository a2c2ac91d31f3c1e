import Kernels
import LanguageModels

/// Reads a text once and notes how likely each token of its continuation was.
///
/// `@unchecked Sendable`: see `SequenceWork`.
final class ScoringWork: SequenceWork, @unchecked Sendable {
  private let text: [Int32]
  private let contextCount: Int
  private var logProbabilities: [Float] = []
  private var isGreedy = true
  let tokens: [Int32]

  /// - Parameters:
  ///   - text: Context and continuation.
  ///   - contextCount: Tokens of the context, at least 1.
  init(text: [Int32], contextCount: Int) {
    precondition(
      (1...max(text.count, 1)) ~= contextCount,
      "scoring: context has \(contextCount) tokens; expected 1 to \(text.count)")
    self.text = text
    self.contextCount = contextCount
    // What follows the last token is not asked for.
    tokens = Array(text.dropLast())
  }

  var maxPositions: Int { tokens.count }
  var promptCount: Int { tokens.count }
  var firstWanted: Int { contextCount - 1 }
  var isFinished: Bool { logProbabilities.count == text.count - contextCount }

  func receive(_ logits: inout MutableSpan<Float>, after position: Int) {
    let target = Int(text[position + 1])
    let (logSum, best) = logSumExp(logits.span)
    logProbabilities.append(Float(Double(logits[target]) - logSum))
    isGreedy = isGreedy && best == target
  }

  /// The score, once finished.
  func score(index: Int) -> Score {
    Score(
      index: index, tokenLogProbabilities: logProbabilities, isGreedy: isGreedy,
      contextTokens: contextCount)
  }
}
