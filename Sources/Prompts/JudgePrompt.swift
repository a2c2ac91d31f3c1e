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

  /// The completion ends before one of these; in a conversation the model ends its own turn, maybe
  /// after some thought.
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

  /// The score in a completion: the number after the last mark that has one, or, where there is no
  /// mark, a line that is nothing but a number at its beginning; nil where that is no whole number
  /// from 1 to 5.
  ///
  /// `4/5` and `4 out of 5` are 4; `4.5`, `42`, `4/10`, `3-4` and `4%` are no score.
  package func score(in completion: String) -> Int? {
    let text = completion.lowercased()
    let word = mark.lowercased().filter { $0.isLetter || $0.isWhitespace }.trimmed
    let marks = word.isEmpty ? [] : text.ranges(of: String(word))
    for mark in marks.reversed() {
      let rest = text[mark.upperBound...].drop { $0.isWhitespace || "*_:=[(\"'>".contains($0) }
      let isNumber = rest.first.map { $0.isASCII && $0.isNumber } == true
      if isNumber { return Self.score(at: rest.prefix { !$0.isNewline }) }
    }
    guard marks.isEmpty else { return nil }
    let line = text.trimmed.prefix { !$0.isNewline }
    let isAlone = line.dropFirst().allSatisfy { !$0.isLetter }
    return isAlone ? Self.score(at: line) : nil
  }

  /// The number that a line begins with, if no other one stands in it but the highest score.
  private static func score(at line: Substring) -> Int? {
    guard let first = line.first, first.isASCII, let number = first.wholeNumberValue,
      scores.contains(number)
    else { return nil }
    let after = line.dropFirst()
    if let next = after.first, next.isLetter || "%".contains(next) { return nil }
    let scale = "\(scores.upperBound)"
    let others = after.split { !$0.isNumber }
    let isOnScale =
      others.first.map(String.init) == scale
      && ["/", "out of", "of"].contains(after.prefix { !$0.isNumber }.trimmed)
    return others.isEmpty || isOnScale && others.count == 1 ? number : nil
  }
}
