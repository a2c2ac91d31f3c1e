import Storage

/// The hand-written tasks a corpus grows from, as one file holds them.
///
/// A row may be of the original schema (`instruction`, `instances`), an Alpaca row (`instruction`,
/// `input`, `output`) or a conversation (`messages`); a file is JSON lines or one JSON array.
/// `id`, `name`, `input` and `is_classification` may be missing, unknown fields are kept.
package struct SeedFile: Equatable, Sendable {
  /// Where the file is, as the caller named it.
  package let path: String
  /// The tasks in the file's order.
  package let tasks: [InstructionTask]
  /// The line on which each task begins.
  package let lines: [Int]

  /// Reads a file.
  ///
  /// A task without an id gets one from its content, which stays when rows are moved.
  ///
  /// - Throws: `StorageError`, naming the line, for the first row that is no task, for an id used
  ///   twice and for a file without rows.
  package static func read(_ path: String) throws(StorageError) -> SeedFile {
    var reader = SeedReader()
    try JSONRows.forEach(in: path) { row, line throws(JSONProblem) in
      try reader.add(row, line: line)
    }
    if reader.tasks.isEmpty {
      throw .malformedFile(path: path, is: "has no rows", expected: "at least 1 task")
    }
    return SeedFile(path: path, tasks: reader.tasks, lines: reader.lines)
  }
}

/// Gathers the tasks of a file.
private struct SeedReader {
  private(set) var tasks: [InstructionTask] = []
  private(set) var lines: [Int] = []
  private var lineOfID: [String: Int] = [:]

  mutating func add(_ value: JSONValue, line: Int) throws(JSONProblem) {
    var row = try TaskRow(value)
    let given = try row.identifier()
    var task = try SeedRow.task(&row)
    task.id = given ?? unusedID(for: task)
    if let earlier = lineOfID[task.id] {
      throw JSONProblem(
        found: "id \(quoted(task.id)) is that of line \(earlier)", expected: "each id once")
    }
    lineOfID[task.id] = line
    tasks.append(task)
    lines.append(line)
  }

  /// `seed-` and twelve digits of the hash of the content; a repeated row gets `-2`, `-3`...
  private func unusedID(for task: InstructionTask) -> String {
    let id = "seed-" + ContentHash.hex(of: task.json.encodedLine().utf8).prefix(12)
    if lineOfID[id] == nil { return id }
    var copy = 2
    while lineOfID["\(id)-\(copy)"] != nil { copy += 1 }
    return "\(id)-\(copy)"
  }
}
