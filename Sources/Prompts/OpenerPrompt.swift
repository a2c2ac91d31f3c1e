import LanguageModels

/// What kind of task an opener leads to.
package enum OpenerKind: String, Hashable, Sendable, CaseIterable {
  /// A task that says everything itself.
  case open
  /// A task about a text, which the same turn gives.
  case input
  /// A task that is answered with one of a few labels.
  case label
}

/// The model's own user turn, begun with a few words: it goes on as a user would.
package struct OpenerPrompt: Hashable, Sendable {
  /// First words that a task of a kind may begin with, whatever the seeds are about; `{noun}`
  /// stands for a noun drawn from them.
  private let openers: [OpenerKind: [Template]]
  private let systems: [OpenerKind: Template]
  private let stops: [OpenerKind: [String]]
  /// Words that say nothing about what a text is about.
  package let fillers: Set<String>
  /// Words that a noun stands after.
  package let beforeNouns: Set<String>
  private let systemWithoutTopic: String
  private let request: Template

  static let sections = [
    "system", "system for inputs", "system for labels", "system without topic", "request",
    "openers", "openers for inputs", "openers for labels", "before nouns", "fillers", "stop",
    "stop for inputs", "stop for labels",
  ]

  init(_ file: PromptFile) throws(PromptError) {
    try file.expect(Self.sections)
    var openers: [OpenerKind: [Template]] = [:]
    var systems: [OpenerKind: Template] = [:]
    var stops: [OpenerKind: [String]] = [:]
    for kind in OpenerKind.allCases {
      let suffix = kind.suffix
      systems[kind] = try file.template("system" + suffix, [], optional: ["topic"])
      stops[kind] = try file.list("stop" + suffix)
      var list: [Template] = []
      for entry in try file.filledList("openers" + suffix) {
        list.append(
          try Template(entry, required: [], optional: ["noun"], in: (file.name, "openers" + suffix)))
      }
      openers[kind] = list
    }
    (self.openers, self.systems, self.stops) = (openers, systems, stops)
    systemWithoutTopic = try file.text("system without topic")
    request = try file.template("request", ["opener"], optional: ["topic"])
    fillers = Set(try file.list("fillers"))
    beforeNouns = Set(try file.list("before nouns"))
  }

  /// First words for a kind; those with a place for a noun only if there is one to put there.
  package func openers(for kind: OpenerKind, noun: String?) -> [String] {
    (openers[kind] ?? []).compactMap { opener in
      if opener.places.isEmpty { return opener.filled([:]) }
      return noun.map { opener.filled(["noun": $0]) }
    }
  }

  /// The completion ends before one of these.
  package func stopStrings(for kind: OpenerKind) -> [String] {
    stops[kind] ?? []
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
    opener: String, kind: OpenerKind, topic: String?,
    earlier: [(instruction: String, answer: String)] = [], continuesTurn: Bool
  ) -> Prompt {
    guard continuesTurn else {
      let text = request.filled(["opener": opener, "topic": topic ?? ""])
      return .chat([ChatTurn(.user, text)])
    }
    let opening = topic.flatMap { systems[kind]?.filled(["topic": $0]) } ?? systemWithoutTopic
    var turns = opening.isEmpty ? [] : [ChatTurn(.system, opening)]
    for task in earlier {
      turns += [ChatTurn(.user, task.instruction), ChatTurn(.assistant, task.answer)]
    }
    return .chat(turns, open: ChatTurn(.user, opener))
  }

  /// The user turn that a completion makes of its opener.
  ///
  /// A model that was asked instead of continued may or may not repeat the words.
  package func turn(opener: String, completion: String, continuesTurn: Bool) -> String {
    let text = String(completion.trimmed)
    if continuesTurn { return String((opener + completion).trimmed) }
    return text.lowercased().hasPrefix(opener.lowercased()) ? text : opener + " " + text
  }

  /// The instruction in a user turn and the text that it is about, if the turn gives one.
  ///
  /// The text begins after the first line, if that ends as an instruction does, or after the
  /// first colon, if at least 20 characters follow it; quotes around it are taken off.
  package func split(turn: String) -> (instruction: String, input: String?) {
    if let newline = turn.firstIndex(where: \.isNewline) {
      let first = turn[..<newline].trimmed
      let rest = turn[newline...].trimmed
      if let last = first.last, ":.?!。：？！".contains(last), !rest.isEmpty {
        return (first.collapsed, InputPrompt.unquoted(String(rest)))
      }
    } else if let colon = turn.firstRange(of: ": ") {
      let rest = turn[colon.upperBound...].trimmed
      if rest.count >= 20 {
        return (turn[...colon.lowerBound].collapsed, InputPrompt.unquoted(String(rest)))
      }
    }
    return (turn, nil)
  }
}

extension OpenerKind {
  /// What the sections for this kind end with.
  fileprivate var suffix: String {
    switch self {
    case .open: ""
    case .input: " for inputs"
    case .label: " for labels"
    }
  }
}
