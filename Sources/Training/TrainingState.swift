/// Where a run stands after a step: with the weights and moments of that step all that decides what
/// follows.
package struct TrainingState: Codable, Equatable, Sendable {
  /// An evaluation on what is held out.
  package struct Evaluation: Codable, Equatable, Sendable {
    package var step: Int
    /// Nats a token of answers.
    package var loss: Double

    package init(step: Int, loss: Double) {
      self.step = step
      self.loss = loss
    }
  }

  /// Steps done, skipped ones among them.
  package var step = 0
  /// Before the first step; nil where nothing is held out, or its loss is not finite.
  package var first: Evaluation?
  /// The lowest after a step.
  package var best: Evaluation?
  /// Of the weights of the best, by which a damaged file is noticed.
  package var bestChecksum: Double?
  package var evaluations = 0
  /// The step after which the last one was; nil before the first.
  package var evaluated: Int?
  /// Evaluations since the best.
  package var worse = 0
  /// Steps skipped for a loss or gradient that is not finite, and for a gradient that stands out.
  package var notFinite = 0
  package var outliers = 0
  /// How many of each came last.
  package var notFiniteInARow = 0
  package var outliersInARow = 0
  package var detector = OutlierDetector()
  /// Tokens that went through the model to be learnt from, and the seconds that it took.
  package var tokens = 0
  package var seconds = 0.0
  /// Bytes of `progress.jsonl` that belong to the steps done.
  package var progressBytes = 0

  package init() {}

  /// Whether a run can stand so after so many of its steps: a damaged file may say anything.
  func isPlausible(optimizerSteps: Int, of steps: Int) -> Bool {
    let ofSteps = [
      optimizerSteps, worse, notFinite, outliers, notFiniteInARow, outliersInARow, evaluations - 1,
      evaluated ?? 0, best?.step ?? 0,
    ]
    return 0...steps ~= step && ofSteps.allSatisfy { -1...step ~= $0 }
      && [tokens, progressBytes].allSatisfy { 0...1 << 53 ~= $0 } && 0...1e12 ~= seconds
  }
}
