import Filtering
import Foundation
import Storage
import TaskCorpus

/// The end of an unfinished round as it is; needs neither seeds nor prompts nor the model.
package enum RoundClosing {
  /// Ends an unfinished round with the tasks it has; answers of its unfinished waves are dropped.
  ///
  /// - Returns: The round that was ended and how many tasks it has; nil if none was unfinished.
  /// - Throws: `GrowError.corpus` if there is no corpus, `StorageError` for files.
  package static func close(
    _ corpus: CorpusDirectory, now: Date = Date()
  ) throws -> (round: Int, tasks: Int)? {
    let store = try CorpusStore(existing: corpus)
    guard let round = store.fold.openRound, let run = round.run else { return nil }
    let start = store.events.lastIndex { if case .round = $0 { true } else { false } }
    // What people say of tasks changes no row of the ledger.
    var (before, state) = (try store.corpusState(after: start), try store.corpusState())
    (before.reviews, state.reviews) = ([:], [:])
    let number = round.opening.round
    let tasks =
      round.opening.work == .answers
      ? state.items.count { item in
        state.instances(of: item)?.kept.contains { $0.row.round == number } == true
      } : TaskFile.count(of: state) - TaskFile.count(of: before)
    try store.close(CloseRow(round: number, tasks: tasks, reason: .closed))
    try store.writeTasks(of: state)
    let path = corpus.manifestPath(ofRound: number)
    var manifest =
      RoundManifest.read(path)
      ?? RoundManifest(round: round.opening, run: run, changedPrompts: nil, now: now)
    manifest.close(tasks: tasks, now: now)
    try manifest.write(to: path)
    return (number, tasks)
  }
}
