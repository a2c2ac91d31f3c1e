import TaskCorpus

/// What a corpus holds by its rules: a fold over the rows of its ledger.
///
/// Equal ledgers and rules give equal states, however many processes it took to write the ledger.
package struct CorpusState: Sendable {
  /// An instruction with what was decided about it and found for it.
  package struct Item: Sendable {
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
      followers.filter {
        [Stage.answer.rawValue, Stage.label.rawValue, Stage.instances.rawValue].contains($0.stage)
      }
    }
  }

  package let rules: RuleSet
  /// In candidate order.
  package private(set) var items: [Item] = []
  /// Seeds and kept instructions.
  package private(set) var pool: InstructionPool
  /// Ids of finished tasks that no round has taken.
  package private(set) var surplus: Set<String> = []
  private var places: [String: Int] = [:]
  private var undecided: [CandidateRow] = []
  private var seedsHash = ""

  /// The state before the first row.
  package init(rules: RuleSet, pool: InstructionPool = InstructionPool()) {
    self.rules = rules
    self.pool = pool
  }

  /// The item of an id.
  package func item(_ id: String) -> Item? {
    places[id].map { items[$0] }
  }

  /// What is decided about the instances of an item; nil as long as none were found.
  package func instances(of item: Item) -> InstanceDecision? {
    let rows = item.instanceRows
    guard item.verdict == nil, !rows.isEmpty else { return nil }
    return InstanceDecision(
      of: rows, instruction: item.instruction,
      labels: item.isClassification == true ? item.labels : nil, rules: rules, pool: pool)
  }

  /// Takes in the next row of a ledger.
  package mutating func receive(_ event: LedgerEvent) {
    switch event {
    case .seeds(let row): receive(row)
    case .round(let row): surplus.subtract(row.taken)
    case .candidate(let row): receive(row)
    case .wave(let row):
      decide()
      surplus.formUnion(row.surplus)
    case .run, .rules, .completion, .close, .unknown: break
    }
  }

  /// Decides about the instructions that came since the last wave ended, all together.
  package mutating func decide() {
    for kind in InstructionKind.allCases {
      decide(about: undecided.filter { Self.evidence(of: $0).kind == kind })
    }
    undecided = []
  }

  private mutating func receive(_ row: SeedsRow) {
    guard row.hash != seedsHash else { return }
    seedsHash = row.hash
    for seed in row.seeds { pool.insert(seed.instruction, id: seed.id) }
  }

  private mutating func receive(_ row: CandidateRow) {
    if let owner = row.of {
      if let place = places[owner] { items[place].followers.append(row) }
      return
    }
    let evidence = Self.evidence(of: row)
    let parse = row.parsed(as: Parse.Instruction.self)
    var checks = [RuleCheck(.unparsed, Verdict(.unparsed, .drop, "no instruction in it"))]
    if let parse { checks = rules.checks(instruction: parse.instruction, evidence) }
    places[row.id] = items.count
    items.append(
      Item(
        row: row, parse: parse ?? Parse.Instruction(""), evidence: evidence, checks: checks,
        verdict: checks.dropping))
    undecided.append(row)
  }

  private mutating func decide(about rows: [CandidateRow]) {
    var places = rows.compactMap { self.places[$0.id] }.filter { items[$0].verdict == nil }
    let ranks =
      rules.likelihood.severity == .drop
      && places.allSatisfy { items[$0].evidence.logProbability != nil }
    let asked = Self.asked(for: rows)
    var left = ranks ? Int((Double(asked) * rules.likelihood.keep).rounded(.up)) : places.count
    if ranks {
      places.sort {
        let (a, b) = (items[$0].evidence.logProbability, items[$1].evidence.logProbability)
        return (-(a ?? 0), $0) < (-(b ?? 0), $1)
      }
    }
    for (rank, place) in places.enumerated() {
      if left == 0 {
        items[place].add(
          Verdict(.likelihood, .drop, "rank \(rank + 1) of \(asked) in its wave"))
      } else if keepIfNew(place) {
        left -= 1
      }
    }
  }

  private mutating func keepIfNew(_ place: Int) -> Bool {
    let item = items[place]
    let neighbour = pool.nearest(to: item.instruction)
    items[place].neighbour = neighbour
    if let neighbour, rules.novelty.severity != .off, neighbour.score > rules.novelty.maximum {
      items[place].add(
        Verdict(
          .novelty, rules.novelty.severity,
          "ROUGE-L \(RuleSet.Overlap.rounded(neighbour.score))", neighbour: neighbour.id))
    }
    guard items[place].verdict == nil else { return false }
    pool.insert(item.instruction, id: item.id)
    return true
  }

  /// How many candidates the waves of some rows asked for.
  private static func asked(for rows: [CandidateRow]) -> Int {
    var groups: [Int: Int] = [:]
    for row in rows { groups[row.wave] = evidence(of: row).group }
    return groups.values.reduce(0, +)
  }

  private static func evidence(of row: CandidateRow) -> InstructionEvidence {
    row.evidence(as: InstructionEvidence.self)
      ?? InstructionEvidence(finish: "stop", logProbability: nil, group: 0)
  }
}

extension CorpusState.Item {
  /// Adds what a comparing rule found.
  fileprivate mutating func add(_ verdict: Verdict) {
    checks.append(RuleCheck(verdict.rule, verdict))
    if self.verdict == nil, verdict.severity == .drop { self.verdict = verdict }
  }
}
