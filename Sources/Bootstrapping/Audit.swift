import Filtering
import Storage
import TaskCorpus
import TextMetrics

/// What the rules do to tasks that people wrote or read, and what a corpus has lost on the way.
///
/// Of the rules those that look at texts alone: nobody knows how likely a seed is under a model, or
/// what else its round held. Novelty is asked of seeds only; a task of the corpus is new.
package struct Audit: Sendable {
  /// What one rule objects to.
  package struct RuleCount: Hashable, Sendable {
    package let rule: RuleName
    /// Seeds that it would drop, by their ids.
    package internal(set) var seeds: [String] = []
    /// Tasks that a person found right in all and it would drop.
    package internal(set) var right: [String] = []
    /// Tasks that a person rejected, edited or found wrong in anything, and it would drop too.
    package internal(set) var wrong: [String] = []
    /// Candidates that it dropped by the rules of the ledger: instructions, and instances of those
    /// that were kept.
    package internal(set) var candidates = 0
  }

  /// What became of the answers of one stage.
  package struct StageLoss: Hashable, Sendable {
    package let stage: String
    package internal(set) var completions = 0
    /// Of them cut at the limit of tokens.
    package internal(set) var cut = 0
    /// Candidates of the stage in which nothing could be read.
    package internal(set) var unparsed = 0
  }

  /// What came of the prompts that showed a seed.
  package struct SeedYield: Hashable, Sendable {
    package let id: String
    /// Instructions from prompts with it.
    package internal(set) var shown = 0
    /// Of them dropped as too near to what was kept before.
    package internal(set) var tooNear = 0
    package internal(set) var tasks = 0
  }

  /// How many seeds and reviews there are.
  package let seedCount: Int
  package private(set) var rightCount = 0
  package private(set) var wrongCount = 0
  /// Rules that object to anything, in their order.
  package private(set) var rules: [RuleCount] = []
  /// In the order of their first answers.
  package private(set) var stages: [StageLoss] = []
  /// The seeds that were shown, those with the most tasks a showing first.
  package private(set) var seeds: [SeedYield] = []

  private var counts: [RuleName: RuleCount] = [:]

  /// Looks through a corpus and the seeds of its project.
  ///
  /// - Parameter configuration: As resolved; its rules are looked at, not those of the ledger.
  /// - Throws: `GrowError.corpus` if there is no corpus, `StorageError` for files.
  package init(
    of corpus: CorpusDirectory, seeds file: SeedFile, configuration: GrowConfiguration
  ) throws {
    let reading = try CorpusReading(corpus)
    let state = reading.state
    seedCount = file.tasks.count
    auditSeeds(file.tasks, configuration.rules, state.pool.tokenizer)
    for item in state.items {
      if let review = state.reviews[item.id] {
        audit(review, of: item, configuration.rules, state)
      }
      count(item, state)
    }
    rules = RuleName.allCases.compactMap { counts[$0] }
    counts = [:]
    stages = Self.losses(reading.events, state)
    self.seeds = Self.yields(of: file.tasks, state)
  }

  // MARK: Rules

  private mutating func note(_ rule: RuleName, _ change: (inout RuleCount) -> Void) {
    change(&counts[rule, default: RuleCount(rule: rule)])
  }

  private mutating func auditSeeds(
    _ seeds: [InstructionTask], _ rules: RuleSet, _ tokenizer: RougeTokenizer
  ) {
    var pool = InstructionPool(tokenizer: tokenizer)
    for seed in seeds {
      let instances = seed.instances.map { Parse.Instance(input: $0.input, output: $0.output) }
      var found = rules.objections(
        to: seed.instruction, instances: instances, isLabel: seed.isClassification == true, pool)
      let limit = rules.novelty.maximum(for: seed.isClassification == true ? .label : .open)
      if let nearest = pool.nearest(to: seed.instruction), nearest.score > limit,
        rules.novelty.severity == .drop
      {
        found.insert(.novelty)
      }
      for rule in found { note(rule) { $0.seeds.append(seed.id) } }
      pool.insert(seed.instruction, id: seed.id)
    }
  }

  private mutating func audit(
    _ review: Review, of item: CorpusState.Item, _ rules: RuleSet, _ state: CorpusState
  ) {
    if review.isRight { rightCount += 1 } else { wrongCount += 1 }
    let instances = item.instanceRows.filter { review.instances.contains($0.id) }
      .compactMap { $0.parsed(as: Parse.Instance.self) }
    let found = rules.objections(
      to: item.instruction, instances: instances, isLabel: item.isClassification == true,
      state.pool)
    for rule in found {
      note(rule) { count in
        if review.isRight { count.right.append(item.id) } else { count.wrong.append(item.id) }
      }
    }
  }

  private mutating func count(_ item: CorpusState.Item, _ state: CorpusState) {
    if let verdict = item.verdict { note(verdict.rule) { $0.candidates += 1 } }
    for found in state.instances(of: item)?.found ?? [] {
      if let verdict = found.verdict, verdict.rule != .notChosen {
        note(verdict.rule) { $0.candidates += 1 }
      }
    }
  }

  // MARK: Losses and yields

  private static func losses(_ events: [LedgerEvent], _ state: CorpusState) -> [StageLoss] {
    var losses: [StageLoss] = []
    var places: [String: Int] = [:]
    for case .completion(let row) in events where row.text != nil {
      let place = places[row.stage] ?? losses.count
      if place == losses.count {
        places[row.stage] = place
        losses.append(StageLoss(stage: row.stage))
      }
      losses[place].completions += 1
      if row.finish == "length" { losses[place].cut += 1 }
    }
    let candidates = events.readCandidates(by: state.reading)
    for row in candidates where row.parse.object?.isEmpty == true {
      if let place = places[row.stage] { losses[place].unparsed += 1 }
    }
    return losses
  }

  private static func yields(of seeds: [InstructionTask], _ state: CorpusState) -> [SeedYield] {
    var yields: [String: SeedYield] = [:]
    for item in state.items {
      for id in Set(item.row.shown) {
        yields[id, default: SeedYield(id: id)].shown += 1
        if item.verdict?.rule == .novelty { yields[id]?.tooNear += 1 }
        if state.isTask(item) { yields[id]?.tasks += 1 }
      }
    }
    let shown = seeds.compactMap { yields[$0.id] }
    return shown.indices.sorted { a, b in
      let (first, second) = (shown[a], shown[b])
      // Shares compared without a division.
      let (left, right) = (first.tasks * second.shown, second.tasks * first.shown)
      return left == right ? a < b : left > right
    }.map { shown[$0] }
  }
}

