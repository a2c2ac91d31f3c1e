/// Files that are one JSON value over any number of lines.
package enum JSONDocument {
  /// Reads a file whole.
  ///
  /// - Throws: `StorageError`, for what is no JSON with the line.
  package static func read(_ path: String) throws(StorageError) -> JSONValue {
    let bytes = try bytes(of: path)
    do {
      return try JSONValue(parsing: bytes)
    } catch {
      throw error.inFile(path)
    }
  }

  /// All bytes of a file without a byte-order mark.
  ///
  /// - Throws: `StorageError`, also for UTF-16 text, by its byte-order mark.
  package static func bytes(of path: String) throws(StorageError) -> [UInt8] {
    var reader = try LineReader(path)
    return try reader.rest()
  }
}
