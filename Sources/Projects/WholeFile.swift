import Storage

/// Reads small files that a person wrote.
enum WholeFile {
  /// All bytes of a file, up to 16 MiB.
  ///
  /// - Throws: `StorageError` if it cannot be read or is larger.
  static func bytes(of path: String) throws(StorageError) -> [UInt8] {
    var reader = try LineReader(path, maximumLineBytes: 16 << 20)
    var bytes: [UInt8] = []
    while let line = try reader.next() {
      bytes += line.bytes
      bytes.append(UInt8(ascii: "\n"))
      guard bytes.count <= 16 << 20 else {
        throw .malformedFile(path: path, is: "has more than 16 MiB", expected: "a small file")
      }
    }
    return bytes
  }
}
