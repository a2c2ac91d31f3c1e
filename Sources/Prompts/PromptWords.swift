/// Lists of words of one language that rules and stages look for.
package struct PromptWords: Hashable, Sendable {
  /// Words of tasks that a model of text cannot do; whole words, in any case.
  package let blacklist: [String]
  /// How a task must not begin.
  package let blacklistedBeginnings: [String]
  /// How a text begins that is an assistant's or a chatting person's, not a task.
  package let wrongVoice: [String]
  /// How an answer begins, or what it says, that refuses.
  package let refusals: [String]
  /// Phrases by which a task points at its input.
  package let inputReferences: [String]
  /// Phrases of a task without input that point at something that is not there.
  package let missingReferences: [String]

  static let sections = [
    "blacklist", "blacklisted beginnings", "wrong voice", "refusals", "input references",
    "missing references",
  ]

  init(_ file: PromptFile) throws(PromptError) {
    try file.expect(Self.sections)
    blacklist = try file.list("blacklist")
    blacklistedBeginnings = try file.list("blacklisted beginnings")
    wrongVoice = try file.list("wrong voice")
    refusals = try file.list("refusals")
    inputReferences = try file.list("input references")
    missingReferences = try file.list("missing references")
  }
}
