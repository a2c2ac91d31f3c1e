import TaskCorpus

/// Which of the instances found for a task are kept, and why the others are not.
package struct InstanceDecision: Sendable {
  /// One instance that was found.
  package struct Found: Sendable {
    package var row: CandidateRow
    package var instance: Parse.Instance?
    package var evidence: InstanceEvidence
    package var checks: [RuleCheck]
    /// Why it is not kept; nil if it is.
    package var verdict: Verdict?
    /// Whether a judge is to be asked about it before it counts.
    package var awaitsJudge = false
  }

  /// All instances, in the order of the ledger.
  package private(set) var found: [Found]
  /// Why the task is not taken; nil if it is.
  package internal(set) var verdict: Verdict?
  /// How sure the model is of what is kept, the least sure instance counting; nil if nothing was
  /// chosen among several.
  package private(set) var certainty: Double?

  /// The instances that are kept.
  package var kept: [Found] {
    found.filter { $0.verdict == nil && !$0.awaitsJudge }
  }

  /// The instances that the rules would keep, and that a judge is to be asked about.
  package var waiting: [Found] {
    // A task in doubt is not taken whatever a judge says.
    verdict == nil ? found.filter { $0.verdict == nil && $0.awaitsJudge } : []
  }

  /// What is decided about a task that several rounds have answered: of each input the last answer
  /// that is kept counts.
  ///
  /// - Parameter rounds: At least one, in their order.
  init(ofRounds rounds: [InstanceDecision]) {
    self = rounds.last { $0.verdict == nil } ?? rounds[rounds.count - 1]
    var answered: Set<String> = []
    let found = rounds.reversed().map { decision in
      let kept = decision.verdict == nil ? decision.kept.compactMap(\.instance?.input) : []
      defer { answered.formUnion(kept) }
      return decision.found.map { one in
        if let verdict = decision.verdict { return one.dropped(by: verdict) }
        let isReplaced = !one.awaitsJudge && answered.contains(one.instance?.input ?? "")
        return isReplaced ? one.dropped(by: Self.answeredAgain) : one
      }
    }
    self.found = found.reversed().flatMap { $0 }
  }

  private static let answeredAgain = Verdict(.notChosen, .drop, "answered again since")

  /// Decides about the instances of one task that one round found.
  ///
  /// - Parameters:
  ///   - judgements: What judges said of them.
  ///   - labels: The labels of a classification task, empty where they are not known; nil for any
  ///     other task.
  init(
    of rows: [CandidateRow], judgements: [CandidateRow] = [], instruction: String,
    labels: [String]?, rules: RuleSet, pool: InstructionPool
  ) {
    found = rows.map { row in
      let evidence =
        row.evidence(as: InstanceEvidence.self)
        ?? InstanceEvidence(finish: "stop", logProbability: nil)
      guard let instance = row.parsed(as: Parse.Instance.self) else {
        let verdict = Verdict(.unparsed, .drop, "no instance in it")
        return Found(
          row: row, instance: nil, evidence: evidence, checks: [RuleCheck(.unparsed, verdict)],
          verdict: verdict)
      }
      let checks = rules.checks(
        instance: instance, instruction: instruction, labels: labels, evidence, pool: pool)
      return Found(
        row: row, instance: instance, evidence: evidence, checks: checks, verdict: checks.dropping)
    }
    if labels?.isEmpty == false {
      chooseForEachLabel()
      dropSharedInputs()
    } else {
      choose(rules.choice, pool)
    }
    dropConflicts(rules.conflict)
    dropRepeats()
    limit(to: rules.choice.maximum)
    if labels?.isEmpty == false { requireLabels(rules.labels) }
    if labels?.isEmpty == false {
      certainty = kept.compactMap(\.evidence.probability).min()
    }
    // The instances of a classification task are a task only together.
    judge(rules.judge, judgements, holdsTogether: labels?.isEmpty == false)
    if labels?.isEmpty == false, waiting.isEmpty { requireLabels(rules.labels) }
    if verdict == nil, kept.isEmpty, waiting.isEmpty {
      verdict = found.lazy.compactMap(\.verdict).first
    }
  }

  private mutating func choose(_ choice: RuleSet.InstanceChoice, _ pool: InstructionPool) {
    guard choice.method != .all else { return }
    for input in inputsOfKept() {
      let rivals = found.indices.filter {
        found[$0].verdict == nil && found[$0].instance?.input == input
      }
      let all = found.indices.filter { found[$0].instance?.input == input }
      let scores = rivals.map { score(found[$0], among: all, choice.method, pool) }
      guard let best = scores.max(), let winner = scores.firstIndex(of: best) else { continue }
      // Without likelihoods a score says nothing of how sure the model is.
      if choice.method == .agreement || found[rivals[winner]].evidence.logProbability != nil {
        certainty = certainty.map { min($0, best) } ?? best
      }
      for (place, rival) in rivals.enumerated() where place != winner {
        found[rival].verdict = Verdict(
          .notChosen, .drop, "another answer scored higher",
          neighbour: found[rivals[winner]].row.id)
      }
    }
  }

  /// Keeps for each label the instance that the model is surest of.
  private mutating func chooseForEachLabel() {
    var best: [String: Int] = [:]
    for index in found.indices where found[index].verdict == nil {
      guard let label = found[index].instance?.output else { continue }
      let probability = found[index].evidence.probability ?? 0
      guard let other = best[label] else {
        best[label] = index
        continue
      }
      let isBetter = probability > found[other].evidence.probability ?? 0
      let loser = isBetter ? other : index
      best[label] = isBetter ? index : other
      found[loser].verdict = Verdict(
        .notChosen, .drop, "another input fits the label better",
        neighbour: found[best[label] ?? index].row.id)
    }
  }

  /// Of labels whose inputs differ in nothing but case only the surest keeps it.
  private mutating func dropSharedInputs() {
    var best: [String: Int] = [:]
    for index in found.indices where found[index].verdict == nil {
      guard let input = found[index].instance?.input.lowercased() else { continue }
      guard let other = best[input] else {
        best[input] = index
        continue
      }
      let isBetter =
        found[index].evidence.probability ?? 0 > found[other].evidence.probability ?? 0
      let (winner, loser) = isBetter ? (index, other) : (other, index)
      best[input] = winner
      found[loser].verdict = Verdict(
        .notChosen, .drop, "another label has the same input", neighbour: found[winner].row.id)
    }
  }

  private func score(
    _ candidate: Found, among rivals: [Int], _ method: RuleSet.InstanceChoice.Method,
    _ pool: InstructionPool
  ) -> Double {
    let likelihood = candidate.evidence.logProbability ?? 0
    let output = candidate.instance?.output ?? ""
    var agreement: Double {
      let others = rivals.filter { found[$0].row.id != candidate.row.id }
      let sum = others.reduce(0) { sum, rival in
        sum + pool.overlap(of: output, and: found[rival].instance?.output ?? "")
      }
      return sum / Double(max(1, others.count))
    }
    return switch method {
    case .all: 0
    case .likelihood: likelihood
    case .agreement: agreement
    case .both: likelihood + agreement
    }
  }

  private func inputsOfKept() -> [String] {
    var inputs: [String] = []
    for item in kept {
      if let input = item.instance?.input, !inputs.contains(input) { inputs.append(input) }
    }
    return inputs
  }

  private mutating func dropConflicts(_ rule: RuleSet.Switch) {
    guard rule.severity == .drop else { return }
    var outputs: [String: String] = [:]
    for item in kept {
      guard let instance = item.instance, !instance.input.isEmpty else { continue }
      if let other = outputs[instance.input], other != instance.output {
        let verdict = Verdict(.conflict, .drop, "one input has two outputs")
        for index in found.indices where found[index].verdict == nil {
          found[index].verdict = verdict
        }
        self.verdict = verdict
        return
      }
      outputs[instance.input] = instance.output
    }
  }

  private mutating func dropRepeats() {
    var seen: Set<[String]> = []
    for index in found.indices where found[index].verdict == nil {
      guard let instance = found[index].instance else { continue }
      if !seen.insert([instance.input, instance.output]).inserted {
        found[index].verdict = Verdict(.notChosen, .drop, "another instance says the same")
      }
    }
  }

  private mutating func limit(to maximum: Int) {
    let left = found.indices.filter { found[$0].verdict == nil }
    guard left.count > maximum else { return }
    let drawn = left.sorted { (found[$0].evidence.draw, $0) < (found[$1].evidence.draw, $1) }
    for index in drawn.dropFirst(max(0, maximum)) {
      found[index].verdict = Verdict(.notChosen, .drop, "more than \(maximum) instances")
    }
  }

  /// Drops what a judge gave a low score, and sees what a judge is still to be asked about: what
  /// none gave a score, whatever it said instead, waits for another one.
  private mutating func judge(_ rule: RuleSet.Judge, _ rows: [CandidateRow], holdsTogether: Bool) {
    guard rule.severity != .off else { return }
    let judgements = rows.compactMap { $0.parsed(as: Parse.Score.self) }.filter { $0.score != nil }
    for index in found.indices where found[index].verdict == nil {
      let id = found[index].row.id
      guard let score = judgements.last(where: { $0.instance == id })?.score else {
        found[index].awaitsJudge = found[index].evidence.awaitsJudge == true
        continue
      }
      let isLow = score < rule.minimum
      let verdict = isLow ? Verdict(.judge, rule.severity, "score \(score)") : nil
      found[index].checks.append(RuleCheck(.judge, verdict))
      if rule.severity == .drop { found[index].verdict = verdict }
    }
    if holdsTogether, found.contains(where: { $0.verdict == nil && $0.awaitsJudge }) {
      for index in found.indices where found[index].verdict == nil {
        found[index].awaitsJudge = true
      }
    }
    guard verdict == nil, found.allSatisfy({ $0.verdict != nil }) else { return }
    // The others may have been dropped for being less good than what the judge did not let pass.
    verdict = found.lazy.compactMap(\.verdict).first { $0.rule == .judge }
  }

  private mutating func requireLabels(_ rule: RuleSet.Minimum) {
    guard rule.severity == .drop, !kept.isEmpty else { return }
    let count = Set(kept.compactMap { $0.instance?.output }).count
    guard count < rule.minimum else { return }
    let verdict = Verdict(.labels, .drop, "\(count) of at least \(rule.minimum) labels")
    for index in found.indices where found[index].verdict == nil { found[index].verdict = verdict }
    self.verdict = verdict
  }
}

extension InstanceDecision.Found {
  /// The instance without being kept.
  fileprivate func dropped(by verdict: Verdict) -> InstanceDecision.Found {
    var dropped = self
    dropped.awaitsJudge = false
    dropped.verdict = dropped.verdict ?? verdict
    return dropped
  }
}
