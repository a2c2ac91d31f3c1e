import TaskCorpus

extension RuleSet {
  /// What the rules about an instruction and the input that came with it say, in their order.
  package func checks(
    _ parse: Parse.Instruction, _ evidence: InstructionEvidence, pool: InstructionPool
  ) -> [RuleCheck] {
    let checks = checks(instruction: parse.instruction, evidence)
    if let input = parse.input {
      let found = InstanceEvidence(finish: evidence.finish, logProbability: nil)
      return checks
        + self.checks(input: input, instruction: parse.instruction, found, pool: pool).dropFirst()
    }
    guard evidence.kind == .input, missingInput.severity != .off else { return checks }
    let verdict = Verdict(.missingInput, missingInput.severity, "only an instruction")
    return checks + [RuleCheck(.missingInput, verdict)]
  }

  /// What the rules about a single instruction say, in their order; those that compare candidates
  /// are not among them.
  package func checks(
    instruction: String, _ evidence: InstructionEvidence
  ) -> [RuleCheck] {
    let isOpen = evidence.kind == .open
    let isLabel = evidence.kind == .label
    return [
      RuleCheck(.truncated, verdictOnCut(evidence.finish)),
      RuleCheck(.length, length.verdict(.length, on: instruction)),
      RuleCheck(.blacklist, verdictOnBlacklist(instruction, evidence.kind)),
      RuleCheck(
        .beginning, beginning.verdict(.beginning, onStartOf: instruction, wholeWords: false)),
      RuleCheck(.firstCharacter, verdictOnFirstCharacter(of: instruction)),
      RuleCheck(.firstWord, verdictOnFirstWord(of: instruction)),
      RuleCheck(
        .voice,
        evidence.kind != .input
          ? voice.verdict(.voice, onStartOf: instruction, wholeWords: true) : nil),
      RuleCheck(.relevance, isOpen ? verdictOnRelevance(evidence) : nil),
      RuleCheck(.chat, isOpen ? verdictOnChat(in: instruction) : nil),
      RuleCheck(.numbers, isOpen ? verdictOnNumbers(in: instruction) : nil),
      RuleCheck(.sentences, isLabel ? nil : verdictOnSentences(of: instruction)),
      RuleCheck(.lines, verdictOnLines(of: instruction)),
      RuleCheck(.ending, verdictOnEnding(of: instruction, evidence.kind)),
      RuleCheck(.reference, verdictOnReference(in: instruction, evidence.kind)),
      RuleCheck(
        .markup,
        verdictOnMarkup(in: instruction, besides: isLabel ? "" : markup.inInstructions)),
      RuleCheck(.language, verdictOnLanguage(of: instruction)),
      RuleCheck(.secret, verdictOnSecret(in: instruction)),
      RuleCheck(.contamination, verdict(onOverlap: evidence.evaluation)),
      RuleCheck(
        .repetition, verdictOnRepeats(in: instruction) ?? verdictOnRepetition(in: instruction)),
    ]
  }

  /// Whether an instruction may begin as a text does.
  package func allowsBeginning(of text: String) -> Bool {
    voice.verdict(.voice, onStartOf: text, wholeWords: true) == nil
      && verdictOnFirstWord(of: text) == nil
  }

