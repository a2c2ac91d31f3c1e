import Foundation
import Storage

/// The answers of waves that are not finished, each on the disk before anything is decided from it.
///
/// They come in any order; wave, stage and request say which request they answer.
package final class LedgerJournal: Sendable {
  private let path: String
  private let log: AppendLog
  /// Rows of kinds that are not known here, as they stand in the file; they are never dropped.
  private let others: [String]

  /// What a journal says.
  package struct Contents: Sendable {
    /// The answers, in the order they came.
    package var answers: [CompletionRow] = []
    /// Rows of kinds that this version does not know, as they stand.
    package var others: [String] = []
    /// What is wrong with the lines that hold neither; their answers can be asked for again.
    package var damage: [StorageError] = []
  }

  /// Opens a journal, making an empty one if there is none, and takes out what is no row of it.
  ///
  /// - Throws: `StorageError` for a file that cannot be read or written, or that holds a row of a
  ///   newer format.
  package static func open(
    _ path: String
  ) throws -> (journal: LedgerJournal, contents: Contents) {
    let log = try AppendLog(path)
    let contents = try read(path)
    let journal = LedgerJournal(path, log, others: contents.others)
    if contents.damage.isEmpty { return (journal, contents) }
    return (try journal.replace(with: contents.answers), contents)
  }

  /// What a journal says; nothing if there is no file.
  ///
  /// - Throws: `StorageError` as above.
  package static func read(_ path: String) throws -> Contents {
    var contents = Contents()
    guard FileManager.default.fileExists(atPath: path) else { return contents }
    do throws(StorageError) {
      var reader = try LineReader(path)
      while let line = try next(&reader, &contents) {
        if !line.isBlank { try contents.receive(line) }
      }
    } catch .malformedFile(let path, let found, let expected) {
      contents.damage.append(.malformedFile(path: path, is: found, expected: expected))
    }
    return contents
  }

  /// The next line that is not too long; nil at the end.
  private static func next(
    _ reader: inout LineReader, _ contents: inout Contents
  ) throws(StorageError) -> TextLine? {
    while true {
      do throws(StorageError) {
        return try reader.next()
      } catch .malformedLine(let path, let line, let found, let expected) {
        contents.damage.append(
          .malformedLine(path: path, line: line, is: found, expected: expected))
      }
    }
  }

  private init(_ path: String, _ log: AppendLog, others: [String]) {
    self.path = path
    self.log = log
    self.others = others
  }

  /// Adds answers and waits until they are on the disk.
  package func append(_ answers: [CompletionRow]) throws {
    try log.append(answers.map { try LedgerEvent.completion($0).json() })
  }

  /// Drops every answer that is not in `answers`, after their wave went to the ledger.
  ///
  /// The file is replaced in one step, so a kill leaves all of the old answers or just these. Rows
  /// of unknown kinds stay, before the answers.
  package func replace(with answers: [CompletionRow]) throws -> LedgerJournal {
    var text = others.map { $0 + "\n" }.joined()
    for answer in answers {
      text += try LedgerEvent.completion(answer).json().encodedLine() + "\n"
    }
    try AtomicFile.write(text, to: path)
    return LedgerJournal(path, try AppendLog(path), others: others)
  }
}

extension LedgerJournal.Contents {
  /// Takes in a line.
  ///
  /// - Throws: `StorageError.malformedLine` for a row of a newer format: it may be an answer.
  fileprivate mutating func receive(_ line: TextLine) throws(StorageError) {
    do throws(StorageError) {
      switch try LedgerEvent(line) {
      case .completion(let row):
        if let problem = row.problem { throw line.error(problem.found, expected: problem.expected) }
        answers.append(row)
      case .unknown: others.append(try line.text())
      default: throw line.error("the row is no completion", expected: "an answer")
      }
    } catch {
      if let row = try? line.json(), LedgerEvent.newerFormat(of: row) != nil { throw error }
      damage.append(error)
    }
  }
}
