import Storage
import TaskCorpus

/// The tasks of a corpus as its ledger says they are at this moment, and how much of the ledger that
/// is.
///
/// Read without a lock, so also while a run writes to it: rows that come later do not matter.
package struct CorpusTasks: Sendable {
  package let tasks: [InstructionTask]
  /// The committed bytes of the ledger that were read.
  package let ledgerBytes: Int
  /// Their SHA-256.
  package let ledgerHash: String

  /// - Throws: `GrowError` if there is no corpus or its ledger is none, `StorageError` for files.
  package init(of corpus: CorpusDirectory) throws {
    let reading = try CorpusReading(corpus)
    tasks = TaskFile.tasks(of: reading.state)
    ledgerBytes = reading.ledgerBytes
    ledgerHash = try ContentHash.hex(ofFile: corpus.ledgerPath, first: reading.ledgerBytes)
  }
}
