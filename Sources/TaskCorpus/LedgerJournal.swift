import Foundation
import Storage

/// The answers of waves that are not finished, each on the disk before anything is decided from it.
///
/// They come in any order; wave, stage and request say which request they answer.
package final class LedgerJournal: Sendable {
  private let path: String
  private let log: AppendLog

  /// Opens a journal, making an empty one if there is none.
  ///
  /// - Returns: The journal and the answers in it, in the order they came.
  /// - Throws: `StorageError` for a file that cannot be read or written, or a row that is none.
  package static func open(
    _ path: String
  ) throws -> (journal: LedgerJournal, answers: [CompletionRow]) {
    let journal = try LedgerJournal(path)
    return (journal, try read(path))
  }

  /// The answers in a journal; none if there is no file.
  package static func read(_ path: String) throws -> [CompletionRow] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    var answers: [CompletionRow] = []
    for line in try JSONLines.read(path) {
      if case .completion(let row) = try LedgerEvent(line) { answers.append(row) }
    }
    return answers
  }

  private init(_ path: String) throws {
    self.path = path
    log = try AppendLog(path)
  }

  /// Adds answers and waits until they are on the disk.
  package func append(_ answers: [CompletionRow]) throws {
    try log.append(answers.map { try LedgerEvent.completion($0).json() })
  }

  /// Drops every answer that is not in `answers`, after their wave went to the ledger.
  ///
  /// The file is replaced in one step, so a kill leaves all of the old answers or just these.
  package func replace(with answers: [CompletionRow]) throws -> LedgerJournal {
    var text = ""
    for answer in answers {
      text += try LedgerEvent.completion(answer).json().encodedLine() + "\n"
    }
    try AtomicFile.write(text, to: path)
    return try LedgerJournal(path)
  }
}
