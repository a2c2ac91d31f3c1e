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

  /// Reads a file that is one array, with the line on which each element begins.
  ///
  /// - Throws: `StorageError`, for what is no JSON with the line.
  package static func readElements(
    _ path: String
  ) throws(StorageError) -> [(line: Int, value: JSONValue)] {
    let bytes = try bytes(of: path)
    do {
      return try JSONValue.elements(parsing: bytes)
    } catch {
      throw error.inFile(path)
    }
  }

  /// All bytes of a file without a byte-order mark.
  ///
  /// - Throws: `StorageError`, also for UTF-16 text, by its byte-order mark.
  package static func bytes(of path: String) throws(StorageError) -> [UInt8] {
    let file = try OpenFile(path, for: .reading)
    var bytes: [UInt8] = []
    while true {
      let block = try file.read(1 << 20)
      if block.isEmpty { break }
      bytes += block
    }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw .malformedFile(path: path, is: "is UTF-16", expected: "UTF-8")
    }
    return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
  }
}
