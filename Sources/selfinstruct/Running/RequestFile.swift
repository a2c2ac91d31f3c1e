import LanguageModels
import LocalModels
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

  /// Rows `{"context", "continuation"}` or `{"context_ids", "continuation_ids"}`.
  ///
  /// - Throws: `StorageError` naming the line of the first row that is neither.
  static func scoring(_ path: String) throws(StorageError) -> [ScoringRow] {
    try rows(path) { line throws(StorageError) in
      var row = RequestRow(line: line, rest: try line.fields())
      let input: ScoringInput
      if row.rest.keys.contains(where: ["context_ids", "continuation_ids"].contains) {
        let context = try row.ids("context_ids")
        if context.isEmpty {
          throw line.error("'context_ids' is empty", expected: "at least 1 id")
        }
        input = .tokens(context: context, continuation: try row.ids("continuation_ids"))
        try row.expectNothingMore(after: ["context_ids", "continuation_ids"])
      } else {
        input = .text(
          ScoringRequest(
            context: .completion(try row.text("context", or: "'context_ids'")),
            continuation: try row.text("continuation")))
        try row.expectNothingMore(after: ["context", "continuation"])
      }
      return ScoringRow(line: line, input: input)
    }
  }

  /// Refuses ids that a model has no tokens for, and more of them than it has positions for.
  ///
  /// - Throws: `StorageError` naming the line of the first such row.
  static func check(_ rows: [ScoringRow], for model: LocalModel) throws(StorageError) {
    let known = 0..<model.tokenizer.vocabularySize
    let limit = ScoringInput.maxTokens(contextLength: model.capabilities.contextLength)
    for row in rows {
      guard case .tokens(let context, let continuation) = row.input else { continue }
      let ids = context + continuation
      if let stray = ids.first(where: { !known.contains(Int($0)) }) {
        throw row.line.error("'\(stray)' is no token id", expected: "0 to \(known.upperBound - 1)")
      }
      if ids.count > limit {
        throw row.line.error(
          "the row has \(ids.count) ids", expected: "at most \(limit), which the model can score")
      }
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

/// A request to score, and where it stands.
struct ScoringRow {
  let line: TextLine
  let input: ScoringInput
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

  mutating func ids(_ key: String) throws(StorageError) -> [Int32] {
    guard let value = rest.removeValue(forKey: key) else {
      throw line.error(
        "the row has no '\(key)'", expected: "'context_ids' and 'continuation_ids'")
    }
    guard let elements = value.array else {
      throw line.error("'\(key)' is \(value.kind)", expected: "an array of ids")
    }
    var ids: [Int32] = []
    for element in elements {
      guard let id = element.int.flatMap({ Int32(exactly: $0) }), id >= 0 else {
        throw line.error(
          "\(quoted(element.encodedLine())) is no token id", expected: "a whole number, 0 or more")
      }
      ids.append(id)
    }
    return ids
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
