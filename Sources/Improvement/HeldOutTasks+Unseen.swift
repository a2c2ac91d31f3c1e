import Evaluation
import TaskCorpus

extension HeldOutTasks {
  /// Sees to it that a corpus has shown none of the tasks in its prompts.
  ///
  /// - Throws: `EvaluationError.shown`.
  package func requireUnseen(
    by corpus: CorpusDirectory, _ outline: LedgerOutline
  ) throws(EvaluationError) {
    var shown: [String] = []
    for task in tasks where outline.seeds.contains(task.instruction) {
      if !shown.contains(task.instruction) { shown.append(task.instruction) }
    }
    if let first = shown.first {
      throw .shown(corpus: corpus.path, count: shown.count, first: first)
    }
  }
}
