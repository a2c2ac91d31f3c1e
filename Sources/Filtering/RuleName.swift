/// The names of the rules, as they stand in ledgers, configurations and reports; never renamed.
package enum RuleName: String, CaseIterable, Codable, Hashable, Sendable {
  // About an instruction.
  /// Nothing could be read from the completion.
  case unparsed
  /// Too few or too many words, or characters where words are not written apart.
  case length
  /// Holds a word of something that a model of text cannot do.
  case blacklist
  /// Begins as tasks must not begin.
  case beginning
  /// Begins with a character that no task begins with.
  case firstCharacter = "first-character"
  /// An assistant or a chatting person speaks.
  case voice
  /// Its first word is of a form that no task begins with.
  case firstWord = "first-word"
  /// Has nothing to do with the seeds.
  case relevance
  /// Speaks to or of an assistant.
  case chat
  /// Holds numbers, of which small models make nonsense.
  case numbers
  /// Has more than one sentence.
  case sentences
  /// Has more than one line.
  case lines
  /// Does not end as a sentence ends.
  case ending
  /// Points at a text that is not there, or at none although one is.
  case reference
  /// Holds a character that belongs to code or to a form to fill in.
  case markup
  /// Is in another language than the corpus.
  case language
  /// Holds an address of the web or of mail, or what looks like a key.
  case secret
  /// Overlaps with a text of an evaluation set.
  case contamination
  /// Was cut at the limit of tokens.
  case truncated
  /// Says the same over and over.
  case repetition
  /// Less likely under the generating model than the best of its group.
  case likelihood
  /// Too near to something that was kept before.
  case novelty
  /// As many of the round begin with the same words already.
  case opening
  /// Its labels, or the first words of its input, are those of another one.
  case variety

  // About an instance.
  /// The output is empty.
  case empty
  /// Input and output are the same.
  case same
  /// Input or output ends with a colon, so that something is missing after it.
  case colon
  /// The output repeats the instruction.
  case echo
  /// The output repeats the input.
  case copiedInput = "copied-input"
  /// The input or output repeats what the prompt showed.
  case copiedPrompt = "copied-prompt"
  /// The output refuses or asks back.
  case refusal
  /// The output holds a place to fill in, such as `[Name]`.
  case placeholder
  /// The output ends in the middle of something.
  case unfinished
  /// The output is too short or too long.
  case outputLength = "output-length"
  /// The output begins by talking about itself.
  case preface
  /// The input is no text but an answer, a form or a conversation.
  case inputForm = "input-form"
  /// The input was to fit a label and names one, or talks about labels.
  case labelInput = "label-input"
  /// An instruction that was asked for with an input came without one.
  case missingInput = "missing-input"
  /// The input is too short or too long.
  case inputLength = "input-length"
  /// The label is none of the task's, or the model itself would choose another.
  case label

  // About all instances of a task.
  /// Two instances have one input and different outputs.
  case conflict
  /// Another instance says the same, or was chosen instead.
  case notChosen = "not-chosen"
  /// A classification task has too few labels.
  case labels
  /// The model is less sure of its answers than of those to other tasks of the wave.
  case doubt
  /// Another model gives it a low score, or none.
  case judge
  /// A person rejected it.
  case review
}

/// What happens to what a rule finds.
package enum Severity: String, Codable, Hashable, Sendable {
  /// The rule is not applied.
  case off
  /// It is kept and marked.
  case flag
  /// It is dropped.
  case drop
}

/// What a rule found.
package struct Verdict: Hashable, Codable, Sendable {
  package var rule: RuleName
  package var severity: Severity
  /// What was seen, in a few words.
  package var evidence: String
  /// The candidate that beat this one, if one did.
  package var neighbour: String?

  package init(
    _ rule: RuleName, _ severity: Severity, _ evidence: String, neighbour: String? = nil
  ) {
    self.rule = rule
    self.severity = severity
    self.evidence = evidence
    self.neighbour = neighbour
  }
}

/// What a rule saw, whether or not it objected; for explanations.
package struct RuleCheck: Hashable, Sendable {
  package var rule: RuleName
  /// Nil where the rule has no objection.
  package var verdict: Verdict?

  package init(_ rule: RuleName, _ verdict: Verdict?) {
    self.rule = rule
    self.verdict = verdict
  }
}

extension Array where Element == RuleCheck {
  /// The first objection that drops.
  package var dropping: Verdict? {
    lazy.compactMap(\.verdict).first { $0.severity == .drop }
  }

  /// The objections that only mark.
  package var flags: [Verdict] {
    compactMap(\.verdict).filter { $0.severity == .flag }
  }
}
