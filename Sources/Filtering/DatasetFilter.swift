import TaskCorpus
import TextMetrics

/// Decides row by row what of a data set is kept, as the greedy rule of the original does: what a
/// rule drops is no neighbour of what comes after it.
package struct DatasetFilter: Sendable {
  /// What was decided about a row.
  package struct Decision: Sendable {
    /// What the rules object to.
    package var objections: [Verdict] = []
    /// The kept row that the rule `novelty` found too near.
    package var neighbour: Neighbour?
    /// With `ranksNearest`, of a kept row: the nearest of those kept before, nearest first.
    package var nearest: [Neighbour] = []
    /// With `ranksNearest`, of a kept row: the mean ROUGE-L F with all kept before; 0 for the first.
    package var meanSimilarity = 0.0

    /// Why it is not kept; nil if it is.
    package var verdict: Verdict? { objections.first { $0.severity == .drop } }
  }

  /// Another row and how near it is.
  package struct Neighbour: Hashable, Sendable {
    /// Its place in the file, from 0.
    package let row: Int
    /// ROUGE-L F, 0 to 1.
    package let score: Double

    package init(row: Int, score: Double) {
      self.row = row
      self.score = score
    }
  }

  /// How far a filter has come.
  package enum Step: Sendable {
    /// So many rows were looked at one by one.
    case read(Int)
    /// So many rows were compared with those kept before.
    case compared(Int, kept: Int)
  }

  private let rules: RuleSet
  private let applied: Set<RuleName>
  private let looksAtInstances: Bool
  private let looksAtInstructions: Bool
  private let ranksNearest: Bool
  private let texts: InstructionPool
  private var evaluation: EvaluationSets?
  private var pool: SimilarityPool

  /// - Parameters:
  ///   - rules: The rules with their parameters.
  ///   - applied: Those that count.
  ///   - evaluation: What the rule `contamination` compares with.
  ///   - ranksNearest: Whether the nearest of all kept rows are looked for too, which takes time
  ///     in proportion to them.
  package init(
    rules: RuleSet, applying applied: Set<RuleName>, tokenizer: RougeTokenizer,
    evaluation: EvaluationSets? = nil, ranksNearest: Bool = false
  ) {
    var rules = rules
    rules.limit(to: applied)
    self.rules = rules
    self.applied = applied
    self.ranksNearest = ranksNearest
    looksAtInstances = !applied.isDisjoint(with: RuleSet.rulesAboutInstances)
    self.evaluation = applied.contains(.contamination) ? evaluation : nil
    looksAtInstructions = !applied.subtracting([.novelty, .contamination]).isEmpty
    texts = InstructionPool(tokenizer: tokenizer)
    pool = SimilarityPool(tokenizer: tokenizer)
  }

  /// What is decided about each row of a file, in its order.
  ///
  /// Takes in all tokens before it compares: how rare each is makes the search fast.
  package mutating func decisions(
    about rows: [DatasetFile.Row], progress: (Step) -> Void = { _ in }
  ) -> [Decision] {
    var decisions: [Decision] = []
    var tokens: [[Int32]] = []
    decisions.reserveCapacity(rows.count)
    tokens.reserveCapacity(rows.count)
    for row in rows {
      let decision = decision(aboutTextsOf: row)
      decisions.append(decision)
      let isCompared = decision.verdict == nil && (rules.applies(.novelty) || ranksNearest)
      tokens.append(isCompared ? pool.tokens(of: row.instruction) : [])
      progress(.read(decisions.count))
    }
    guard rules.applies(.novelty) || ranksNearest else { return decisions }
    compare(rows, tokens, &decisions, progress)
    return decisions
  }

  private mutating func compare(
    _ rows: [DatasetFile.Row], _ tokens: [[Int32]], _ decisions: inout [Decision],
    _ progress: (Step) -> Void
  ) {
    var kept: [Int] = []
    for place in rows.indices where decisions[place].verdict == nil {
      lookForNeighbour(of: tokens[place], kind: rows[place].kind, kept, &decisions[place])
      if decisions[place].verdict == nil {
        if ranksNearest { rank(tokens[place], kept, &decisions[place]) }
        pool.insert(tokens[place])
        kept.append(place)
      }
      progress(.compared(place + 1, kept: kept.count))
    }
  }

  private mutating func lookForNeighbour(
    of tokens: [Int32], kind: InstructionKind, _ kept: [Int], _ decision: inout Decision
  ) {
    let limit = rules.novelty.maximum(for: kind)
    guard rules.applies(.novelty), let match = pool.match(of: tokens, above: limit) else { return }
    decision.neighbour = Neighbour(row: kept[match.index], score: match.f)
    let score = RuleSet.Overlap.rounded(match.f)
    decision.objections.append(
      Verdict(.novelty, rules.novelty.severity, "ROUGE-L \(score), more than \(limit)"))
  }

  private func rank(_ tokens: [Int32], _ kept: [Int], _ decision: inout Decision) {
    let found = pool.neighbourhood(of: tokens, count: InstructionPool.recordedNeighbours)
    decision.nearest = found.nearest.map { Neighbour(row: kept[$0.index], score: $0.f) }
    decision.meanSimilarity = found.mean
  }

  /// What the rules say that need nothing but the row.
  private mutating func decision(aboutTextsOf row: DatasetFile.Row) -> Decision {
    switch row.content {
    case .failure(let error):
      return Decision(objections: [Verdict(.unparsed, .drop, "\(error)")])
    case .success(let content):
      var objections = looksAtInstructions ? objections(to: content, row.kind) : []
      if looksAtInstances { objections += self.objections(toInstancesOf: content) }
      let overlap = evaluation?.overlap(
        instruction: content.instruction, instances: content.instances)
      if let verdict = rules.verdict(onOverlap: overlap) { objections.append(verdict) }
      return Decision(objections: objections)
    }
  }

  private func objections(
    to content: DatasetFile.Content, _ kind: InstructionKind
  ) -> [Verdict] {
    let evidence = InstructionEvidence(finish: "stop", logProbability: nil, kind: kind, group: 1)
    return rules.checks(instruction: content.instruction, evidence).compactMap(\.verdict)
      .filter { applied.contains($0.rule) }
  }

  /// A row is dropped for its instances if none of them passes.
  private func objections(toInstancesOf content: DatasetFile.Content) -> [Verdict] {
    let evidence = InstanceEvidence(finish: "stop", logProbability: nil)
    let objections = content.instances.map { instance in
      rules.checks(
        instance: instance, instruction: content.instruction,
        labels: content.isClassification ? [] : nil, evidence, pool: texts
      ).compactMap(\.verdict).filter { applied.contains($0.rule) }
    }
    let passing = objections.first { !$0.contains { $0.severity == .drop } }
    return (passing ?? objections.first ?? []) + conflicts(in: content)
  }

  private func conflicts(in content: DatasetFile.Content) -> [Verdict] {
    guard rules.conflict.severity != .off else { return [] }
    var outputs: [String: String] = [:]
    for instance in content.instances where !instance.input.isEmpty {
      if outputs.updateValue(instance.output, forKey: instance.input) ?? instance.output
        != instance.output
      {
        return [Verdict(.conflict, rules.conflict.severity, "one input has two outputs")]
      }
    }
    return []
  }
}

extension DatasetFile.Row {
  /// What the row says, if it can be read.
  var readable: DatasetFile.Content? {
    if case .success(let content) = content { content } else { nil }
  }

  var instruction: String { readable?.instruction ?? "" }

  /// What kind of task it is: rules look at an instruction with an input in another way.
  var kind: InstructionKind {
    guard let readable else { return .open }
    if readable.isClassification { return .label }
    return readable.instances.contains { !$0.input.isEmpty } ? .input : .open
  }
}
