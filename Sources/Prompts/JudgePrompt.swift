import LanguageModels

/// Asks a model how good an answer is, for a number from 1 to 5.
package struct JudgePrompt: Hashable, Sendable {
  /// Version of the prompt: a hash of its file.
  package let hash: String
  private let system: String
  private let question: Template
  private let questionWithInput: Template
  private let plain: Template
  private let stopStrings: [String]
  /// What stands before the number; found in any case.
  private let mark: String

  static let sections = [
    "system", "question", "question with input", "without a template", "mark", "stop",
  ]

  /// The numbers that are scores.
  package static let scores = 1...5

  init(_ file: PromptFile) throws(PromptError) {
    try file.expect(Self.sections)
    system = try file.text("system")
    question = try file.template("question", ["instruction", "output"])
    questionWithInput = try file.template(
      "question with input", ["instruction", "input", "output"])
    plain = try file.template("without a template", ["question"])
    mark = try file.text("mark")
    stopStrings = try file.list("stop")
    hash = file.hash
  }

  /// The completion ends before one of these; in a conversation the model ends its own turn, maybe after
  /// some thought.
  package func stopStrings(_ form: PromptForm) -> [String] {
    form == .completion ? stopStrings : []
  }

  /// The prompt for a score, in the model's template or, for a model without one, as text.
  package func prompt(
    instruction: String, input: String, output: String, form: PromptForm
  ) -> Prompt {
    let texts = ["instruction": instruction, "input": input, "output": output]
    let text = (input.isEmpty ? question : questionWithInput).filled(texts)
    switch form {
    case .completion: return .completion(plain.filled(["question": text]))
    case .chat:
      return .chat((system.isEmpty ? [] : [ChatTurn(.system, system)]) + [ChatTurn(.user, text)])
    }
  }

  /// The score in a completion: the number after the last mark, or else the one it begins with; nil
  /// where that is no whole number from 1 to 5.
  ///
  /// What stands between mark and number may be white space and marks of emphasis; `4/5` is 4, `4.5`
  /// and `42` are no score.
  package func score(in completion: String) -> Int? {
    let text = completion.lowercased()
    let marked = mark.isEmpty ? nil : text.ranges(of: mark.lowercased()).last
    let rest = text[(marked?.upperBound ?? text.startIndex)...]
      .drop { $0.isWhitespace || "*_:=[(".contains($0) }
    guard let first = rest.first, first.isASCII, let number = first.wholeNumberValue,
      Self.scores.contains(number)
    else { return nil }
    let after = rest.dropFirst()
    if let next = after.first, next.isNumber { return nil }
    if let point = after.first, ".,".contains(point), after.dropFirst().first?.isNumber == true {
      return nil
    }
    return number
  }
}
