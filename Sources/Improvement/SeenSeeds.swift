import Evaluation
import Foundation
import Storage
import TaskCorpus

extension HeldOutTasks {
  /// Sees to it that a corpus has shown none of the tasks in its prompts.
  ///
  /// - Throws: `EvaluationError.shown`; `StorageError` for a ledger that cannot be read.
  /// - Complexity: Reads the ledger once, and of its rows those about seeds.
  package func requireUnseen(by corpus: CorpusDirectory) throws {
    guard corpus.hasLedger else { return }
    let instructions = Set(tasks.map(\.instruction))
    var shown: [String] = []
    var reader = try LineReader(corpus.ledgerPath)
    while let line = try reader.next() {
      guard line.bytes.contains(Self.mark), case .seeds(let row)? = try? LedgerEvent(line)
      else { continue }
      for seed in row.seeds where instructions.contains(seed.instruction) {
        if !shown.contains(seed.instruction) { shown.append(seed.instruction) }
      }
    }
    if let first = shown.first {
      throw EvaluationError.shown(corpus: corpus.path, count: shown.count, first: first)
    }
  }

  /// How a row about seeds says so.
  private static let mark = Array(#""kind": "seeds""#.utf8)
}
