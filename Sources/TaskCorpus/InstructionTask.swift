import Storage

/// One task of a corpus: an instruction and worked instances of it.
///
/// On disk it is one row of the original schema; whatever else a row holds is kept:
///
///     {"id": "...", "name": "...", "instruction": "...", "is_classification": false,
///      "instances": [{"input": "...", "output": "..."}], "provenance": {...}}
package struct InstructionTask: Hashable, Sendable {
  /// Names the task in its corpus.
  package var id: String
  /// What people call it; seeds have one.
  package var name: String?
  /// What is to be done.
  package var instruction: String
  /// Worked examples; the first is the one shown in prompts.
  package var instances: [TaskInstance]
  /// Whether the outputs are few labels; nil if nobody said.
  package var isClassification: Bool?
  /// Where the task came from; a seed has none.
  package var provenance: JSONValue?
  /// Fields of the row that are none of the above.
  package var extra: [String: JSONValue]

  package init(
    id: String, name: String? = nil, instruction: String, instances: [TaskInstance],
    isClassification: Bool? = nil, provenance: JSONValue? = nil, extra: [String: JSONValue] = [:]
  ) {
    self.id = id
    self.name = name
    self.instruction = instruction
    self.instances = instances
    self.isClassification = isClassification
    self.provenance = provenance
    self.extra = extra
  }
}

/// One worked example of a task.
package struct TaskInstance: Hashable, Sendable {
  /// What the task is done to; empty if the instruction says all.
  package var input: String
  /// The right answer.
  package var output: String
  /// Fields of the object that are none of the above.
  package var extra: [String: JSONValue]

  package init(input: String, output: String, extra: [String: JSONValue] = [:]) {
    self.input = input
    self.output = output
    self.extra = extra
  }
}

extension InstructionTask {
  /// The names of the fields that are read in some form of a row (see `SeedFile`).
  package static let fields = [
    "id", "name", "instruction", "instances", "is_classification", "provenance", "input",
    "output", "messages",
  ]

  /// The row of this task.
  package var json: JSONValue {
    var fields = extra
    fields["id"] = .string(id)
    fields["name"] = name.map(JSONValue.string)
    fields["instruction"] = .string(instruction)
    fields["instances"] = .array(instances.map(\.json))
    fields["is_classification"] = isClassification.map(JSONValue.bool)
    fields["provenance"] = provenance
    return .object(fields)
  }

  /// The task of a row in our own schema, as `tasks.jsonl` holds it.
  ///
  /// - Throws: `JSONProblem` for a field that is missing or of the wrong type.
  package init(json: JSONValue) throws(JSONProblem) {
    var row = try TaskRow(json)
    guard let id = try row.identifier() else {
      throw JSONProblem(found: "'id' is missing", expected: "a string")
    }
    try self.init(id: id, seed: &row)
  }

  /// Reads what follows the id; `row` gives up its known fields.
  init(id: String, seed row: inout TaskRow) throws(JSONProblem) {
    self.id = id
    name = try row.optionalString("name")
    instruction = try row.filledString("instruction")
    instances = try row.instances()
    isClassification = try row.optionalBool("is_classification")
    provenance = row.take("provenance")
    extra = row.rest
  }
}

extension TaskInstance {
  /// The names of the fields that are read.
  package static let fields = ["input", "output"]

  /// The object of this instance.
  package var json: JSONValue {
    var fields = extra
    fields["input"] = .string(input)
    fields["output"] = .string(output)
    return .object(fields)
  }
}

extension InstructionTask: Codable {
  /// Reads a row through any decoder; JSON of our own files is better read by `init(json:)`, which
  /// tells large integers apart.
  package init(from decoder: any Decoder) throws {
    try self.init(json: JSONValue(from: decoder))
  }

  package func encode(to encoder: any Encoder) throws {
    try json.encode(to: encoder)
  }
}
