import Storage
import TaskCorpus

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

  /// What the fields are called that rules look at.
  package struct Fields: Sendable {
    package var instruction: String
    package var input: String
    package var output: String

    package init(
      instruction: String = "instruction", input: String = "input", output: String = "output"
    ) {
      self.instruction = instruction
      self.input = input
      self.output = output
    }
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
  ///   - fields: What the fields are called.
  /// - Throws: `StorageError` for a file that cannot be read, an array that is no JSON, and a file
  ///   without rows; what is wrong with one row stands at that row.
  package init(reading path: String, fields: Fields = Fields()) throws(StorageError) {
    self.path = path == "-" ? "standard input" : path
    var reader = try LineReader(
      path == "-" ? .standardInput() : OpenFile(path, for: .receiving))
    if reader.firstVisibleByte == UInt8(ascii: "[") {
      try readArray(try reader.rest(), fields)
    } else {
      try readLines(&reader, fields)
    }
    if rows.isEmpty {
      throw .malformedFile(path: self.path, is: "has no rows", expected: "at least 1")
    }
  }

  /// The language of its instructions, ISO 639-1, by the first thousand; nil where little tells.
  package var language: String? {
    LanguageDetector.guess(rows.prefix(1000).map(\.instruction), minimumEvidence: 10)?
      .language.code
  }

  /// Whether any row has an output.
  package var hasOutputs: Bool {
    rows.contains { $0.readable?.instances.isEmpty == false }
  }

  /// The rows that can be read.
  package var readable: Int {
    rows.count { if case .success = $0.content { true } else { false } }
  }

  private mutating func readLines(
    _ reader: inout LineReader, _ fields: Fields
  ) throws(StorageError) {
    while true {
      do throws(StorageError) {
        guard let line = try reader.next() else { return }
        if line.isBlank { continue }
        add(line.bytes[...], line: line.number, Self.content(of: line, fields))
      } catch .malformedLine(let path, let line, let found, let expected) {
        let error = StorageError.malformedLine(
          path: path, line: line, is: found, expected: expected)
        add([], line: line, .failure(error))
      }
    }
  }

  private mutating func readArray(_ document: [UInt8], _ fields: Fields) throws(StorageError) {
    let elements: [JSONValue.Element]
    do {
      elements = try JSONValue.elements(parsing: document)
    } catch {
      throw error.inFile(path)
    }
    for element in elements {
      let content = Self.content(of: element.value, fields).mapError { problem in
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
    of line: TextLine, _ fields: Fields
  ) -> Result<Content, StorageError> {
    do throws(StorageError) {
      return content(of: try line.json(), fields).mapError { problem in
        line.error(problem.found, expected: problem.expected)
      }
    } catch {
      return .failure(error)
    }
  }

  /// Reads what rules look at: rows of the original schema, Alpaca rows, or any others by their
  /// instruction alone.
  private static func content(
    of row: JSONValue, _ names: Fields
  ) -> Result<Content, JSONProblem> {
    guard case .object(let fields) = row else {
      return .failure(JSONProblem(found: "the row is \(row.kind)", expected: "an object"))
    }
    let field = names.instruction
    guard case .string(let instruction)? = fields[field] else {
      let found = fields[field].map { "'\(field)' is \($0.kind)" } ?? "the row has no '\(field)'"
      return .failure(JSONProblem(found: found, expected: "a string"))
    }
    let inner = fields["instances"]?.array ?? [row]
    let instances = inner.compactMap { instance in
      instance[names.output]?.string.map { output in
        Parse.Instance(input: instance[names.input]?.string ?? "", output: output)
      }
    }
    return .success(
      Content(
        instruction: instruction, instances: instances,
        isClassification: fields["is_classification"]?.bool ?? false))
  }
}
