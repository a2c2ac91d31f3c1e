import Foundation
import Storage

/// The folder of one growing corpus: where its files are.
package struct CorpusDirectory: Hashable, Sendable {
  /// The folder, as the user named it.
  package let path: String

  package init(_ path: String) {
    self.path = path
  }

  /// What the corpus is: format, seed, language.
  package var descriptionPath: String { path + "/corpus.json" }
  package var ledgerPath: String { path + "/ledger.jsonl" }
  package var journalPath: String { path + "/wave.jsonl" }
  package var tasksPath: String { path + "/tasks.jsonl" }
  package var reviewsPath: String { path + "/reviews.jsonl" }
  /// What unattended runs did, a line each.
  package var nightsPath: String { path + "/nightly.jsonl" }
  package var lockPath: String { path + "/.lock" }
  package var roundsPath: String { path + "/rounds" }
  /// What can be made again from the other files at any time.
  package var cachePath: String { path + "/cache" }
  /// What closed rounds have left for the next.
  package var closedRoundsPath: String { cachePath + "/closed-rounds.jsonl" }

  /// The manifest of a round.
  package func manifestPath(ofRound round: Int) -> String {
    let digits = String(round)
    return roundsPath + "/" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      + ".json"
  }

  /// Makes the folder and what stands in it from the start.
  ///
  /// - Throws: `StorageError` if the folder cannot be made.
  package func create() throws(StorageError) {
    try OpenFile.makeFolder(path)
    try OpenFile.makeFolder(roundsPath)
  }

  /// Whether there is a ledger here, from which everything else follows.
  package var hasLedger: Bool { FileManager.default.fileExists(atPath: ledgerPath) }

  /// Takes the right to write, which goes with the process.
  ///
  /// - Throws: `StorageError.lockHeld` at once if another run has it.
  package func lock() throws(StorageError) -> AdvisoryLock {
    try AdvisoryLock(lockPath)
  }

  /// What the corpus is; nil if there is none yet.
  ///
  /// - Throws: `StorageError` for a file that is no description or of a newer format.
  package func description() throws -> CorpusDescription? {
    guard FileManager.default.fileExists(atPath: descriptionPath) else { return nil }
    let value = try JSONDocument.read(descriptionPath)
    let format = value["format"]?.int ?? 0
    guard format <= LedgerEvent.format else {
      throw StorageError.malformedFile(
        path: descriptionPath, is: "'format' is \(format)",
        expected: "at most \(LedgerEvent.format), or a newer program")
    }
    do {
      return try value.decoded()
    } catch {
      let problem = JSONProblem(error)
      throw StorageError.malformedFile(
        path: descriptionPath, is: problem.found, expected: problem.expected)
    }
  }

  /// Writes what the corpus is.
  package func write(_ description: CorpusDescription) throws {
    try AtomicFile.write(try JSONValue(encoding: description).encodedPretty(), to: descriptionPath)
  }
}

/// What a corpus is, fixed when it is made.
package struct CorpusDescription: Codable, Equatable, Sendable {
  package var format: Int
  /// The seed of all its draws, unless a run names another.
  package var seed: UInt64
  /// ISO 639-1.
  package var language: String
  /// The tokenizer by which instructions are compared.
  package var similarity: String
  /// The configuration it was made with, as resolved.
  package var configuration: JSONValue

  package init(seed: UInt64, language: String, similarity: String, configuration: JSONValue) {
    format = LedgerEvent.format
    self.seed = seed
    self.language = language
    self.similarity = similarity
    self.configuration = configuration
  }
}
