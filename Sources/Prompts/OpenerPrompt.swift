import LanguageModels

/// The model's own user turn, begun with a few words: it goes on as a user would.
package struct OpenerPrompt: Hashable, Sendable {
  /// The completion ends before one of these.
  package let stopStrings: [String]
  /// First words that a task may begin with, whatever the seeds are about.
  package let openers: [String]
  /// First words of tasks that choose among labels.
  package let labelOpeners: [String]
  /// Words that say nothing about what a text is about.
  package let fillers: Set<String>
  private let system: Template
  private let systemWithoutTopic: String
  private let request: Template

  static let sections = [
    "system", "system without topic", "request", "openers", "openers for classification",
    "fillers", "stop",
  ]

  init(_ file: PromptFile) throws(PromptError) {
    try file.expect(Self.sections)
    system = try file.template("system", ["topic"])
    systemWithoutTopic = try file.text("system without topic")
    request = try file.template("request", ["opener"], optional: ["topic"])
    openers = try file.filledList("openers")
    labelOpeners = try file.filledList("openers for classification")
    fillers = Set(try file.list("fillers"))
    stopStrings = try file.list("stop")
  }

  /// The prompt for one new instruction.
  ///
  /// - Parameters:
  ///   - opener: The words that the instruction begins with.
  ///   - topic: What the conversation is about, drawn from the seeds; nil leaves it open.
  ///   - earlier: Tasks with answers that stand as earlier turns.
  ///   - continuesTurn: Whether the model can go on with a user turn; otherwise it is asked for a
  ///     task that begins with the words.
  package func prompt(
    opener: String, topic: String?, earlier: [(instruction: String, answer: String)] = [],
    continuesTurn: Bool
  ) -> Prompt {
    guard continuesTurn else {
      let text = request.filled(["opener": opener, "topic": topic ?? ""])
      return .chat([ChatTurn(.user, text)])
    }
    let opening = topic.map { system.filled(["topic": $0]) } ?? systemWithoutTopic
    var turns = opening.isEmpty ? [] : [ChatTurn(.system, opening)]
    for task in earlier {
      turns += [ChatTurn(.user, task.instruction), ChatTurn(.assistant, task.answer)]
    }
    return .chat(turns, open: ChatTurn(.user, opener))
  }

  /// The instruction that a completion makes of its opener, on one line.
  ///
  /// A model that was asked instead of continued may or may not repeat the words.
  package func instruction(opener: String, completion: String, continuesTurn: Bool) -> String {
    if !continuesTurn, completion.collapsed.lowercased().hasPrefix(opener.lowercased()) {
      return completion.collapsed
    }
    return (opener + (continuesTurn ? "" : " ") + completion).collapsed
  }
}
