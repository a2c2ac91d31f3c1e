/// What a run tells while it goes on.
package enum TrainingEvent: Sendable {
  /// Steps are under way.
  case step(Step)
  /// What is held out was looked at.
  case evaluated(Evaluation)
  /// A step was not taken.
  case skipped(step: Int, reason: String)
  case checkpoint(step: Int)

  package struct Step: Sendable {
    /// Steps done, and to be done in all.
    package var step: Int
    package var steps: Int
    /// Epochs done, with a fraction.
    package var epoch: Double
    package var result: TrainingStep.Result
    package var rate: Double
    /// Tokens learnt from in this call.
    package var tokens: Int
  }

  package struct Evaluation: Sendable {
    package var step: Int
    package var sums: Objective.Sums
    package var isBest: Bool
  }
}
