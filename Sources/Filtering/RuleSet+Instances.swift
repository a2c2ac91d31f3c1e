import TaskCorpus

extension RuleSet {
  /// What the rules about an input that stands alone say, in their order.
  package func checks(
    input: String, instruction: String, _ evidence: InstanceEvidence, pool: InstructionPool
  ) -> [RuleCheck] {
    [
      RuleCheck(.truncated, verdictOnCut(evidence.finish)),
      RuleCheck(.inputLength, inputLength.verdict(.inputLength, on: input)),
      RuleCheck(.inputForm, verdictOnForm(of: input)),
      RuleCheck(.markup, verdictOnMarkup(in: input)),
      RuleCheck(.secret, verdictOnSecret(in: input)),
      RuleCheck(.contamination, verdict(onOverlap: evidence.evaluation)),
      RuleCheck(.colon, verdictOnColon(input, "input")),
      RuleCheck(.repetition, verdictOnRepetition(in: input)),
      RuleCheck(.copiedPrompt, verdictOnShown(evidence)),
      RuleCheck(
        .echo, echo.verdict(.echo, pool.overlap(of: instruction, and: input), "the instruction")),
    ]
  }

  /// What the rules about an input that was made for a label say, in their order.
  package func checks(
    labelledInput input: String, labels: [String], _ evidence: InstanceEvidence
  ) -> [RuleCheck] {
    [
      RuleCheck(.truncated, verdictOnCut(evidence.finish)),
      RuleCheck(.labelInput, verdictOnLabelInput(input, labels)),
      RuleCheck(.markup, verdictOnMarkup(in: input)),
      RuleCheck(.contamination, verdict(onOverlap: evidence.evaluation)),
      RuleCheck(.colon, verdictOnColon(input, "input")),
      RuleCheck(.copiedPrompt, verdictOnShown(evidence)),
    ]
  }

  /// What the rules about one instance say, in their order.
  ///
  /// - Parameter labels: The labels of a classification task; nil for any other.
  package func checks(
    instance: Parse.Instance, instruction: String, labels: [String]?,
    _ evidence: InstanceEvidence, pool: InstructionPool
  ) -> [RuleCheck] {
    let (input, output) = (instance.input, instance.output)
    let isLabel = labels != nil
    return [
      RuleCheck(.truncated, verdictOnCut(evidence.finish)),
      RuleCheck(.empty, verdictOnEmpty(output)),
      RuleCheck(.same, verdictOnSame(input, output)),
      RuleCheck(.colon, verdictOnColon(input, "input") ?? verdictOnColon(output, "output")),
      RuleCheck(
        .outputLength,
        isLabel
          ? nil
          : (input.isEmpty ? answerLength : outputLength).verdict(.outputLength, on: output)),
      RuleCheck(
        .inputLength,
        input.isEmpty || isLabel ? nil : inputLength.verdict(.inputLength, on: input)),
      RuleCheck(
        .preface,
        input.isEmpty || isLabel ? nil : verdictOnPreface(of: output, input)),
      RuleCheck(.repetition, verdictOnRepetition(in: output)),
      RuleCheck(.placeholder, verdictOnPlaceholder(in: output)),
      RuleCheck(.secret, verdictOnSecret(in: input) ?? verdictOnSecret(in: output)),
      RuleCheck(.contamination, verdict(onOverlap: evidence.evaluation)),
      RuleCheck(.unfinished, isLabel ? nil : verdictOnEnd(of: output)),
      RuleCheck(.refusal, isLabel ? nil : refusal.verdict(.refusal, onPhrasesIn: output)),
      RuleCheck(
        .echo, echo.verdict(.echo, pool.overlap(of: instruction, and: output), "the instruction")),
      RuleCheck(
        .copiedInput,
        copiedInput.verdict(.copiedInput, pool.overlap(of: input, and: output), "the input")),
      RuleCheck(.copiedPrompt, verdictOnShown(evidence)),
      RuleCheck(.label, verdictOnLabel(output, labels, evidence)),
    ]
  }

  private func verdictOnEmpty(_ output: String) -> Verdict? {
    output.allSatisfy(\.isWhitespace) ? Verdict(.empty, .drop, "no output") : nil
  }

  private func verdictOnSame(_ input: String, _ output: String) -> Verdict? {
    guard same.severity != .off, input == output else { return nil }
    return Verdict(.same, same.severity, "input and output are equal")
  }

