import Storage

/// Rows of anybody's data set, with what rules look at, and as they stand in the file.
package struct DatasetFile: Sendable {
  /// A row.
  package struct Row: Sendable {
    /// The line on which it begins, counted from 1.
    package let line: Int
    /// Where it stands in `DatasetFile.bytes`.
    package let bytes: Range<Int>
    /// What it says, or what is wrong with it.
    package let content: Result<Content, StorageError>
  }

  /// What rules look at.
  package struct Content: Sendable {
    package var instruction: String
    /// Inputs with outputs; empty for a row that has instructions only.
    package var instances: [Parse.Instance]
    package var isClassification: Bool
  }

  /// Where the file is, as the caller named it.
  package let path: String
  /// The rows' bytes, without what stands between them.
  package private(set) var bytes: [UInt8] = []
  package private(set) var rows: [Row] = []

  /// Reads JSON lines or one JSON array of objects.
  ///
  /// - Parameters:
  ///   - path: `-` for stdin.
  ///   - field: The field that holds the instruction.
  /// - Throws: `StorageError` for a file that cannot be read, an array that is no JSON, and a file
  ///   without rows; what is wrong with one row stands at that row.
  package init(reading path: String, field: String = "instruction") throws(StorageError) {
    self.path = path == "-" ? "standard input" : path
    var reader = try LineReader(
      path == "-" ? .standardInput() : OpenFile(path, for: .receiving))
    if reader.firstVisibleByte == UInt8(ascii: "[") {
      try readArray(try reader.rest(), field)
    } else {
      try readLines(&reader, field)
    }
    if rows.isEmpty {
      throw .malformedFile(path: self.path, is: "has no rows", expected: "at least 1")
    }
  }

  /// The rows that can be read.
  package var readable: Int {
    rows.count { if case .success = $0.content { true } else { false } }
  }

  private mutating func readLines(
    _ reader: inout LineReader, _ field: String
  ) throws(StorageError) {
    while true {
      do throws(StorageError) {
        guard let line = try reader.next() else { return }
        if line.isBlank { continue }
        add(line.bytes[...], line: line.number, Self.content(of: line, field))
      } catch .malformedLine(let path, let line, let found, let expected) {
        let error = StorageError.malformedLine(
          path: path, line: line, is: found, expected: expected)
        add([], line: line, .failure(error))
      }
    }
  }

  private mutating func readArray(_ document: [UInt8], _ field: String) throws(StorageError) {
    let elements: [JSONValue.Element]
    do {
      elements = try JSONValue.elements(parsing: document)
    } catch {
      throw error.inFile(path)
    }
    for element in elements {
      let content = Self.content(of: element.value, field).mapError { problem in
        StorageError.malformedLine(
          path: path, line: element.line, is: problem.found, expected: problem.expected)
      }
      add(Self.oneLine(document[element.bytes]), line: element.line, content)
    }
  }

  private mutating func add(
    _ row: ArraySlice<UInt8>, line: Int, _ content: Result<Content, StorageError>
  ) {
    let start = bytes.count
    bytes += row
    rows.append(Row(line: line, bytes: start..<bytes.count, content: content))
  }

  /// A value that may stand over several lines on one: in JSON no text holds a line break as such.
  private static func oneLine(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let breaks: [UInt8] = [UInt8(ascii: "\n"), UInt8(ascii: "\r")]
    guard bytes.contains(where: breaks.contains) else { return bytes }
    let lines = bytes.split(whereSeparator: breaks.contains).map { line in
      line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }
    return Array(lines.joined(separator: [UInt8(ascii: " ")]))[...]
  }

  private static func content(
    of line: TextLine, _ field: String
  ) -> Result<Content, StorageError> {
    do throws(StorageError) {
      return content(of: try line.json(), field).mapError { problem in
        line.error(problem.found, expected: problem.expected)
      }
    } catch {
      return .failure(error)
    }
  }

  /// Reads what rules look at: rows of the original schema, Alpaca rows, or any others by their
  /// instruction alone.
  private static func content(
    of row: JSONValue, _ field: String
  ) -> Result<Content, JSONProblem> {
    guard case .object(let fields) = row else {
      return .failure(JSONProblem(found: "the row is \(row.kind)", expected: "an object"))
    }
    guard case .string(let instruction)? = fields[field] else {
      let found = fields[field].map { "'\(field)' is \($0.kind)" } ?? "the row has no '\(field)'"
      return .failure(JSONProblem(found: found, expected: "a string"))
    }
    let inner = fields["instances"]?.array ?? [row]
    let instances = inner.compactMap { instance in
      instance["output"]?.string.map { output in
        Parse.Instance(input: instance["input"]?.string ?? "", output: output)
      }
    }
    return .success(
      Content(
        instruction: instruction, instances: instances,
        isClassification: fields["is_classification"]?.bool ?? false))
  }
}
