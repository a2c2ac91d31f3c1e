import LanguageModels

/// Asks for the text that a task is about: after examples, or as what a user would say next when
/// the task is what the assistant was told to do.
package struct InputPrompt: Hashable, Sendable {
  /// A completion after examples ends before one of these.
  package let stopStrings: [String]
  private let header: String
  private let example: Template
  private let query: Template
  private let system: Template

  static let sections = ["header", "example", "query", "system", "stop"]

  init(_ file: PromptFile) throws(PromptError) {
    try file.expect(Self.sections)
    header = try file.text("header")
    example = try file.template("example", ["task", "input"])
    query = try file.template("query", ["task"])
    system = try file.template("system", ["task"])
    stopStrings = try file.list("stop")
  }

  /// The text that stands before the input of `task`.
  package func text(
    for task: String, examples: [(task: String, input: String)]
  ) -> String {
    var parts = header.isEmpty ? [] : [header]
    for shown in examples {
      parts.append(example.filled(["task": shown.task.collapsed, "input": shown.input]))
    }
    parts.append(query.filled(["task": task.collapsed]))
    return parts.joined(separator: "\n\n")
  }

  /// The task in the system turn and an empty user turn to go on with.
  package func userTurn(for task: String) -> Prompt {
    .chat([ChatTurn(.system, system.filled(["task": task]))], open: ChatTurn(.user, ""))
  }

  /// The input in a completion, without quotes that enclose it.
  package func input(of completion: String) -> String {
    Self.unquoted(completion)
  }

  /// A text without white space and quotes around it.
  static func unquoted(_ text: String) -> String {
    let text = text.trimmed
    guard text.count > 1, let first = text.first, let last = text.last,
      (first, last) == ("\"", "\"") || (first, last) == ("“", "”"),
      !text.dropFirst().dropLast().contains(where: { $0 == first || $0 == last })
    else { return String(text) }
    return String(text.dropFirst().dropLast().trimmed)
  }
}

/// Asks which labels a classification task chooses among, after examples.
package struct LabelsPrompt: Hashable, Sendable {
  package let stopStrings: [String]
  /// What stands between two labels.
  package let separator: String
  private let header: String
  private let example: Template
  private let query: Template
  private let named: NamedLabels

  static let sections = [
    "header", "example", "query", "separator", "stop", "last separator", "introductions",
    "articles",
  ]

  init(_ file: PromptFile) throws(PromptError) {
    try file.expect(Self.sections)
    header = try file.text("header")
    example = try file.template("example", ["task", "labels"])
    query = try file.template("query", ["task"])
    separator = try file.text("separator")
    named = NamedLabels(
      lastSeparators: try file.list("last separator"),
      introductions: try file.list("introductions"), articles: try file.list("articles"))
    stopStrings = try file.list("stop")
    guard !separator.trimmed.isEmpty else {
      throw .emptySection(file: file.place, section: "separator")
    }
  }

  /// The text that stands before the labels of `task`.
  package func text(
    for task: String, examples: [(task: String, labels: [String])]
  ) -> String {
    var parts = header.isEmpty ? [] : [header]
    for shown in examples {
      parts.append(
        example.filled(["task": shown.task.collapsed, "labels": body(of: shown.labels)]))
    }
    parts.append(query.filled(["task": task.collapsed]))
    return parts.joined(separator: "\n\n")
  }

  /// The completion that says these labels; what `labels` reads back.
  package func body(of labels: [String]) -> String {
    labels.joined(separator: separator)
  }

  /// The labels that an instruction names, as in "... positive, negative or neutral."; empty if
  /// it names fewer than two.
  ///
  /// - Parameter noun: What is classified; it is no part of a label that ends with it.
  package func labels(namedIn instruction: String, noun: String = "") -> [String] {
    named.labels(in: instruction, noun: noun)
  }

  /// The labels in a completion, each once, in order; none if the completion was cut.
  package func labels(of completion: String, _ finishReason: FinishReason) -> [String] {
    guard finishReason == .stop else { return [] }
    let line = completion.trimmed.prefix { !$0.isNewline }
    var labels: [String] = []
    for part in String(line).components(splitBy: String(separator.trimmed)) {
      let label = String(part.trimmed.trimmingEnd([".", "!", "。"]).trimmed)
      let isNew = !labels.contains { $0.lowercased() == label.lowercased() }
      if !label.isEmpty, isNew { labels.append(label) }
    }
    return labels
  }
}
