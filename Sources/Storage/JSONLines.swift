/// Files of one JSON value a line.
package enum JSONLines {
  /// All lines of a file that are not blank, not yet parsed.
  ///
  /// - Parameter purpose: `.receiving` reads a device or a pipe too.
  /// - Throws: `StorageError` for a file that cannot be read or a line above the limit.
  package static func read(
    _ path: String, for purpose: OpenFile.Purpose = .reading
  ) throws(StorageError) -> [TextLine] {
    var lines: [TextLine] = []
    var reader = try LineReader(OpenFile(path, for: purpose))
    while let line = try reader.next() {
      if !line.isBlank { lines.append(line) }
    }
    return lines
  }

  /// One line for any encodable value: `JSONValue.encodedLine` of its JSON form.
  ///
  /// - Throws: `EncodingError` for an infinite or undefined number.
  package static func encodedLine(_ value: some Encodable) throws -> String {
    try JSONValue(encoding: value).encodedLine()
  }
}