extension Review {
  /// Whether the person had nothing to say against the task.
  fileprivate var isRight: Bool {
    instructionIsSensible && inputFits && outputIsRight && !isRejected && edit == nil
  }
}

extension RuleSet {
  /// The rules that would drop a task that a person wrote or read: nothing is known of it but its
  /// texts, and of several instances all would have to fall.
  fileprivate func objections(
    to instruction: String, instances: [Parse.Instance], isLabel: Bool, _ pool: InstructionPool
  ) -> Set<RuleName> {
    let hasInput = instances.contains { !$0.input.isEmpty }
    let kind: InstructionKind = isLabel ? .label : hasInput ? .input : .open
    let evidence = InstructionEvidence(
      finish: "stop", logProbability: nil, relevance: 1, kind: kind, group: 1)
    let checks = checks(instruction: instruction, evidence)
    var found = Set(checks.compactMap(\.verdict).filter { $0.severity == .drop }.map(\.rule))
    let verdicts = instances.map { instance in
      self.checks(
        instance: instance, instruction: instruction, labels: isLabel ? [] : nil,
        InstanceEvidence(finish: "stop", logProbability: nil), pool: pool
      ).dropping?.rule
    }
    if !verdicts.contains(nil) { found.formUnion(verdicts.compactMap(\.self)) }
    return found
  }
}
