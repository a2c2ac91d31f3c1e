import Synchronization

/// A file of JSON lines that only grows, every row on the disk before the call that added it returns.
///
/// A row is written with one call and then synchronized. What a killed process or a full disk left
/// half-written is put right: at once if the process lives, else when the log is opened again.
/// Rows of one `append` may be cut between rows by a kill; who needs them together writes one row.
package final class AppendLog: Sendable {
  /// What opening found at the end of the file.
  package enum Tail: Equatable, Sendable {
    /// The last row was whole.
    case whole
    /// The last row was whole but its newline was missing, which was added.
    case newlineAdded
    /// The last row was cut; these bytes of it were removed.
    case removed(bytes: Int)
  }

  /// What opening found and did.
  package let tail: Tail

  private let file: OpenFile
  private let count: Mutex<Int>

  /// Opens a log, making an empty one if there is none, and repairs its end.
  ///
  /// An end without newline that is valid JSON is completed: it is what an editor leaves, and what
  /// was asked to be written. Anything else without newline was never acknowledged and goes.
  ///
  /// - Throws: `StorageError` if the file cannot be read or written.
  package init(_ path: String) throws(StorageError) {
    let isNew = !OpenFile.exists(path)
    file = try OpenFile(path, for: .appending)
    let end = file.byteCount ?? 0
    let torn = try Self.torn(file, end)
    if torn.isEmpty {
      tail = .whole
      count = Mutex(end)
    } else if torn.last.map({ $0 != 0 }) == true, (try? JSONValue(parsing: torn)) != nil {
      tail = .newlineAdded
      count = Mutex(end + 1)
      try file.write([UInt8(ascii: "\n")])
    } else {
      tail = .removed(bytes: torn.count)
      count = Mutex(end - torn.count)
      try file.truncate(to: end - torn.count)
    }
    if tail != .whole { try file.synchronize() }
    if isNew { try AtomicFile.synchronizeFolder(of: path) }
  }

  /// How many bytes are committed.
  package var byteCount: Int { count.withLock { $0 } }

  /// Adds rows in order and waits until they are on the disk.
  ///
  /// - Throws: `StorageError.incompleteWrite` if the disk is full, after taking back what was
  ///   written of these rows, so that the file is as it was before; `.refused` otherwise.
  package func append(_ rows: [JSONValue]) throws(StorageError) {
    if rows.isEmpty { return }
    var bytes: [UInt8] = []
    for row in rows {
      bytes += row.encodedLine().utf8
      bytes.append(UInt8(ascii: "\n"))
    }
    try append(bytes)
  }

  /// Adds one row and waits until it is on the disk.
  package func append(_ row: JSONValue) throws(StorageError) {
    try append([row])
  }

  /// Cuts the log back to a length it had before, as after reading rows that are to be done again.
  ///
  /// - Precondition: `byteCount` does not grow by it.
  package func truncate(to byteCount: Int) throws(StorageError) {
    try count.withLock { count throws(StorageError) in
      precondition(byteCount <= count, "truncate: to \(byteCount) bytes; the log has \(count)")
      try file.truncate(to: byteCount)
      try file.synchronize()
      count = byteCount
    }
  }

  private func append(_ bytes: [UInt8]) throws(StorageError) {
    try count.withLock { count throws(StorageError) in
      // Longer only if an append failed and could not be taken back then.
      if let size = file.byteCount, size > count { try file.truncate(to: count) }
      do throws(StorageError) {
        try file.write(bytes)
        try file.synchronize()
      } catch {
        try? file.truncate(to: count)
        throw error
      }
      count += bytes.count
    }
  }

  /// The bytes after the last newline, read backwards in blocks.
  private static func torn(_ file: OpenFile, _ end: Int) throws(StorageError) -> [UInt8] {
    var torn: [UInt8] = []
    var start = end
    while start > 0 {
      let from = max(0, start - 1 << 16)
      try file.seek(to: from)
      let block = try file.read(start - from)
      if let newline = block.lastIndex(of: UInt8(ascii: "\n")) {
        return block[(newline + 1)...] + torn
      }
      torn = block + torn
      start = from
    }
    return torn
  }
}
