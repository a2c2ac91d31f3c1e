import Storage

/// What a run trains on and is measured by: token ids with marks, and which of them make a step.
///
/// All chance and all text lie behind it: a trainer reads these files and nothing else.
package struct PreparedData: Equatable, Sendable {
  /// A text as token ids.
  package struct Row: Equatable, Sendable {
    /// The task's id, with the number of the instance where there are several.
    package var id: String
    package var document: TrainingDocument

    package init(id: String, document: TrainingDocument) {
      self.id = id
      self.document = document
    }
  }

  /// What one optimizer step trains on.
  package struct Step: Equatable, Sendable {
    /// From 1.
    package var epoch: Int
    /// Places in `training`.
    package var rows: [Int]

    package init(epoch: Int, rows: [Int]) {
      self.epoch = epoch
      self.rows = rows
    }
  }

  package var training: [Row] = []
  package var heldOut: [Row] = []
  package var steps: [Step] = []

  package init() {}

  /// The documents of a step.
  package func documents(of step: Int) -> [TrainingDocument] {
    steps[step].rows.map { training[$0].document }
  }
}

extension PreparedData {
  /// Writes a folder of `train.tokens.jsonl`, `held-out.tokens.jsonl` and `steps.jsonl`, whole or not
  /// at all.
  package func write(to path: String) throws {
    try AtomicFolder.make(path) { folder in
      try Self.write(training.lazy.map(\.json), to: folder + "/train.tokens.jsonl")
      try Self.write(heldOut.lazy.map(\.json), to: folder + "/held-out.tokens.jsonl")
      try Self.write(steps.lazy.map(\.json), to: folder + "/steps.jsonl")
    }
  }

  /// SHA-256 of all rows.
  package var hash: String {
    var hash = ContentHash()
    for row in training + heldOut { hash.update(Array((row.json.encodedLine() + "\n").utf8)) }
    for step in steps { hash.update(Array((step.json.encodedLine() + "\n").utf8)) }
    return hash.hex
  }

  /// Reads what `write(to:)` wrote.
  /// - Throws: `StorageError` for a file that is missing or a row that is none of ours.
  package init(readingFrom folder: String) throws(StorageError) {
    training = try Self.read(folder + "/train.tokens.jsonl") { value throws(JSONProblem) in
      try Row(value)
    }
    heldOut = try Self.read(folder + "/held-out.tokens.jsonl") { value throws(JSONProblem) in
      try Row(value)
    }
    let count = training.count
    steps = try Self.read(folder + "/steps.jsonl") { value throws(JSONProblem) in
      try Step(value, rows: count)
    }
  }

  private static func write(
    _ rows: some Sequence<JSONValue>, to path: String
  ) throws(StorageError) {
    try AtomicFile.write(to: path) { file throws(StorageError) in
      for row in rows { try file.write(Array((row.encodedLine() + "\n").utf8)) }
    }
  }

  private static func read<Element>(
    _ path: String, _ parse: (JSONValue) throws(JSONProblem) -> Element
  ) throws(StorageError) -> [Element] {
    var elements: [Element] = []
    for line in try JSONLines.read(path) {
      do throws(JSONProblem) {
        elements.append(try parse(try JSONValue(parsing: line.bytes)))
      } catch {
        throw .malformedLine(
          path: path, line: line.number, is: error.found, expected: error.expected)
      }
    }
    return elements
  }
}

extension PreparedData.Row {
  /// What is not learnt, among labels.
  private static let unlearnt = -100

  /// `labels` as Hugging Face's trainers read them: ids, or -100 where nothing is learnt.
  fileprivate var json: JSONValue {
    let labels = zip(document.tokens, document.answers).map { token, isAnswer in
      JSONValue.int(isAnswer ? Int(token) : Self.unlearnt)
    }
    return [
      "id": .string(id),
      "input_ids": .array(document.tokens.map { .int(Int($0)) }),
      "labels": .array(labels),
      "text": .bool(document.isText),
    ]
  }

  fileprivate init(_ value: JSONValue) throws(JSONProblem) {
    guard let id = value["id"]?.string, let ids = value["input_ids"]?.array,
      let labels = value["labels"]?.array, let isText = value["text"]?.bool
    else {
      throw JSONProblem(
        found: "the row is \(value.shown)",
        expected: "an object of 'id', 'input_ids', 'labels' and 'text'")
    }
    let tokens = ids.compactMap { $0.int.flatMap(Int32.init(exactly:)) }
    let marks = labels.compactMap { $0.int.map { $0 != Self.unlearnt } }
    guard tokens.count == ids.count, marks.count == ids.count, labels.count == ids.count,
      tokens.allSatisfy({ $0 >= 0 })
    else {
      throw JSONProblem(
        found: "\(ids.count) 'input_ids' and \(labels.count) 'labels' are not all right",
        expected: "as many token ids as labels")
    }
    self.init(id: id, document: TrainingDocument(tokens, answers: marks, isText: isText))
  }
}

extension PreparedData.Step {
  fileprivate var json: JSONValue {
    ["epoch": .int(epoch), "rows": .array(rows.map(JSONValue.int))]
  }

  fileprivate init(_ value: JSONValue, rows count: Int) throws(JSONProblem) {
    guard let epoch = value["epoch"]?.int, let places = value["rows"]?.array else {
      throw JSONProblem(
        found: "the row is \(value.shown)", expected: "an object of 'epoch' and 'rows'")
    }
    let rows = places.compactMap(\.int)
    guard rows.count == places.count, rows.allSatisfy({ 0..<count ~= $0 }) else {
      throw JSONProblem(
        found: "'rows' names one that is not there", expected: "numbers from 0 to \(count - 1)")
    }
    self.init(epoch: epoch, rows: rows)
  }
}
