import Storage

/// The forms of a row that describe a task.
enum SeedRow {
  /// Reads a task, without its id, in whichever form the row has.
  static func task(_ row: inout TaskRow) throws(JSONProblem) -> InstructionTask {
    if row.has("instances") { return try InstructionTask(id: "", seed: &row) }
    if row.has("messages") { return try conversation(&row) }
    if row.has("instruction") { return try alpaca(&row) }
    if row.has("prompt") { return try promptCompletion(&row) }
    throw JSONProblem(
      found: "the row has no 'instruction', no 'messages' and no 'prompt'",
      expected:
        "'instruction' and 'instances' or 'output', 'messages', or 'prompt' and 'completion'")
  }

  /// `{"prompt", "completion"}`: one instance without an input.
  private static func promptCompletion(_ row: inout TaskRow) throws(JSONProblem) -> InstructionTask
  {
    let prompt = try row.filledString("prompt")
    let completion = try row.string("completion")
    return try task(row, prompt, TaskInstance(input: "", output: completion))
  }

  /// `{"instruction", "input", "output"}`: one instance.
  private static func alpaca(_ row: inout TaskRow) throws(JSONProblem) -> InstructionTask {
    let instruction = try row.filledString("instruction")
    guard row.has("output") else {
      throw JSONProblem(
        found: "the row has no 'instances' and no 'output'", expected: "one of the two")
    }
    let input = try row.optionalString("input") ?? ""
    let output = try row.string("output")
    return try task(row, instruction, TaskInstance(input: input, output: output))
  }

  /// `{"messages": [{"role", "content"}]}`: a question of the user and its answer, after a system
  /// message or none; that is kept as `system`.
  private static func conversation(_ row: inout TaskRow) throws(JSONProblem) -> InstructionTask {
    guard let messages = row.take("messages")?.array else {
      throw JSONProblem(found: "'messages' is no array", expected: "an array")
    }
    var turns: [(role: String, content: String)] = []
    for (index, message) in messages.enumerated() {
      do {
        var turn = try TaskRow(message)
        turns.append((try turn.string("role"), try turn.string("content")))
      } catch {
        throw JSONProblem(found: "'messages[\(index)]': \(error.found)", expected: error.expected)
      }
    }
    let system = turns.first?.role == "system" ? turns.removeFirst().content : nil
    guard turns.map(\.role) == ["user", "assistant"] else {
      throw JSONProblem(
        found: "'messages' has the roles \(turns.map { quoted($0.role) }.joined(separator: ", "))",
        expected: "'user' and 'assistant', after 'system' or not")
    }
    if turns[0].content.allSatisfy(\.isWhitespace) {
      throw JSONProblem(found: "'messages' asks nothing", expected: "text from the user")
    }
    var result = try task(
      row, turns[0].content, TaskInstance(input: "", output: turns[1].content))
    if let system, result.extra["system"] == nil { result.extra["system"] = .string(system) }
    return result
  }

  private static func task(
    _ row: TaskRow, _ instruction: String, _ instance: TaskInstance
  ) throws(JSONProblem) -> InstructionTask {
    var row = row
    let name = try row.optionalString("name")
    let isClassification = try row.optionalBool("is_classification")
    return InstructionTask(
      id: "", name: name, instruction: instruction, instances: [instance],
      isClassification: isClassification, provenance: row.take("provenance"), extra: row.rest)
  }
}
