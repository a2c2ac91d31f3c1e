import TaskCorpus

extension RuleSet {
  /// What the rules about an input that stands alone say, in their order.
  package func checks(
    input: String, instruction: String, _ evidence: InstanceEvidence, pool: InstructionPool
  ) -> [RuleCheck] {
    [
      RuleCheck(.truncated, verdictOnCut(evidence.finish)),
      RuleCheck(.inputLength, inputLength.verdict(.inputLength, on: input)),
      RuleCheck(.colon, verdictOnColon(input, "input")),
      RuleCheck(.repetition, verdictOnRepetition(in: input)),
      RuleCheck(.copiedPrompt, verdictOnShown(evidence)),
      RuleCheck(
        .echo, echo.verdict(.echo, pool.overlap(of: instruction, and: input), "the instruction")),
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
      RuleCheck(.outputLength, isLabel ? nil : outputLength.verdict(.outputLength, on: output)),
      RuleCheck(.inputLength, input.isEmpty ? nil : inputLength.verdict(.inputLength, on: input)),
      RuleCheck(.repetition, verdictOnRepetition(in: output)),
      RuleCheck(.placeholder, verdictOnPlaceholder(in: output)),
      RuleCheck(.unfinished, isLabel ? nil : verdictOnEnd(of: output)),
      RuleCheck(.doubt, isLabel ? nil : verdictOnDoubt(evidence)),
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
    else { return nil }
    return Verdict(.unfinished, unfinished.severity, "ends with '\(last)'")
  }

  private func verdictOnDoubt(_ evidence: InstanceEvidence) -> Verdict? {
    guard doubt.severity != .off, let likelihood = evidence.logProbability,
      likelihood < doubt.minimum
    else { return nil }
    return Verdict(
      .doubt, doubt.severity, "\(RuleSet.Overlap.rounded(likelihood)) nats a token")
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
    guard let margin = evidence.margin, margin < 0 else { return nil }
    return Verdict(.label, label.severity, "the model would choose another")
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
