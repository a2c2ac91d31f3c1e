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
///
/// What it asks about is steered by an exchange before it, made up from words of the seeds.
package struct OpenerPrompt: Hashable, Sendable {
  /// A turn of a user and what the assistant said to it.
  private struct Exchange: Hashable, Sendable {
    let user: Template
    let assistant: Template

    var places: [String] { user.places + assistant.places }
  }

  /// First words that a task of a kind may begin with, whatever the seeds are about; `{noun}`
  /// stands for a noun drawn from them.
  private let openers: [OpenerKind: [Template]]
  private let exchanges: [OpenerKind: [Exchange]]
  private let stops: [OpenerKind: [String]]
  /// Words that say nothing about what a text is about.
  package let fillers: Set<String>
  /// Words that a noun stands after.
  package let beforeNouns: Set<String>
  /// How words end that are no nouns.
  package let notNounEndings: [String]
  /// Names of fields that a text may begin with and that are no part of it.
  private let fields: [String]
  private let system: String
  private let requests: [OpenerKind: Template]

  static let sections = [
    "system", "exchanges", "exchanges for inputs", "exchanges for labels", "request",
    "request for inputs", "request for labels", "openers", "openers for inputs",
    "openers for labels", "before nouns", "endings of no nouns", "fields",
    "fillers", "stop",
    "stop for inputs", "stop for labels",
  ]

  init(_ file: PromptFile) throws(PromptError) {
    try file.expect(Self.sections)
    var openers: [OpenerKind: [Template]] = [:]
    var exchanges: [OpenerKind: [Exchange]] = [:]
    var stops: [OpenerKind: [String]] = [:]
    var requests: [OpenerKind: Template] = [:]
    for kind in OpenerKind.allCases {
      let section = "openers" + kind.suffix
      var list: [Template] = []
      for entry in try file.filledList(section) {
        list.append(
          try Template(entry, required: [], optional: ["noun"], in: (file.place, section)))
      }
      openers[kind] = list
      exchanges[kind] = try Self.exchanges(in: file, "exchanges" + kind.suffix)
      stops[kind] = try file.list("stop" + kind.suffix)
      requests[kind] = try file.template(
        "request" + kind.suffix, ["opener"], optional: ["topic", "other"])
    }
    (self.openers, self.exchanges, self.stops) = (openers, exchanges, stops)
    system = try file.text("system")
    self.requests = requests
    fillers = Set(try file.list("fillers").flatMap(PromptWords.alternatives))
    beforeNouns = Set(try file.list("before nouns"))
    notNounEndings = try file.list("endings of no nouns")
    fields = try file.list("fields").flatMap(PromptWords.alternatives)
  }

  /// Reads entries `what the user says | what the assistant says`.
  private static func exchanges(
    in file: PromptFile, _ section: String
  ) throws(PromptError) -> [Exchange] {
    var exchanges: [Exchange] = []
    for entry in try file.list(section) {
      let parts = entry.components(splitBy: " | ")
      guard parts.count == 2 else {
        throw .badEntry(
          file: file.place, section: section, is: entry, expected: "'user text | assistant text'")
      }
      let names = ["topic", "other"]
      exchanges.append(
        Exchange(
          user: try Template(parts[0], required: [], optional: names, in: (file.place, section)),
          assistant: try Template(
            parts[1], required: [], optional: names, in: (file.place, section))))
    }
    return exchanges
  }

  /// First words for a kind; those with a place for a noun only if there is one to put there.
  package func openers(for kind: OpenerKind, noun: String?) -> [String] {
    (openers[kind] ?? []).compactMap { opener in
      if opener.places.isEmpty { return opener.filled([:]) }
      return noun.map { opener.filled(["noun": $0]) }
    }
  }

  /// The noun that first words of a kind have been filled with; empty if they hold none.
  package func noun(in opener: String, for kind: OpenerKind) -> String {
    let words = opener.split(whereSeparator: \.isWhitespace).map(String.init)
    return words.first { word in
      !openers(for: kind, noun: nil).contains(opener)
        && openers(for: kind, noun: word).contains(opener)
    } ?? ""
  }

  /// The exchanges that may stand before a turn, filled with words of one seed; those with a place
  /// for a second topic only if there is one.
  package func exchanges(
    for kind: OpenerKind, topic: String, other: String?
  ) -> [[ChatTurn]] {
    (exchanges[kind] ?? []).compactMap { exchange in
      if other == nil, exchange.places.contains("other") { return nil }
      let values = ["topic": topic, "other": other ?? ""]
      return [
        ChatTurn(.user, exchange.user.filled(values)),
        ChatTurn(.assistant, exchange.assistant.filled(values)),
      ]
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
  ///   - earlier: Turns that stand before it.
  ///   - topic: What it should be about, for a model that has to be asked.
  ///   - kind: What kind of task it leads to.
  ///   - continuesTurn: Whether the model can go on with a user turn; otherwise it is asked for a
  ///     task that begins with the words.
  package func prompt(
    opener: String, for kind: OpenerKind, after earlier: [ChatTurn], topic: String,
    continuesTurn: Bool
  ) -> Prompt {
    guard continuesTurn else {
      let text = requests[kind]?.filled(["opener": opener, "topic": topic])
      return .chat([ChatTurn(.user, text ?? opener)])
    }
    let opening = system.isEmpty ? [] : [ChatTurn(.system, system)]
    return .chat(opening + earlier, open: ChatTurn(.user, opener))
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
  /// The text begins after the first line, or else after the first colon or full stop that at
  /// least 20 characters follow. A field's name and quotes around the text are taken off, and a
  /// colon at the end of the instruction becomes a full stop.
  package func split(turn: String) -> (instruction: String, input: String?) {
    var parts: (Substring, Substring)?
    if let newline = turn.firstIndex(where: \.isNewline) {
      parts = (turn[..<newline], turn[newline...])
    } else {
      let ends = [": ", ". "].compactMap { turn.firstRange(of: $0) }
      if let end = ends.min(by: { $0.lowerBound < $1.lowerBound }),
        turn[end.upperBound...].trimmed.count >= 20
      {
        parts = (turn[...end.lowerBound], turn[end.upperBound...])
      }
    }
    guard let (first, rest) = parts, !rest.trimmed.isEmpty else { return (turn, nil) }
    var instruction = first.collapsed
    if instruction.last == ":" { instruction = instruction.dropLast() + "." }
    return (instruction, InputPrompt.unquoted(withoutField(String(rest.trimmed))))
  }

  private func withoutField(_ text: String) -> String {
    for field in fields where text.lowercased().hasPrefix(field.lowercased() + ":") {
      return String(text.dropFirst(field.count + 1).trimmed)
    }
    return text
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
