import Storage

/// What an evaluation cannot go on with.
package enum EvaluationError: Error, Equatable {
  /// Fewer held-out tasks than something can be decided by.
  case fewTasks(source: String, count: Int, minimum: Int)
  /// A metric that has to be there was not taken of both models.
  case notMeasured(Metric)
  /// Tasks that are to be held out were shown in prompts.
  case shown(corpus: String, count: Int, first: String)
  /// Too few passages of general text for an interval.
  case fewPassages(source: String, count: Int, minimum: Int)
  /// The current model may have learnt held-out tasks.
  case holder(model: String, is: String)
  /// What was decided after a round cannot be read.
  case record(path: String)
  /// Texts that forgetting is measured by are trained on.
  case trainedTexts(source: String, count: Int)
}

extension EvaluationError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .fewTasks(let source, let count, let minimum):
      "\(source): \(count) held-out task\(count == 1 ? "" : "s"); expected at least \(minimum)\n"
        + "  help: write them into held_out_tasks.jsonl beside the seeds, in the form of seeds, or name a "
        + "file with --held-out, or lower gate.minimumTasks: with few only large differences are seen"
    case .notMeasured(let metric):
      "gate.primary: \(quoted(metric.rawValue)) cannot be taken of these tasks, texts and models; "
        + "expected another metric"
    case .shown(let corpus, let count, let first):
      "\(corpus): was grown with \(count) of the held-out tasks in its prompts, \(quoted(first)) "
        + "for one; expected a corpus that has not seen them\n"
        + "  help: begin a new one with --corpus, or name other tasks with --held-out"
    case .fewPassages(let source, let count, let minimum):
      "\(source): \(count) passage\(count == 1 ? "" : "s"); expected at least \(minimum), as rows or paragraphs"
    case .holder(let model, let found):
      "\(model): the current model \(found); expected one that has passed a gate of the same tasks\n"
        + "  help: remove the file 'promoted' beside it, and rounds begin with --train-model again"
    case .record(let path):
      "\(path): 'improvement' is none that this version reads; expected it as it was written\n"
        + "  help: remove it, and it is decided again"
    case .trainedTexts(let source, let count):
      "\(source): \(count) of the passages stand in --lm-corpus, too; expected others"
    }
  }
}
