import Storage

/// Lines of stdin.
enum StandardInput {
  /// Calls `body` with each line that is not blank, as it comes.
  ///
  /// - Throws: `StorageError`, in which the file is called `standard input`, and what `body` throws.
  static func forEachLine(_ body: (TextLine) throws -> Void) throws {
    var reader = try LineReader(OpenFile.standardInput())
    while let line = try reader.next() {
      if line.isBlank { continue }
      try body(line)
    }
  }
}
