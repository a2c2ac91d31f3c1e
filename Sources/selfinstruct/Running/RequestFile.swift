import LanguageModels
import Storage

/// Reads files of requests.
enum RequestFile {
  /// Rows `{"prompt"}` or `{"messages"}`.
  ///
  /// - Throws: `StorageError` naming the line of the first row that is neither.
  static func prompts(_ path: String) throws(StorageError) -> [Prompt] {
    try rows(path) { line throws(StorageError) in
      var row = RequestRow(line: line, rest: try line.fields())
      let prompt: Prompt
      if let messages = row.rest.removeValue(forKey: "messages") {
        prompt = Self.conversation(try row.turns(messages))
      } else {
        prompt = .completion(try row.text("prompt", or: "'messages'"))
      }
      try row.expectNothingMore(after: ["prompt", "messages"])
      return prompt
    }
  }

  /// Rows `{"context", "continuation"}`.
  static func scoring(_ path: String) throws(StorageError) -> [ScoringRequest] {
    try rows(path) { line throws(StorageError) in
      var row = RequestRow(line: line, rest: try line.fields())
      let request = ScoringRequest(
        context: .completion(try row.text("context")), continuation: try row.text("continuation"))
      try row.expectNothingMore(after: ["context", "continuation"])
      return request
    }
  }

  /// A conversation that asks for an answer, or for the rest of the one it ends with.
  private static func conversation(_ turns: [ChatTurn]) -> Prompt {
    guard let last = turns.last, last.role == .assistant else { return .chat(turns) }
    return .chat(turns.dropLast(), open: last)
  }

  private static func rows<Row>(
    _ path: String, _ read: (TextLine) throws(StorageError) -> Row
  ) throws(StorageError) -> [Row] {
    var rows: [Row] = []
    for line in try JSONLines.read(path, for: .receiving) { rows.append(try read(line)) }
    if rows.isEmpty {
      throw .malformedFile(path: path, is: "has no rows", expected: "at least 1 request")
    }
    return rows
  }
}

/// One row while it is read.
private struct RequestRow {
  let line: TextLine
  var rest: [String: JSONValue]

  mutating func text(_ key: String, or other: String = "") throws(StorageError) -> String {
    guard let value = rest.removeValue(forKey: key) else {
      let more = other.isEmpty ? "" : " or \(other)"
      throw line.error("the row has no '\(key)'", expected: "'\(key)'\(more)")
    }
    guard let text = value.string else {
      throw line.error("'\(key)' is \(value.kind)", expected: "a string")
    }
    return text
  }

  func turns(_ value: JSONValue) throws(StorageError) -> [ChatTurn] {
    guard let messages = value.array, !messages.isEmpty else {
      throw line.error(
        "'messages' is \(value.array == nil ? value.kind : "empty")",
        expected: "an array of turns")
    }
    var turns: [ChatTurn] = []
    for (index, message) in messages.enumerated() {
      guard let role = message["role"]?.string.flatMap(ChatTurn.Role.init),
        let content = message["content"]?.string
      else {
        throw line.error(
          "'messages[\(index)]' is no turn",
          expected: "a 'role' of 'system', 'user' or 'assistant' and a 'content'")
      }
      turns.append(ChatTurn(role, content))
    }
    return turns
  }

  func expectNothingMore(after known: [String]) throws(StorageError) {
    if let stray = rest.keys.min() {
      throw line.error(
        "\(quoted(stray)) is no field of a request",
        expected: known.map { "'\($0)'" }.joined(separator: ", "))
    }
  }
}
