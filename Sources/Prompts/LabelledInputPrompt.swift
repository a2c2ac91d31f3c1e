import LanguageModels

/// Asks for an input that a label fits: after examples, or as an answer to a request.
package struct LabelledInputPrompt: Hashable, Sendable {
  /// The completion ends before one of these.
  package let stopStrings: [String]
  private let header: String
  private let task: Template
  private let instance: Template
  private let query: Template
  private let request: Template
  private let opener: String

  static let sections = [
    "header", "task", "instance", "query", "request", "opener", "stop",
  ]

  init(_ file: PromptFile) throws(PromptError) {
    try file.expect(Self.sections)
    header = try file.text("header")
    task = try file.template("task", ["task"])
    instance = try file.template("instance", ["label", "input"])
    query = try file.template("query", ["label"])
    request = try file.template("request", ["task", "label"])
    opener = try file.text("opener")
    stopStrings = try file.list("stop")
  }

  /// The text that stands before the input of `task` whose answer is `label`.
  package func text(for task: String, label: String, examples: [WorkedTask]) -> String {
    var parts = header.isEmpty ? [] : [header]
    for shown in examples {
      let instances = shown.instances.map {
        instance.filled(["label": $0.output, "input": $0.input.collapsed])
      }
      let lines = [self.task.filled(["task": shown.instruction.collapsed])] + instances
      parts.append(lines.joined(separator: "\n"))
    }
    let last = self.task.filled(["task": task.collapsed])
    parts.append(last + "\n" + query.filled(["label": label]))
    return parts.joined(separator: "\n\n")
  }

  /// A request for such an input, with the begun answer to go on with.
  package func request(for task: String, label: String) -> Prompt {
    let marks: Set<Character> = [".", "?", "!", ":", " ", "。", "？", "！", "："]
    let text = request.filled([
      "task": String(task.collapsed.trimmingEnd(marks)), "label": label,
    ])
    return .chat([ChatTurn(.user, text)], open: ChatTurn(.assistant, opener))
  }

  /// The input in a completion: what stands in its first quotes, if that is 8 characters or more,
  /// else all of it.
  package func input(of completion: String) -> String {
    let text = completion.collapsed
    for (open, close) in [("\"", "\""), ("“", "”")] as [(Character, Character)] {
      guard let start = text.firstIndex(of: open) else { continue }
      let rest = text[text.index(after: start)...]
      if let end = rest.firstIndex(of: close), rest[..<end].count >= 8 {
        return String(rest[..<end].trimmed)
      }
    }
    return InputPrompt.unquoted(text)
  }
}
