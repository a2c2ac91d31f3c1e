import LanguageModels

/// Puts a task to a model as its own conversation template has it.
package struct AnswerPrompt: Hashable, Sendable {
  private let stopStrings: [String]
  private let stopStringsWithInput: [String]
  /// Inputs that say nothing, to see which label a task alone suggests.
  package let contentFree: [String]
  private let system: String
  private let systemWithInput: String
  private let task: Template
  private let taskWithInput: Template
  private let plain: Template

  static let sections = [
    "system", "system with input", "task", "task with input", "without a template",
    "content free", "stop", "stop with input",
  ]

  init(_ file: PromptFile) throws(PromptError) {
    try file.expect(Self.sections)
    system = try file.text("system")
    systemWithInput = try file.text("system with input")
    task = try file.template("task", ["instruction"])
    taskWithInput = try file.template("task with input", ["instruction", "input"])
    plain = try file.template("without a template", ["task"])
    contentFree = try file.filledList("content free")
    stopStrings = try file.list("stop")
    stopStringsWithInput = try file.list("stop with input")
  }

  /// The completion ends before one of these, besides the model's own end of a turn.
  package func stopStrings(hasInput: Bool) -> [String] {
    hasInput ? stopStringsWithInput : stopStrings
  }

  /// What the user says: the instruction, and its input if it has one.
  package func request(instruction: String, input: String) -> String {
    input.isEmpty
      ? task.filled(["instruction": instruction])
      : taskWithInput.filled(["instruction": instruction, "input": input])
  }

  /// The prompt for an answer, in the model's template or, for a model without one, as text.
  package func prompt(instruction: String, input: String, form: PromptForm) -> Prompt {
    let text = request(instruction: instruction, input: input)
    let told = input.isEmpty ? system : systemWithInput
    switch form {
    case .completion: return .completion(plain.filled(["task": text]))
    case .chat:
      return .chat((told.isEmpty ? [] : [ChatTurn(.system, told)]) + [ChatTurn(.user, text)])
    }
  }
}
