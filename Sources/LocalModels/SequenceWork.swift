/// One sequence that goes through the decoder: what it reads, and what it does with logits.
///
/// Between steps the engine owns it; during a step the member of its tile's team that claimed its
/// run of logits touches it, one after the other where there are several, ordered by the team's
/// atomics. Nobody else does until it is finished.
protocol SequenceWork: AnyObject, Sendable {
  /// The tokens to read; grows while a generation goes on.
  var tokens: [Int32] { get }
  /// Positions it may come to at most; pages for all of them are reserved when it is admitted.
  var maxPositions: Int { get }
  /// Logits are wanted after this position and all later ones.
  var firstWanted: Int { get }
  /// How many of the first tokens are its prompt, for statistics.
  var promptCount: Int { get }
  /// Whether it needs no further step.
  var isFinished: Bool { get }

  /// Takes the logits of the token after `position`; may change them.
  func receive(_ logits: inout MutableSpan<Float>, after position: Int)
}
