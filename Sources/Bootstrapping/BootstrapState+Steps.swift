import Filtering
import LanguageModels
import Prompts
import TaskCorpus

extension BootstrapState {
  /// What a kept instruction needs next.
  enum Step {
    case questions([Stage])
    case labels
    case labelledInputs([String])
    case likelihoods([(input: String, label: String)], labels: [String])
    case input
    case answers(inputs: [String])
    /// A judge is to say what it thinks of instances.
    case judgement([InstanceDecision.Found])
    case instances(isClassification: Bool)
    /// Nothing more can come of it.
    case deadEnd(RuleName)
    /// Its instances were found.
    case done
  }

  /// What an instruction needs next, by what was found for it.
  func step(for item: CorpusState.Item) -> Step {
    let decision = corpus.instances(of: item)
    let judgeable = decision.map { self.judgeable($0, of: item) } ?? []
    if !judgeable.isEmpty { return .judgement(judgeable) }
    if answersOnly {
      return hasAnswered(item) ? .done : .answers(inputs: Self.inputs(of: decision))
    }
    if !item.instanceRows.isEmpty { return .done }
    let unanswered = openQuestions(about: item)
    if !unanswered.isEmpty { return .questions(unanswered) }
    let isClassification = context.hasLabels && item.isClassification == true
    if configuration.instances.together { return .instances(isClassification: isClassification) }
    return isClassification ? labelStep(item) : inputStep(item)
  }

  /// Whether nothing more can come of an instruction.
  func isDeadEnd(_ item: CorpusState.Item) -> Bool {
    if case .deadEnd = step(for: item) { true } else { false }
  }

  private func openQuestions(about item: CorpusState.Item) -> [Stage] {
    var stages: [Stage] = []
    if context.hasLabels, item.isClassification == nil { stages.append(.classification) }
    let needsInput = configuration.inputNeed.method != .kind && item.parse.input == nil
    if !configuration.instances.together, needsInput, item.evidence.isClassification != true,
      item.followers(.inputNeed).isEmpty
    {
      stages.append(.inputNeed)
    }
    return stages
  }

  private func labelStep(_ item: CorpusState.Item) -> Step {
    let labels = Array(item.labels.prefix(configuration.labels.maximum))
    if labels.count < 2 {
      let mayAsk = configuration.labels.asksWhenUnnamed && item.followers(.labels).isEmpty
      return mayAsk ? .labels : .deadEnd(.labels)
    }
    let rows = item.followers(.labelledInput)
    if rows.isEmpty { return .labelledInputs(labels) }
    // They are of a round whose model could; this one cannot tell which label an input fits.
    if !context.capabilities.scores { return .deadEnd(.label) }
    var pairs: [(input: String, label: String)] = []
    for row in rows {
      guard let parse = row.parsed(as: Parse.Input.self), let label = parse.label,
        let evidence = row.evidence(as: InstanceEvidence.self)
      else { continue }
      let checks = corpus.rules.checks(
        labelledInput: parse.input, labels: labels, evidence)
      if checks.dropping == nil { pairs.append((parse.input, label)) }
    }
    return Set(pairs.map(\.label)).count < 2
      ? .deadEnd(.labelInput) : .likelihoods(pairs, labels: labels)
  }

  private func inputStep(_ item: CorpusState.Item) -> Step {
    if let input = item.parse.input { return .answers(inputs: [input]) }
    guard needsInput(item) else { return .answers(inputs: [""]) }
    let rows = item.followers(.input)
    if rows.isEmpty { return .input }
    let valid = rows.filter { row in
      row.parsed(as: Parse.Input.self).map { passes($0.input, row, item) } ?? false
    }
    let best = valid.max { likelihood(of: $0) < likelihood(of: $1) }
    guard let input = best?.parsed(as: Parse.Input.self)?.input else {
      return .deadEnd(.inputLength)
    }
    return .answers(inputs: [input])
  }

  /// The inputs of the instances that are kept, each once.
  private static func inputs(of decision: InstanceDecision?) -> [String] {
    var inputs: [String] = []
    for found in decision?.kept ?? [] {
      if let input = found.instance?.input, !inputs.contains(input) { inputs.append(input) }
    }
    return inputs
  }

  private func needsInput(_ item: CorpusState.Item) -> Bool {
    if configuration.inputNeed.method == .kind { return item.evidence.kind == .input }
    return item.followers(.inputNeed).last?.parsed(as: Parse.Answer.self)?.yes ?? false
  }

  private func passes(_ input: String, _ row: CandidateRow, _ item: CorpusState.Item) -> Bool {
    guard let evidence = row.evidence(as: InstanceEvidence.self) else { return false }
    let checks = corpus.rules.checks(
      input: input, instruction: item.instruction, evidence, pool: corpus.pool)
    return checks.dropping == nil
  }

  private func likelihood(of row: CandidateRow) -> Double {
    row.evidence(as: InstanceEvidence.self)?.logProbability ?? -.infinity
  }
}
