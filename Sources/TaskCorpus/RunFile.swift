import Storage

/// Tasks that another program has made up, finished or not: the run files of Self-Instruct
/// (`machine_generated_instructions.jsonl`) and Alpaca (`regen.json`), and any rows of that form.
///
///     {"instruction": "...", "most_similar": {...}, "request_idx": 3}
///     {"instruction": "...", "input": "", "output": "...", "most_similar_instructions": {...}}
///     {"instruction": "...", "instances": [{"input": "", "output": "..."}], "is_classification": false}
package struct RunFile: Equatable, Sendable {
  /// A task as far as it has come.
  package struct Row: Equatable, Sendable {
    package var instruction: String
    /// Those with an output; none where nobody has answered yet.
    package var instances: [TaskInstance]
    package var isClassification: Bool?

    package init(
      instruction: String, instances: [TaskInstance], isClassification: Bool? = nil
    ) {
      self.instruction = instruction
      self.instances = instances
      self.isClassification = isClassification
    }
  }

  /// What stands in a ledger for the model of its rows.
  package static let modelName = "imported"

  package let rows: [Row]
  /// The line that was cut off in the middle, as by a run that was killed; nil if all are whole.
  package let tornLine: Int?

  /// Reads a file: JSON lines, of which the last may be torn, or an array.
  ///
  /// - Throws: `StorageError`, naming the line, for the first row that is no task, and for a file
  ///   without rows.
  package static func read(_ path: String) throws(StorageError) -> RunFile {
    var rows: [Row] = []
    var torn: Int?
    do {
      try JSONRows.forEach(in: path) { value, _ throws(JSONProblem) in
        rows.append(try Row(value))
      }
    } catch {
      guard case .malformedLine(_, let line, _, _) = error, !rows.isEmpty,
        try isTorn(line, of: path)
      else { throw error }
      torn = line
    }
    if rows.isEmpty {
      throw .malformedFile(path: path, is: "has no rows", expected: "at least 1 task")
    }
    return RunFile(rows: rows, tornLine: torn)
  }

  /// Whether a line is the last one and has no end.
  private static func isTorn(_ number: Int, of path: String) throws(StorageError) -> Bool {
    var reader = try LineReader(path)
    if reader.firstVisibleByte == UInt8(ascii: "[") { return false }
    var last = 0
    while let line = try reader.next() { last = line.number }
    return last == number && !reader.endsInNewline
  }
}

extension RunFile.Row {
  init(_ value: JSONValue) throws(JSONProblem) {
    var row = try TaskRow(value)
    instruction = try row.filledString("instruction")
    isClassification = try row.optionalBool("is_classification")
    if row.has("instances") {
      instances = try row.instances()
    } else if let output = try row.optionalString("output"), !output.allSatisfy(\.isWhitespace) {
      let input = try row.optionalString("input") ?? ""
      // How Alpaca's prompt has models say that there is none.
      instances = [
        TaskInstance(input: input.lowercased() == "<noinput>" ? "" : input, output: output)
      ]
    } else {
      instances = []
    }
  }
}
