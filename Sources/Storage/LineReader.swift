/// One line of a text file with its place.
package struct TextLine: Equatable, Sendable {
  /// The file it came from, as the caller named it.
  package let path: String
  /// Counted from 1, empty lines included.
  package let number: Int
  /// The bytes without the newline.
  package let bytes: [UInt8]

  package init(path: String, number: Int, bytes: [UInt8]) {
    self.path = path
    self.number = number
    self.bytes = bytes
  }

  /// Whether there is nothing but white space.
  package var isBlank: Bool {
    bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
  }

  /// The line as text.
  ///
  /// - Throws: `StorageError.malformedLine` if it is not UTF-8.
  package func text() throws(StorageError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw error("bytes that are not UTF-8", expected: "UTF-8")
    }
    return text
  }

  /// The line as JSON.
  ///
  /// - Throws: `StorageError.malformedLine`.
  package func json() throws(StorageError) -> JSONValue {
    do {
      return try JSONValue(parsing: bytes)
    } catch {
      throw self.error(error.found, expected: error.expected)
    }
  }

  /// The line as a JSON object.
  package func fields() throws(StorageError) -> [String: JSONValue] {
    let value = try json()
    guard let fields = value.object else {
      throw error("the row is \(value.kind)", expected: "an object")
    }
    return fields
  }

  /// The line as JSON read into a type.
  package func decoded<Value: Decodable>(
    as type: Value.Type = Value.self
  ) throws(StorageError) -> Value {
    try decoded(try json())
  }

  /// The JSON of the line, or a part of it, read into a type.
  package func decoded<Value: Decodable>(
    _ value: JSONValue, as type: Value.Type = Value.self
  ) throws(StorageError) -> Value {
    do {
      return try value.decoded(as: type)
    } catch {
      let problem = JSONProblem(error)
      throw self.error(problem.found, expected: problem.expected)
    }
  }

  /// The error that says what is wrong with this line.
  package func error(_ found: String, expected: String) -> StorageError {
    .malformedLine(path: path, line: number, is: found, expected: expected)
  }
}

/// Reads a file line by line, holding one line and one block of it in memory.
///
/// Lines end at `\n` or `\r\n`, the last one also at the end of the file. A byte-order mark of UTF-8
/// is skipped.
package struct LineReader {
  /// The longest line read unless told otherwise, in bytes.
  package static let maximumLineBytes = 32 << 20

  /// The most that is read of a file that is one value over many lines, in bytes.
  package static let maximumDocumentBytes = 256 << 20

  private let file: OpenFile
  private let limit: Int
  private var block: ArraySlice<UInt8> = []
  private var number = 0
  /// How many bytes of the file were read into blocks so far.
  private var filled = 0
  /// Whether the line that `next` gave last ended at a newline and not at the end of the file.
  package private(set) var endsInNewline = true

  /// Opens a regular file.
  ///
  /// - Throws: `StorageError`, also for UTF-16 text, by its byte-order mark.
  package init(
    _ path: String, maximumLineBytes: Int = LineReader.maximumLineBytes
  ) throws(StorageError) {
    try self.init(OpenFile(path, for: .reading), maximumLineBytes: maximumLineBytes)
  }

  /// Opens a regular file and goes on where others have stopped.
  ///
  /// - Parameters:
  ///   - offset: Bytes that are behind, the last of them the end of a line.
  ///   - line: Lines that are behind.
  /// - Throws: `StorageError`.
  package init(_ path: String, from offset: Int, line: Int) throws(StorageError) {
    let file = try OpenFile(path, for: .reading)
    if offset > 0 { try file.seek(to: offset) }
    try self.init(file)
    number = line
    filled += offset
  }

  /// Reads an open file from where it stands.
  ///
  /// - Throws: `StorageError`, also for UTF-16 text, by its byte-order mark.
  package init(
    _ file: OpenFile, maximumLineBytes: Int = LineReader.maximumLineBytes
  ) throws(StorageError) {
    self.file = file
    limit = maximumLineBytes
    try fill()
    // A pipe may give less than a whole mark at first.
    while block.count < 3, !block.isEmpty, [0xEF, 0xBB].starts(with: block) || block == [0xFF] {
      let more = try file.readAvailable(1)
      if more.isEmpty { break }
      block = (Array(block) + more)[...]
      filled += 1
    }
    if block.starts(with: [0xEF, 0xBB, 0xBF]) { block = block.dropFirst(3) }
    if block.starts(with: [0xFF, 0xFE]) || block.starts(with: [0xFE, 0xFF]) {
      throw .malformedFile(path: file.path, is: "is UTF-16", expected: "UTF-8")
    }
  }

  /// The next line, or nil at the end.
  ///
  /// - Throws: `StorageError.malformedLine` for a line above the limit, which is then behind: the
  ///   next call goes on with the line after it. Of what has no length, such as a device without
  ///   end, nothing more is read then.
  package mutating func next() throws(StorageError) -> TextLine? {
    var bytes: [UInt8] = []
    var count = 0
    while true {
      if block.isEmpty { try fill() }
      if block.isEmpty, count == 0 { return nil }
      let end = block.firstIndex(of: UInt8(ascii: "\n"))
      let piece = block[..<(end ?? block.endIndex)]
      count += piece.count
      if count <= limit { bytes += piece }
      let isLast = block.isEmpty
      block = block[(end.map { $0 + 1 } ?? block.endIndex)...]
      endsInNewline = end != nil
      if endsInNewline || isLast { break }
      if count > limit, file.byteCount == nil { throw endless(number + 1) }
    }
    number += 1
    guard count <= limit else {
      throw .malformedLine(
        path: file.path, line: number, is: "the line has \(count) bytes",
        expected: "at most \(limit)")
    }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    return TextLine(path: file.path, number: number, bytes: bytes)
  }

  /// The next line that is not blank, parsed, or what is wrong with it.
  ///
  /// - Throws: `StorageError` if the file can be read no further.
  package mutating func nextRow() throws(StorageError) -> (
    line: Int, value: Result<JSONValue, StorageError>
  )? {
    do {
      while let line = try next() {
        if !line.isBlank { return (line.number, .success(try line.json())) }
      }
      return nil
    } catch .malformedLine(let path, let line, let found, let expected) {
      return (
        line, .failure(.malformedLine(path: path, line: line, is: found, expected: expected))
      )
    }
  }

  /// How many bytes of the file are behind, line ends and byte-order mark included.
  package var byteCount: Int { filled - block.count }

  /// The first byte of the file that is no white space, before any line was taken; nil if there is
  /// none within the first block of the file.
  package var firstVisibleByte: UInt8? {
    block.first { $0 > 0x20 }
  }

  /// All bytes that are still to come.
  ///
  /// - Throws: `StorageError`, also above `maximumDocumentBytes`.
  package mutating func rest() throws(StorageError) -> [UInt8] {
    var bytes: [UInt8] = []
    while !block.isEmpty {
      bytes += block
      guard bytes.count <= Self.maximumDocumentBytes else {
        throw .malformedFile(
          path: file.path, is: "has \(bytes.count) bytes and more",
          expected: "at most \(Self.maximumDocumentBytes)")
      }
      try fill()
    }
    return bytes
  }

  private func endless(_ line: Int) -> StorageError {
    .malformedFile(
      path: file.path, is: "line \(line) has more than \(limit) bytes", expected: "a shorter one")
  }

  private mutating func fill() throws(StorageError) {
    block = try file.readAvailable(1 << 18)[...]
    filled += block.count
  }
}
