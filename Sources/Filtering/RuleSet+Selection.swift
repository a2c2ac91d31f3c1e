extension RuleSet {
  /// The rules that say what a task is. The others look for the failings of small models, such as
  /// an answer that breaks off, and would take a person's list or poem for one.
  package static let rulesForAnybody: Set<RuleName> = [
    .length, .blacklist, .beginning, .firstCharacter, .contamination, .novelty, .empty, .same,
    .colon, .echo, .conflict,
  ]

  /// As many words as the original allows.
  package static let longestForAnybody = 150

  /// The rules that need nothing but a text: no likelihoods, no prompt, no companions of a round.
  package static let rulesAboutTexts: Set<RuleName> = rulesAboutInstances.union([
    .length, .blacklist, .beginning, .firstCharacter, .firstWord, .voice, .chat, .numbers,
    .sentences, .lines, .ending, .reference, .markup, .language, .secret, .contamination,
    .repetition, .novelty,
  ])

  /// Of these the ones that look at inputs and outputs.
  package static let rulesAboutInstances: Set<RuleName> = [
    .empty, .same, .colon, .outputLength, .inputLength, .preface, .repetition, .placeholder,
    .unfinished, .refusal, .echo, .copiedInput, .secret, .conflict,
  ]

  /// Switches off all rules but some.
  package mutating func limit(to names: Set<RuleName>) {
    for name in RuleName.allCases where !names.contains(name) {
      for severity in Self.severities(of: name) { self[keyPath: severity] = .off }
    }
  }

  /// Lets rules drop that are off or only mark.
  package mutating func letDrop(_ names: Set<RuleName>) {
    for severity in names.flatMap(Self.severities) { self[keyPath: severity] = .drop }
  }

  /// Whether a rule drops or flags anything.
  package func applies(_ name: RuleName) -> Bool {
    Self.severities(of: name).contains { self[keyPath: $0] != .off }
  }

  /// Where it stands what a rule does; nowhere for what is no choice: an output that is empty is
  /// none.
  private static func severities(of name: RuleName) -> [WritableKeyPath<RuleSet, Severity>] {
    switch name {
    case .unparsed, .empty, .notChosen, .review: []
    case .length: [\.length.severity]
    case .blacklist: [\.blacklist.severity, \.blacklistWithInput.severity]
    case .beginning: [\.beginning.severity]
    case .firstCharacter: [\.firstCharacter.severity]
    case .voice: [\.voice.severity]
    case .firstWord: [\.firstWord.severity]
    case .relevance: [\.relevance.severity]
    case .chat: [\.chat.severity]
    case .numbers: [\.numbers.severity]
    case .sentences: [\.sentences.severity]
    case .lines: [\.lines.severity]
    case .ending: [\.ending.severity]
    case .reference: [\.reference.severity]
    case .markup: [\.markup.severity]
    case .language: [\.language.severity]
    case .secret: [\.secret.severity]
    case .contamination: [\.contamination.severity]
    case .truncated: [\.truncated.severity]
    case .repetition: [\.repetition.severity]
    case .likelihood: [\.likelihood.severity]
    case .novelty: [\.novelty.severity]
    case .opening: [\.opening.severity]
    case .variety: [\.variety.severity]
    case .same: [\.same.severity]
    case .colon: [\.colon.severity]
    case .echo: [\.echo.severity]
    case .copiedInput: [\.copiedInput.severity]
    case .copiedPrompt: [\.copiedPrompt.severity]
    case .refusal: [\.refusal.severity]
    case .placeholder: [\.placeholder.severity]
    case .unfinished: [\.unfinished.severity]
    case .outputLength: [\.outputLength.severity, \.answerLength.severity]
    case .preface: [\.preface.severity]
    case .inputForm: [\.inputForm.severity]
    case .labelInput: [\.labelInput.severity]
    case .missingInput: [\.missingInput.severity]
    case .inputLength: [\.inputLength.severity]
    case .label: [\.label.severity]
    case .conflict: [\.conflict.severity]
    case .labels: [\.labels.severity]
    case .doubt: [\.doubt.severity]
    case .judge: [\.judge.severity]
    }
  }
}
