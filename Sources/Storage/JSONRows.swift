/// Files of rows: JSON lines, or one JSON array.
package enum JSONRows {
  /// Goes through the rows of a file in their order, blank lines left out.
  ///
  /// - Parameter body: Takes a row and the line, counted from 1, on which it begins; what it throws
  ///   is told with file and line.
  /// - Throws: `StorageError` for a file that cannot be read, the first row that is no JSON, and the
  ///   first that the body refuses.
  package static func forEach(
    in path: String, _ body: (JSONValue, Int) throws(JSONProblem) -> Void
  ) throws(StorageError) {
    var reader = try LineReader(path)
    guard reader.firstVisibleByte == UInt8(ascii: "[") else {
      while let row = try reader.nextRow() { try tell(try row.value.get(), row.line, path, body) }
      return
    }
    let document = try reader.rest()
    let elements: [JSONValue.Element]
    do {
      elements = try JSONValue.elements(parsing: document)
    } catch {
      throw error.inFile(path)
    }
    for element in elements { try tell(element.value, element.line, path, body) }
  }

  private static func tell(
    _ value: JSONValue, _ line: Int, _ path: String,
    _ body: (JSONValue, Int) throws(JSONProblem) -> Void
  ) throws(StorageError) {
    do {
      try body(value, line)
    } catch {
      throw .malformedLine(path: path, line: line, is: error.found, expected: error.expected)
    }
  }
}
