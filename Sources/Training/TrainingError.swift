import Storage

/// Why a model cannot be trained.
package enum TrainingError: Error, Equatable {
  /// Settings that cannot be together, each as a sentence.
  case configuration([String])
  /// No instance is left to learn from.
  case nothingToTrain(DataPreparation.Report)
  /// The vocabulary has no token that ends an answer.
  case noEnd(model: String)
  /// The disk has less room than a run needs.
  case diskFull(path: String, needed: ByteCount, free: ByteCount)
  /// A checkpoint that does not belong to the run or is damaged.
  case checkpoint(path: String, is: String, expected: String)
  /// A run that is to be resumed and cannot be.
  case cannotResume(path: String, is: String, expected: String)
  /// A loss or gradient is not finite again and again.
  case diverged(steps: Int)
}

extension TrainingError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .configuration(let problems): problems.joined(separator: "\n")
    case .nothingToTrain(let report): Self.sentence(about: report)
    case .noEnd(let model):
      "\(model): the vocabulary has no token that ends an answer; expected one such as <|im_end|>"
    case .diskFull(let path, let needed, let free):
      "\(path): the disk has \(free) free; expected \(needed), for checkpoints and the result\n"
        + "  help: make room, or name another disk with --output"
    case .checkpoint(let path, let found, let expected):
      "\(path): \(found); expected \(expected)\n"
        + "  help: remove this folder; training then goes on from an earlier checkpoint, or begins again"
    case .cannotResume(let path, let found, let expected):
      "\(path): \(found); expected \(expected)"
    case .diverged(let steps):
      "training: loss or gradient of \(steps) steps in a row are not finite; expected numbers\n"
        + "  help: lower --learning-rate"
    }
  }

  private static func sentence(about report: DataPreparation.Report) -> String {
    let left = report.instances - report.heldOutInstances
    let why =
      report.overlong > 0
      ? ": \(report.overlong) are longer than allowed\n  help: raise --max-length, or use --overlong cut"
      : ""
    return "training: none of \(left) instances is left to learn from; expected at least 1" + why
  }
}
