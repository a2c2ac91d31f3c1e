import LanguageModels

/// A question with two answers about a task, asked after examples: is it classification, does it
/// need an input.
package struct QuestionPrompt: Hashable, Sendable {
  /// What stands for yes and for no.
  package let yes: String
  package let no: String
  /// The completion ends before one of these.
  package let stopStrings: [String]
  /// What a task is replaced with to see which answer the examples alone suggest.
  package let contentFree: [String]
  private let header: String
  private let example: Template
  private let query: Template

  static let sections = ["header", "example", "query", "yes", "no", "stop", "content free"]

  init(_ file: PromptFile) throws(PromptError) {
    try file.expect(Self.sections)
    header = try file.text("header")
    example = try file.template("example", ["task", "answer"])
    query = try file.template("query", ["task"])
    yes = try file.text("yes")
    no = try file.text("no")
    stopStrings = try file.list("stop")
    contentFree = try file.filledList("content free")
  }

  /// The text that stands before the answer about `task`.
  ///
  /// Every task is asked about after the same examples, so their text is read by the model once.
  package func text(
    about task: String, examples: [(task: String, answer: Bool)]
  ) -> String {
    var parts = header.isEmpty ? [] : [header]
    for shown in examples {
      parts.append(
        example.filled(["task": shown.task.collapsed, "answer": shown.answer ? yes : no]))
    }
    parts.append(query.filled(["task": task.collapsed]))
    return parts.joined(separator: "\n\n")
  }

  /// What follows the text when the answer is yes or no.
  package func continuation(_ answer: Bool) -> String {
    " " + (answer ? yes : no)
  }

  /// The answer in a completion.
  ///
  /// - Parameter strictly: Whether the whole completion must be the word for yes as it stands, in
  ///   lower case or in capitals, as the original decides; otherwise its first word decides, in any
  ///   case and without marks.
  package func isYes(_ completion: String, strictly: Bool) -> Bool {
    let answer = String(completion.trimmed)
    if strictly { return [yes, yes.lowercased(), yes.uppercased()].contains(answer) }
    let word = answer.drop { !$0.isLetter }.prefix(while: \.isLetter)
    return word.lowercased() == yes.lowercased()
  }
}
