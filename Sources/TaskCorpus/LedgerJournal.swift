import Foundation
import Storage

/// The answers of waves that are not finished, each on the disk before anything is decided from it.
///
/// They come in any order; wave, stage and request say which request they answer.
package final class LedgerJournal: Sendable {
  private let path: String
  private let log: AppendLog

  /// What a journal says.
  package struct Contents: Sendable {
    /// The answers, in the order they came.
    package var answers: [CompletionRow] = []
    /// What is wrong with the lines that hold none; their answers can be asked for again.
    package var damage: [StorageError] = []
  }

  /// Opens a journal, making an empty one if there is none, and takes out what is no answer.
  ///
  /// - Throws: `StorageError` for a file that cannot be read or written.
  package static func open(
    _ path: String
  ) throws -> (journal: LedgerJournal, contents: Contents) {
    let journal = try LedgerJournal(path)
    let contents = try read(path)
    if contents.damage.isEmpty { return (journal, contents) }
    return (try journal.replace(with: contents.answers), contents)
  }

  /// What a journal says; nothing if there is no file.
  package static func read(_ path: String) throws -> Contents {
    var contents = Contents()
    guard FileManager.default.fileExists(atPath: path) else { return contents }
    do throws(StorageError) {
      var reader = try LineReader(path)
      while let answer = try next(&reader) {
        switch answer {
        case .success(let row): contents.answers.append(row)
        case .failure(let error): contents.damage.append(error)
        }
      }
    } catch .malformedFile(let path, let found, let expected) {
      contents.damage.append(.malformedFile(path: path, is: found, expected: expected))
    }
    return contents
  }

  /// The next answer, or what is wrong with the next line; nil at the end.
  private static func next(
    _ reader: inout LineReader
  ) throws(StorageError) -> Result<CompletionRow, StorageError>? {
    do throws(StorageError) {
      guard let line = try reader.next() else { return nil }
      if line.isBlank { return try next(&reader) }
      guard case .completion(let row) = try LedgerEvent(line) else {
        throw line.error("the row is no completion", expected: "an answer")
      }
      if let problem = row.problem { throw line.error(problem.found, expected: problem.expected) }
      return .success(row)
    } catch .malformedLine(let path, let line, let found, let expected) {
      return .failure(.malformedLine(path: path, line: line, is: found, expected: expected))
    }
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