  private func verdictOnColon(_ text: String, _ name: String) -> Verdict? {
    guard colon.severity != .off, text.hasSuffix(":") else { return nil }
    return Verdict(.colon, colon.severity, "\(name) ends with ':'")
  }

  private func verdictOnPlaceholder(in output: String) -> Verdict? {
    guard placeholder.severity != .off else { return nil }
    return TextChecks.placeholder(in: output)
      .map { Verdict(.placeholder, placeholder.severity, $0) }
  }

  private func verdictOnEnd(of output: String) -> Verdict? {
    guard unfinished.severity != .off, let last = output.last,
      TextChecks.words(of: output).count > unfinished.words,
      !unfinished.endings.contains(where: output.hasSuffix)
    else { return verdictOnShortList(output) }
    return Verdict(.unfinished, unfinished.severity, "ends with '\(last)'")
  }

  private func verdictOnPreface(of output: String, _ input: String) -> Verdict? {
    if let verdict = preface.verdict(.preface, onStartOf: output, wholeWords: true) {
      return verdict
    }
    let addsLines = output.contains(where: \.isNewline) && !input.contains(where: \.isNewline)
    guard preface.severity != .off, addsLines else { return nil }
    return Verdict(.preface, preface.severity, "several lines about one")
  }

  /// A list that breaks off after its first item.
  private func verdictOnShortList(_ output: String) -> Verdict? {
    guard unfinished.severity != .off, output.hasPrefix("1."), !output.contains("2.") else {
      return nil
    }
    return Verdict(.unfinished, unfinished.severity, "a list of one item")
  }

  private func verdictOnForm(of input: String) -> Verdict? {
    guard inputForm.severity != .off else { return nil }
    let found =
      TextChecks.firstBeginning(of: inputForm.beginnings, in: input, wholeWords: false)
      ?? TextChecks.field(of: inputForm.fields, in: input)
      ?? TextChecks.firstPhrase(of: inputForm.phrases, in: input)
    return found.map { Verdict(.inputForm, inputForm.severity, "'\($0)'") }
  }

  private func verdictOnLabelInput(_ input: String, _ labels: [String]) -> Verdict? {
    guard labelInput.severity != .off else { return nil }
    if input.count < labelInput.minimumCharacters {
      return Verdict(.labelInput, labelInput.severity, "\(input.count) characters")
    }
    let found =
      TextChecks.firstBeginning(of: labelInput.beginnings, in: input, wholeWords: true)
      ?? TextChecks.firstPhrase(of: labels + labelInput.words, in: input)
      ?? Self.stem(of: labels, in: input)
    if let found { return Verdict(.labelInput, labelInput.severity, "'\(found)'") }
    let isNumber = !input.contains(where: \.isLetter)
    return isNumber ? Verdict(.labelInput, labelInput.severity, "no letters") : nil
  }

  /// The first five letters of a word of a label, if a word of a text begins with them.
  private static func stem(of labels: [String], in text: String) -> String? {
    let words = TextChecks.words(of: text)
    let stems = labels.flatMap { TextChecks.words(of: $0) }.filter { $0.count > 3 }
    return stems.lazy.map { $0.prefix(5) }.first { stem in
      words.contains { $0.hasPrefix(stem) }
    }.map(String.init)
  }

  private func verdictOnShown(_ evidence: InstanceEvidence) -> Verdict? {
    copiedPrompt.verdict(.copiedPrompt, evidence.shownOverlap, "an example in the prompt")
  }

  private func verdictOnLabel(
    _ output: String, _ labels: [String]?, _ evidence: InstanceEvidence
  ) -> Verdict? {
    guard label.severity != .off, let labels, !labels.isEmpty else { return nil }
    if !labels.contains(output) {
      return Verdict(.label, label.severity, "'\(output)' is none of \(labels.count) labels")
    }
    guard let probability = evidence.probability,
      probability < label.minimum - (labels.count > 2 ? 0.05 : 0)
    else { return nil }
    return Verdict(
      .label, label.severity, "probability \(RuleSet.Overlap.rounded(probability))")
  }
}

extension RuleSet.Overlap {
  func verdict(_ rule: RuleName, _ overlap: Double, _ other: String) -> Verdict? {
    guard severity != .off, overlap > maximum else { return nil }
    return Verdict(rule, severity, "ROUGE-L \(Self.rounded(overlap)) with \(other)")
  }

  /// Three digits, for reading.
  static func rounded(_ number: Double) -> Double {
    (number * 1000).rounded() / 1000
  }
}
