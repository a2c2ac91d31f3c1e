/// Files of one JSON value a line.
package enum JSONLines {
  /// All lines of a file that are not blank, not yet parsed.
  ///
  /// - Throws: `StorageError` for a file that cannot be read or a line above the limit.
  package static func read(_ path: String) throws(StorageError) -> [TextLine] {
    var lines: [TextLine] = []
    var reader = try LineReader(path)
    while let line = try reader.next() {
      if !line.isBlank { lines.append(line) }
    }
    return lines
  }

  /// Goes through the parsed rows of a file one at a time, in bounded memory.
  ///
  /// A row that is not JSON is handed over as its error, so that the caller chooses between
  /// stopping there (`try row.get()`) and telling and going on.
  ///
  /// - Throws: `StorageError` for a file that cannot be read, and whatever `body` throws.
  package static func forEach(
    in path: String,
    _ body: (_ line: Int, _ row: Result<JSONValue, StorageError>) throws -> Void
  ) throws {
    var reader = try LineReader(path)
    while let row = try reader.nextRow() { try body(row.line, row.value) }
  }

  /// One line for any encodable value: `JSONValue.encodedLine` of its JSON form.
  ///
  /// - Throws: `EncodingError` for an infinite or undefined number.
  package static func encodedLine(_ value: some Encodable) throws -> String {
    try JSONValue(encoding: value).encodedLine()
  }
}