  func verdictOnCut(_ finish: String) -> Verdict? {
    guard truncated.severity != .off, finish != "stop" else { return nil }
    let evidence = finish == "failed" ? "no answer came" : "ended by \(finish)"
    return Verdict(.truncated, truncated.severity, evidence)
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

  private func verdictOnBlacklist(_ text: String, _ kind: InstructionKind) -> Verdict? {
    let besides = kind == .input ? blacklistWithInput.verdict(.blacklist, onPhrasesIn: text) : nil
    return blacklist.verdict(.blacklist, onPhrasesIn: text) ?? besides
  }

  private func verdictOnFirstWord(of text: String) -> Verdict? {
    guard firstWord.severity != .off, let word = TextChecks.words(of: text).first,
      let ending = firstWord.words.first(where: word.hasSuffix)
    else { return nil }
    return Verdict(.firstWord, firstWord.severity, "'\(word)' ends with '\(ending)'")
  }

  private func verdictOnRelevance(_ evidence: InstructionEvidence) -> Verdict? {
    guard relevance.severity != .off, evidence.relevance == 0 else { return nil }
    return Verdict(.relevance, relevance.severity, "no word of it is one of the seeds'")
  }

  private func verdictOnChat(in text: String) -> Verdict? {
    guard chat.severity != .off else { return nil }
    let exception = TextChecks.firstBeginning(of: chat.exceptions, in: text, wholeWords: true)
    let rest = String(text.dropFirst(exception?.count ?? 0))
    if let phrase = TextChecks.firstPhrase(of: chat.words, in: rest) {
      return Verdict(.chat, chat.severity, "'\(phrase)'")
    }
    guard let last = TextChecks.words(of: text).last, chat.lastWords.contains(String(last)) else {
      return nil
    }
    return Verdict(.chat, chat.severity, "ends with '\(last)'")
  }

  private func verdictOnNumbers(in text: String) -> Verdict? {
    guard numbers.severity != .off else { return nil }
    let sum =
      TextChecks.firstPhrase(of: numbers.words, in: text)
      ?? text.first(where: numbers.characters.contains).map(String.init)
    if let sum { return Verdict(.numbers, numbers.severity, "'\(sum)'") }
    let found = TextChecks.numbers(in: text)
    guard found.count > 1 || found.contains(where: { $0.count > 2 }) else { return nil }
    return Verdict(.numbers, numbers.severity, found.joined(separator: ", "))
  }

  private func verdictOnSentences(of text: String) -> Verdict? {
    guard sentences.severity != .off else { return nil }
    let count = TextChecks.sentences(in: text)
    if count <= sentences.maximum { return nil }
    return Verdict(.sentences, sentences.severity, "\(count) sentences")
  }

  private func verdictOnRepeats(in text: String) -> Verdict? {
    guard repetition.severity != .off else { return nil }
    let words = TextChecks.words(of: text)
    let repeats = words.count - Set(words).count
    if repeats <= max(repetition.maximumRepeats, words.count / 4) { return nil }
    return Verdict(.repetition, repetition.severity, "\(repeats) words come again")
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

  private func verdictOnLanguage(of text: String) -> Verdict? {
    guard language.severity != .off, !language.languages.isEmpty,
      let guess = LanguageDetector.guess([text], minimumEvidence: language.minimumEvidence),
      !language.languages.contains(guess.language.code), guess.share >= language.minimumShare
    else { return nil }
    return Verdict(.language, language.severity, "in '\(guess.language.code)'")
  }

  func verdictOnSecret(in text: String) -> Verdict? {
    guard secret.severity != .off else { return nil }
    let found =
      (secret.urls ? TextChecks.webAddress(in: text) : nil)
      ?? (secret.emails ? TextChecks.mailAddress(in: text) : nil)
      ?? (secret.keys ? TextChecks.key(in: text) : nil)
    return found.map { Verdict(.secret, secret.severity, "'\($0)'") }
  }

  /// What is in common with evaluation sets.
  func verdict(onOverlap overlap: EvaluationOverlap?) -> Verdict? {
    guard contamination.severity != .off, let overlap else { return nil }
    if let nearest = overlap.nearest, nearest.score > contamination.maximum {
      let score = RuleSet.Overlap.rounded(nearest.score)
      return Verdict(
        .contamination, contamination.severity, "ROUGE-L \(score) with \(nearest.text)")
    }
    guard let covered = overlap.covered, covered.score > contamination.maximumCoverage else {
      return nil
    }
    let percent = Int((covered.score * 100).rounded())
    return Verdict(
      .contamination, contamination.severity, "has \(percent) % of \(covered.text) in it")
  }

  func verdictOnMarkup(in text: String, besides more: String = "") -> Verdict? {
    guard markup.severity != .off,
      let found = text.first(where: { markup.characters.contains($0) || more.contains($0) })
    else { return nil }
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
