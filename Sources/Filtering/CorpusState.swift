import TaskCorpus

/// What a corpus holds by its rules: a fold over the rows of its ledger.
///
/// Equal ledgers and rules give equal states, however many processes it took to write the ledger.
package struct CorpusState: Sendable {
  /// An instruction with what was decided about it and found for it.
  package struct Item: Sendable {
    /// The how-manieth instruction of the corpus it is, from 0.
    package let place: Int
    package let row: CandidateRow
    /// What was read from its completion.
    package let parse: Parse.Instruction
    package let evidence: InstructionEvidence
    /// What the rules about it alone said.
    package var checks: [RuleCheck]
    /// Why it is not kept; nil if it is.
    package var verdict: Verdict?
    /// What was kept before and is nearest.
    package var neighbour: InstructionPool.Neighbour?
    /// What was found for it, in the order of the ledger.
    package var followers: [CandidateRow] = []

    package var id: String { row.id }
    package var instruction: String { parse.instruction }

    /// The rows of a stage.
    package func followers(_ stage: Stage) -> [CandidateRow] {
      followers.filter { $0.stage == stage.rawValue }
    }

    /// Whether it was decided to be classification; nil before, or where nobody asks.
    package var isClassification: Bool? {
      followers(.classification).last?.parsed(as: Parse.Answer.self)?.yes
        ?? evidence.isClassification
    }

    /// The labels that it names or that were found; empty where none were.
    package var labels: [String] {
      parse.labels ?? followers(.labels).last?.parsed(as: Parse.Labels.self)?.labels ?? []
    }

    /// Rows that hold an input with an output.
    package var instanceRows: [CandidateRow] {
      followers.filter { Self.instanceStages.contains($0.stage) }
    }

    static let instanceStages = [Stage.answer, .label, .instances].map(\.rawValue)
  }

  package let rules: RuleSet
  /// Whether all rows were taken in, and not only those after closed rounds.
  package let isWhole: Bool
  /// What people said of tasks, by their ids. It decides what is exported and nothing else, so that
  /// a review changes neither what is new nor what an unfinished round asks.
  package var reviews: [String: Review] = [:]
  /// In candidate order; of closed rounds only what they have left open, where the state goes on
  /// from `ClosedRounds`.
  package internal(set) var items: [Item] = []
  /// The tasks of closed rounds that are no items any more, in candidate order.
  package let closedTasks: [ClosedRounds.FinishedTask]
  /// Seeds and kept instructions.
  package private(set) var pool: InstructionPool
  /// What is in the pool, in its order.
  private(set) var kept: [ClosedRounds.Kept] = []
  /// Ids of finished tasks that no round has taken.
  package private(set) var surplus: Set<String> = []
  /// Where items are, by their ids.
  private var places: [String: Int] = [:]
  /// How many instructions came so far.
  private(set) var instructionCount = 0
  private var undecided: [CandidateRow] = []
  /// Ids of items whose instances, or what a judge says of them, came since the last wave ended.
  private var answered: [String] = []
  private var judged: [String] = []
  private var decisions: [String: InstanceDecision] = [:]
  /// The decisions of each round, about items that more than one has answered.
  private var decisionsByRound: [String: [InstanceDecision]] = [:]
  private var seen = SeenBeginnings()
  private(set) var seedsHash = ""
  /// What the candidates before it have in common with the evaluation sets, as measured last.
  package let evaluation: EvaluationRow?
  /// What completions were read as last; nil where they stand as they were read first.
  package let reading: ReadingRow?
  private var readings: Readings
  /// How many candidates came so far.
  private(set) var candidates = 0

  /// The state before the first row, or after the rows of closed rounds.
  ///
  /// - Parameters:
  ///   - evaluation: The last row of its kind, which like rules counts backwards too; nil if there
  ///     is none.
  ///   - reading: Likewise.
  ///   - closed: What was decided by the same rules, evaluation sets and reading.
  package init(
    rules: RuleSet, pool: InstructionPool = InstructionPool(), evaluation: EvaluationRow? = nil,
    reading: ReadingRow? = nil, after closed: ClosedRounds? = nil
  ) {
    self.rules = rules
    self.pool = pool
    self.evaluation = evaluation
    self.reading = reading
    readings = Readings(reading)
    isWhole = closed == nil
    closedTasks = closed?.tasks ?? []
    guard let closed else { return }
    (instructionCount, candidates) = (closed.instructions, closed.candidates)
    (seedsHash, surplus) = (closed.seedsHash, closed.surplus)
    for entry in closed.kept { keep(entry.text, id: entry.id) }
    items = closed.open.map(\.item)
    for (index, open) in closed.open.enumerated() {
      let item = open.item
      places[item.id] = index
      guard item.verdict == nil, !item.instanceRows.isEmpty else { continue }
      // The instances of a round were found at once, so that they come to the same again; but why
      // they are not taken may lie in others of their wave.
      take(
        Set(item.instanceRows.map(\.round)).sorted().map { decision(on: item, of: $0) }, on: item.id
      )
      decisions[item.id]?.verdict = open.instanceVerdict
    }
  }

  /// The item of an id.
  package func item(_ id: String) -> Item? {
    places[id].map { items[$0] }
  }

  /// What is decided about the instances of an item; nil as long as none were found.
  package func instances(of item: Item) -> InstanceDecision? {
    decisions[item.id]
  }

  /// Takes in the next row of a ledger.
  package mutating func receive(_ event: LedgerEvent) {
    switch event {
    case .seeds(let row): receive(row)
    case .round(let row): surplus.subtract(row.taken)
    case .candidate(let row):
      if let rows = readings.candidates(for: row) {
        for row in rows { receive(current(row, isReadAgain: true)) }
      } else {
        receive(current(row))
      }
      candidates += 1
    case .wave(let row):
      for row in readings.candidates(in: row) { receive(current(row, isReadAgain: true)) }
      decide()
      surplus.formUnion(row.surplus)
    case .run, .evaluation, .reading, .rules, .completion, .close, .unknown: break
    }
  }

  /// Decides about the instructions and instances that came since the last wave ended, each all
  /// together.
  package mutating func decide() {
    for kind in InstructionKind.allCases {
      decide(about: undecided.filter { Self.evidence(of: $0).kind == kind })
    }
    undecided = []
    for kind in InstructionKind.allCases {
      decide(aboutInstancesOf: answered.filter { item($0)?.evidence.kind == kind })
    }
    answered = []
    for id in judged { decideAgain(about: id) }
    judged = []
  }

  private mutating func receive(_ row: SeedsRow) {
    guard row.hash != seedsHash else { return }
    seedsHash = row.hash
    for seed in row.seeds { keep(seed.instruction, id: seed.id) }
  }

  private mutating func keep(_ text: String, id: String) {
    pool.insert(text, id: id)
    kept.append(ClosedRounds.Kept(id: id, text: text))
  }

  /// The row with what it has in common with the evaluation sets of today.
  private func current(_ row: CandidateRow, isReadAgain: Bool = false) -> CandidateRow {
    guard let evaluation else { return row }
    if isReadAgain {
      // It says itself what it was measured against.
      return reading?.evaluation == evaluation.hash
        ? row : row.withOverlap(evaluation.overlaps[row.id])
    }
    if candidates >= evaluation.candidates { return row }
    return row.withOverlap(evaluation.overlaps[row.id])
  }

  private mutating func receive(_ row: CandidateRow) {
    if let owner = row.of {
      guard let place = places[owner] else { return }
      items[place].followers.append(row)
      if Item.instanceStages.contains(row.stage), !answered.contains(owner) {
        answered.append(owner)
      }
      if row.stage == Stage.judge.rawValue, !judged.contains(owner) { judged.append(owner) }
      return
    }
    let evidence = Self.evidence(of: row)
    let parse = row.parsed(as: Parse.Instruction.self)
    var checks = [RuleCheck(.unparsed, Verdict(.unparsed, .drop, "no instruction in it"))]
    if let parse { checks = rules.checks(parse, evidence, pool: pool) }
    places[row.id] = items.count
    items.append(
      Item(
        place: instructionCount, row: row, parse: parse ?? Parse.Instruction(""),
        evidence: evidence, checks: checks,
        verdict: checks.dropping))
    instructionCount += 1
    undecided.append(row)
  }

  private mutating func decide(about rows: [CandidateRow]) {
    var places = rows.compactMap { self.places[$0.id] }.filter { items[$0].verdict == nil }
    let ranks =
      rules.likelihood.severity == .drop
      && places.allSatisfy { items[$0].evidence.likelihood != nil }
    var left = places.count
    if ranks, let kind = places.first.map({ items[$0].evidence.kind }) {
      left = RuleSet.count(rules.likelihood.share(of: kind), of: places.count)
    }
    let ranked = places.count
    if ranks {
      let scores = places.map { score(items[$0]) }
      let order = places.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
      places = order.map { places[$0] }
    }
    for (rank, place) in places.enumerated() {
      if left == 0 {
        items[place].add(
          Verdict(.likelihood, .drop, "rank \(rank + 1) of \(ranked) in its wave"))
      } else if keepIfNew(place) {
        left -= 1
      }
    }
  }

  private mutating func keepIfNew(_ place: Int) -> Bool {
    let item = items[place]
    let neighbour = pool.nearest(to: item.instruction)
    items[place].neighbour = neighbour
    if let neighbour, rules.novelty.severity != .off,
      neighbour.score > rules.novelty.maximum(for: item.evidence.kind)
    {
      items[place].add(
        Verdict(
          .novelty, rules.novelty.severity,
          "ROUGE-L \(RuleSet.Overlap.rounded(neighbour.score))", neighbour: neighbour.id))
    }
    for verdict in seen.verdicts(on: item, rules) { items[place].add(verdict) }
    guard items[place].verdict == nil else { return false }
    keep(item.instruction, id: item.id)
    seen.insert(item, rules)
    return true
  }

  /// What instructions of one wave are compared by.
  private func score(_ item: Item) -> Double {
    let evidence = item.evidence
    let relevance = evidence.kind == .open ? rules.likelihood.relevance * evidence.relevance : 0
    return (evidence.likelihood ?? 0) + relevance
  }

  /// Decides about the instances that one wave found for items of one kind.
  private mutating func decide(aboutInstancesOf ids: [String]) {
    var found: [(item: Item, decision: InstanceDecision)] = ids.compactMap { id in
      guard let item = item(id), item.verdict == nil, let last = item.instanceRows.last else {
        return nil
      }
      return (item, decision(on: item, of: last.round))
    }
    if rules.doubt.severity == .drop { dropDoubtful(&found) }
    for (item, decision) in found {
      let earlier = decisionsByRound[item.id] ?? decisions[item.id].map { [$0] } ?? []
      take(earlier + [decision], on: item.id)
    }
  }

  /// Drops the tasks of a wave whose answers the model is least sure of.
  private func dropDoubtful(_ found: inout [(item: Item, decision: InstanceDecision)]) {
    var rivals: [(place: Int, certainty: Double)] = []
    for (place, (item, decision)) in found.enumerated() where decision.verdict == nil {
      guard let certainty = decision.certainty else { continue }
      let first = decision.found.first { $0.verdict == nil }
      let hasInput = first?.instance?.input.isEmpty == false
      let minimum = hasInput ? rules.doubt.minimumWithInput : rules.doubt.minimum
      if item.isClassification == true || certainty >= minimum {
        rivals.append((place, certainty))
      } else {
        let evidence = "\(RuleSet.Overlap.rounded(certainty)) is below \(minimum)"
        found[place].decision.verdict = Verdict(.doubt, .drop, evidence)
      }
    }
    let kept = RuleSet.count(rules.doubt.keep, of: rivals.count)
    let order = rivals.indices.sorted { (-rivals[$0].certainty, $0) < (-rivals[$1].certainty, $1) }
    for (rank, index) in order.enumerated().dropFirst(kept) {
      found[rivals[index].place].decision.verdict = Verdict(
        .doubt, .drop, "rank \(rank + 1) of \(rivals.count) in its wave")
    }
  }

  /// Takes in what is decided about the answers of each round to a task.
  private mutating func take(_ rounds: [InstanceDecision], on id: String) {
    if rounds.count > 1 { decisionsByRound[id] = rounds }
    decisions[id] = rounds.count == 1 ? rounds[0] : InstanceDecision(ofRounds: rounds)
  }

  /// Decides once more about answers that a judge has seen since.
  private mutating func decideAgain(about id: String) {
    guard let item = item(id), item.verdict == nil, let decision = decisions[id] else { return }
    let rounds = (decisionsByRound[id] ?? [decision]).map { decision in
      guard decision.verdict == nil, let row = decision.waiting.first?.row else { return decision }
      return self.decision(on: item, of: row.round)
    }
    take(rounds, on: id)
  }

  /// What the rules say of the instances that a round found for an item.
  private func decision(on item: Item, of round: Int) -> InstanceDecision {
    InstanceDecision(
      of: item.instanceRows.filter { $0.round == round }, judgements: item.followers(.judge),
      instruction: item.instruction, labels: item.isClassification == true ? item.labels : nil,
      rules: rules, pool: pool)
  }

  static func evidence(of row: CandidateRow) -> InstructionEvidence {
    row.evidence(as: InstructionEvidence.self)
      ?? InstructionEvidence(finish: "stop", logProbability: nil, group: 0)
  }
}

extension RuleSet.Likelihood {
  /// The share of a kind that goes on.
  package func share(of kind: InstructionKind) -> Double {
    switch kind {
    case .open: keep
    case .input: keepWithInput
    case .label: keepWithLabels
    }
  }
}

extension InstructionEvidence {
  /// The mean of the likelihoods that are known; nil if none is.
  var likelihood: Double? {
    let known = [logProbability, userTurn].compactMap(\.self)
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }
}

extension CorpusState.Item {
  /// Adds what a comparing rule found.
  fileprivate mutating func add(_ verdict: Verdict) {
    checks.append(RuleCheck(verdict.rule, verdict))
    if self.verdict == nil, verdict.severity == .drop { self.verdict = verdict }
  }
}
