import Storage

/// Tasks that another program has made up, finished or not: the run files of Self-Instruct
/// (`machine_generated_instructions.jsonl`, `is_clf_or_not_*.jsonl`, `machine_generated_instances.jsonl`)
/// and Alpaca (`regen.json`), and any rows of that form.
///
///     {"instruction": "...", "most_similar": {...}, "request_idx": 3}
///     {"instruction": "...", "is_classification": " Yes"}
///     {"instruction": "...", "raw_instances": "Output: ...", "instance_metadata": {...}}
///     {"instruction": "...", "input": "", "output": "...", "most_similar_instructions": {...}}
///     {"instruction": "...", "instances": [{"input": "", "output": "..."}], "is_classification": false}
package struct RunFile: Equatable, Sendable {
  /// A task as far as it has come.
  package struct Row: Equatable, Sendable {
    package var instruction: String
    /// Those with an output; none where nobody has answered yet.
    package var instances: [TaskInstance]
    package var isClassification: Bool?
    /// What a model wrote where it was asked for instances, if nobody has read it yet.
    package var completion: Completion?

    package init(
      instruction: String, instances: [TaskInstance], isClassification: Bool? = nil,
      completion: Completion? = nil
    ) {
      self.instruction = instruction
      self.instances = instances
      self.isClassification = isClassification
      self.completion = completion
    }
  }

  /// Instances as a model wrote them.
  package struct Completion: Equatable, Sendable {
    package var text: String
    /// Whether it ended at the limit of tokens.
    package var isCut: Bool

    package init(text: String, isCut: Bool) {
      self.text = text
      self.isCut = isCut
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
    isClassification = try row.answer("is_classification")
    let raw = try row.optionalString("raw_instances")
    completion = raw.flatMap { text in
      if text.allSatisfy(\.isWhitespace) { return nil }
      return RunFile.Completion(text: text, isCut: Self.isCut(value["instance_metadata"]))
    }
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
  /// Whether what an endpoint said with a completion is that it ended at the limit.
  private static func isCut(_ metadata: JSONValue?) -> Bool {
    let choice = metadata?["response"]?["choices"]?.array?.first
    return choice?["finish_reason"]?.string == "length"
  }
}

extension TaskRow {
  /// Takes a field that is true or false, or a model's yes or no; what is neither counts as missing.
  fileprivate mutating func answer(_ key: String) throws(JSONProblem) -> Bool? {
    guard let text = rest[key]?.string else { return try optionalBool(key) }
    _ = take(key)
    switch text.filter({ !$0.isWhitespace }).lowercased() {
    case "yes", "true": return true
    case "no", "false": return false
    default: return nil
    }
  }
}
