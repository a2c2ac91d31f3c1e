import Foundation
import Storage

/// The append-only account of everything that was asked, said and found.
///
/// Rows are appended in units that end in a committing row. Opening drops what a kill left of the
/// last unit; it is asked for or derived again and comes out the same.
package final class Ledger: Sendable {
  /// What a ledger says.
  package struct Contents: Sendable {
    /// The committed rows, in order.
    package var events: [LedgerEvent]
    /// The line of each, counted from 1.
    package var lines: [Int]
    /// How many bytes of the file they are.
    package var byteCount: Int
    /// Rows after them that no committing row follows.
    package var uncommittedRows: Int
  }

  private let log: AppendLog

  /// Opens a ledger for writing, making an empty one if there is none.
  ///
  /// - Parameter place: Where to begin reading; nil for the beginning.
  /// - Returns: The ledger and what it says.
  /// - Throws: `StorageError` for a file that cannot be read or written, or a row that is none.
  package static func open(
    _ path: String, from place: LedgerPlace? = nil
  ) throws -> (ledger: Ledger, contents: Contents) {
    let log = try AppendLog(path)
    let contents = try read(path, from: place)
    if contents.uncommittedRows > 0 { try log.truncate(to: contents.byteCount) }
    return (Ledger(log), contents)
  }

  /// How many bytes are committed.
  package var byteCount: Int { log.byteCount }

  /// The committed rows of a ledger, or those after a place of it; none if there is no file.
  ///
  /// A last line without newline that is no row is torn and counts as uncommitted, so that a reader
  /// may come while a writer is at work.
  ///
  /// - Throws: `StorageError` for a file that cannot be read, a row that is none, or one that the
  ///   writer would not have put where it is.
  package static func read(_ path: String, from place: LedgerPlace? = nil) throws -> Contents {
    let start = place?.byteCount ?? 0
    var contents = Contents(events: [], lines: [], byteCount: start, uncommittedRows: 0)
    guard FileManager.default.fileExists(atPath: path) else { return contents }
    var reader = try LineReader(path, from: start, line: place?.lines ?? 0)
    var order = LedgerOrder(from: place)
    var tail: [(event: LedgerEvent, line: Int)] = []
    var tornRows = 0
    while let line = try reader.next() {
      if line.isBlank { continue }
      do throws(StorageError) {
        let event = try LedgerEvent(line)
        try order.receive(event, line)
        tail.append((event, line.number))
      } catch {
        // Whoever wrote a newline wrote the whole line before it.
        if reader.endsInNewline { throw error }
        tornRows = 1
      }
      guard tail.last?.event.isCommit == true else { continue }
      contents.events += tail.map(\.event)
      contents.lines += tail.map(\.line)
      contents.byteCount = reader.byteCount
      tail = []
    }
    contents.uncommittedRows = tail.count + tornRows
    return contents
  }

  private init(_ log: AppendLog) {
    self.log = log
  }

  /// Adds the rows of one unit and waits until they are on the disk.
  ///
  /// - Precondition: The last row commits.
  /// - Throws: `StorageError` if the disk is full or refuses.
  package func append(_ events: [LedgerEvent]) throws {
    precondition(events.last?.isCommit != false, "append: the last row does not commit")
    try log.append(events.map { try $0.json() })
  }
}
