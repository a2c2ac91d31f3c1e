/// Lists of words of one language that rules look for.
///
/// An entry may give alternatives in brackets: `help (you|me)` stands for two phrases.
package struct PromptWords: Hashable, Sendable {
  /// Words of tasks that a model of text cannot do; whole words, in any case.
  package let blacklist: [String]
  /// Besides, words of tasks about a text that do not go well with it.
  package let blacklistWithInput: [String]
  /// How a task must not begin.
  package let blacklistedBeginnings: [String]
  /// How a text begins that is an assistant's or a chatting person's, not a task.
  package let wrongVoice: [String]
  /// What a task does not say that speaks to or of an assistant.
  package let chat: [String]
  /// Beginnings of tasks in which that is not looked for.
  package let chatExceptions: [String]
  /// Words that a task does not end with.
  package let wrongLastWords: [String]
  /// What tasks say that want a sum done.
  package let sums: [String]
  /// How the first word of a task does not end.
  package let wrongFirstEndings: [String]
  /// How an answer begins, or what it says, that refuses or asks back.
  package let refusals: [String]
  /// How an answer about a text begins that talks about itself.
  package let prefaces: [String]
  /// Phrases by which a task points at its input.
  package let inputReferences: [String]
  /// Phrases of a task without input that point at something that is not there.
  package let missingReferences: [String]
  /// How a line begins, before a colon, that gives an answer along with an input.
  package let answerFields: [String]
  /// How an input does not begin.
  package let wrongInputBeginnings: [String]
  /// What an input does not say.
  package let wrongInputs: [String]
  /// What an input made for a label does not say.
  package let wrongLabelInputs: [String]
  /// How an input made for a label does not begin.
  package let wrongLabelInputBeginnings: [String]

  static let sections = [
    "blacklist", "blacklist with input", "blacklisted beginnings", "wrong voice", "chat",
    "chat exceptions", "wrong last words", "sums", "wrong first endings", "refusals", "prefaces",
    "input references", "missing references",
    "answer fields", "wrong input beginnings", "wrong inputs", "wrong label inputs",
    "wrong label input beginnings",
  ]

  init(_ file: PromptFile) throws(PromptError) {
    try file.expect(Self.sections)
    func words(_ section: String) throws(PromptError) -> [String] {
      try file.list(section).flatMap(Self.alternatives)
    }
    blacklist = try words("blacklist")
    blacklistWithInput = try words("blacklist with input")
    blacklistedBeginnings = try words("blacklisted beginnings")
    wrongVoice = try words("wrong voice")
    chat = try words("chat")
    chatExceptions = try words("chat exceptions")
    wrongLastWords = try words("wrong last words")
    sums = try words("sums")
    wrongFirstEndings = try words("wrong first endings")
    refusals = try words("refusals")
    prefaces = try words("prefaces")
    inputReferences = try words("input references")
    missingReferences = try words("missing references")
    answerFields = try words("answer fields")
    wrongInputBeginnings = try words("wrong input beginnings")
    wrongInputs = try words("wrong inputs")
    wrongLabelInputs = try words("wrong label inputs")
    wrongLabelInputBeginnings = try words("wrong label input beginnings")
  }

  /// The phrases that an entry stands for.
  static func alternatives(of entry: String) -> [String] {
    guard let open = entry.firstIndex(of: "("),
      let close = entry[open...].firstIndex(of: ")"), entry[open..<close].contains("|")
    else { return [entry] }
    let before = entry[..<open]
    let after = alternatives(of: String(entry[entry.index(after: close)...]))
    let choices = entry[entry.index(after: open)..<close]
      .split(separator: "|", omittingEmptySubsequences: false)
    return choices.flatMap { choice in after.map { before + choice + $0 } }
  }
}
