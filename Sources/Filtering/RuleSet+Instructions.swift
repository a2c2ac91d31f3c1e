import TaskCorpus

extension RuleSet {
  /// What the rules about a single instruction say, in their order; those that compare candidates
  /// are not among them.
  package func checks(
    instruction: String, _ evidence: InstructionEvidence
  ) -> [RuleCheck] {
    [
      RuleCheck(.truncated, verdictOnCut(evidence.finish)),
      RuleCheck(.length, length.verdict(.length, on: instruction)),
      RuleCheck(.blacklist, blacklist.verdict(.blacklist, onPhrasesIn: instruction)),
      RuleCheck(.beginning, beginning.verdict(.beginning, onStartOf: instruction, wholeWords: false)),
      RuleCheck(.firstCharacter, verdictOnFirstCharacter(of: instruction)),
      RuleCheck(.voice, voice.verdict(.voice, onStartOf: instruction, wholeWords: true)),
      RuleCheck(.lines, verdictOnLines(of: instruction)),
      RuleCheck(.ending, verdictOnEnding(of: instruction, evidence.kind)),
      RuleCheck(.reference, verdictOnReference(in: instruction, evidence.kind)),
      RuleCheck(.markup, verdictOnMarkup(in: instruction)),
      RuleCheck(.repetition, verdictOnRepetition(in: instruction)),
    ]
  }

  func verdictOnCut(_ finish: String) -> Verdict? {
    guard truncated.severity != .off, finish != "stop" else { return nil }
    return Verdict(.truncated, truncated.severity, "ended by \(finish)")
  }

  func verdictOnRepetition(in text: String) -> Verdict? {
    guard repetition.severity != .off else { return nil }
    if let run = TextChecks.mostFrequentRun(in: text), run.count > repetition.maximumRuns {
      return Verdict(.repetition, repetition.severity, "'\(run.text)' \(run.count) times")
    }
    if let line = TextChecks.mostFrequentLine(in: text), line.count > repetition.maximumLines {
      return Verdict(.repetition, repetition.severity, "'\(line.text)' \(line.count) times")
    }
    if let share = TextChecks.distinctShare(of: text), share < repetition.minimumDistinct {
      let percent = Int((share * 100).rounded())
      return Verdict(.repetition, repetition.severity, "\(percent) % of its words differ")
    }
    return nil
  }

  /// Punctuation is ASCII's, as in Python's `string.punctuation`.
  private func verdictOnFirstCharacter(of text: String) -> Verdict? {
    guard firstCharacter.severity != .off, let first = text.unicodeScalars.first else { return nil }
    let isWord = first.properties.isAlphabetic || first.properties.numericType != nil
    let isPunctuation = first.isASCII && !isWord && first.value > 0x20 && first.value < 0x7F
    let passes =
      !isPunctuation && (first.isASCII || firstCharacter.allowsOtherScripts)
      && (isWord || firstCharacter.allowsSymbols)
    return passes ? nil : Verdict(.firstCharacter, firstCharacter.severity, "'\(first)'")
  }

  private func verdictOnLines(of text: String) -> Verdict? {
    guard lines.severity != .off, text.contains(where: \.isNewline) else { return nil }
    let count = text.split(whereSeparator: \.isNewline).count
    return Verdict(.lines, lines.severity, "\(count) lines")
  }

  /// A list of labels may end in any way.
  private func verdictOnEnding(of text: String, _ kind: InstructionKind) -> Verdict? {
    guard ending.severity != .off, kind != .label, let last = text.last else { return nil }
    let endings = ending.endings + (kind == .input ? ending.endingsBeforeInput : [])
    if endings.contains(where: text.hasSuffix) { return nil }
    return Verdict(.ending, ending.severity, "ends with '\(last)'")
  }

  private func verdictOnReference(in text: String, _ kind: InstructionKind) -> Verdict? {
    guard reference.severity != .off else { return nil }
    switch kind {
    case .open:
      return TextChecks.firstPhrase(of: reference.missing, in: text)
        .map { Verdict(.reference, reference.severity, "'\($0)', but there is no input") }
    case .input:
      if reference.required.isEmpty { return nil }
      if TextChecks.firstPhrase(of: reference.required, in: text) != nil { return nil }
      return Verdict(.reference, reference.severity, "does not point at its input")
    case .label: return nil
    }
  }

  private func verdictOnMarkup(in text: String) -> Verdict? {
    guard markup.severity != .off, let found = text.first(where: markup.characters.contains) else {
      return nil
    }
    return Verdict(.markup, markup.severity, "'\(found)'")
  }
}

extension RuleSet.Bounds {
  func verdict(_ rule: RuleName, on text: String) -> Verdict? {
    guard severity != .off else { return nil }
    let length = TextChecks.length(of: text, in: unit)
    if length >= minimum, length <= maximum { return nil }
    return Verdict(rule, severity, "\(length) \(unit.rawValue), not \(minimum) to \(maximum)")
  }
}

extension RuleSet.Words {
  func verdict(_ rule: RuleName, onPhrasesIn text: String) -> Verdict? {
    guard severity != .off else { return nil }
    return TextChecks.firstPhrase(of: words, in: text).map { Verdict(rule, severity, "'\($0)'") }
  }

  func verdict(_ rule: RuleName, onStartOf text: String, wholeWords: Bool) -> Verdict? {
    guard severity != .off else { return nil }
    return TextChecks.firstBeginning(of: words, in: text, wholeWords: wholeWords)
      .map { Verdict(rule, severity, "'\($0)'") }
  }
}
