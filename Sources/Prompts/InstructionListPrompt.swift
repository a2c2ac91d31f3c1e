import LanguageModels

/// The original's way to new instructions: a numbered list of tasks that the model continues.
package struct InstructionListPrompt: Hashable, Sendable {
  /// The completion ends before one of these.
  package let stopStrings: [String]
  private let header: String
  private let labelledHeader: String
  private let item: Template
  private let next: Template
  private let request: Template

  /// The sections that the file has.
  static let sections = ["header", "header for classification", "item", "next", "request", "stop"]

  init(_ file: PromptFile) throws(PromptError) {
    try file.expect(Self.sections)
    header = try file.text("header")
    labelledHeader = try file.text("header for classification")
    item = try file.template("item", ["number", "instruction"])
    next = try file.template("next", ["number"])
    request = try file.template("request", ["list"])
    stopStrings = try file.list("stop")
  }

  /// The prompt after some tasks.
  ///
  /// - Parameters:
  ///   - instructions: The tasks to show, in this order.
  ///   - asksForLabels: Uses the header that asks for classification tasks.
  ///   - form: Whether the model continues text or answers a request.
  package func prompt(
    after instructions: [String], asksForLabels: Bool, form: PromptForm
  ) -> Prompt {
    var lines = [asksForLabels ? labelledHeader : header]
    for (index, instruction) in instructions.enumerated() {
      lines.append(
        item.filled([
          "number": String(index + 1),
          "instruction": String(instruction.collapsed.trimmingEnd([":"])),
        ]))
    }
    lines.append(next.filled(["number": String(instructions.count + 1)]))
    let list = lines.joined(separator: "\n")
    switch form {
    case .completion: return .completion(list)
    case .chat: return .chat([ChatTurn(.user, request.filled(["list": list]))])
    }
  }

  /// The items of a completion, as they stand; none if it was cut at the token limit.
  package func items(of completion: String, _ finishReason: FinishReason) -> [String] {
    finishReason == .length ? [] : NumberedList.items(of: completion)
  }
}

/// How a prompt reaches a model.
package enum PromptForm: String, Hashable, Sendable, Codable {
  /// Text to go on with.
  case completion
  /// A request in a conversation.
  case chat
}

extension PromptFile {
  /// A section read as a template.
  func template(
    _ section: String, _ required: [String], optional: [String] = []
  ) throws(PromptError) -> Template {
    try Template(
      try text(section), required: required, optional: optional, in: (place, section))
  }

  /// A section that must hold one entry or more.
  func filledList(_ section: String) throws(PromptError) -> [String] {
    let entries = try list(section)
    guard !entries.isEmpty else { throw .emptySection(file: place, section: section) }
    return entries
  }
}
