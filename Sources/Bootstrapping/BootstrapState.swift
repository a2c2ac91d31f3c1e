import Filtering
import LanguageModels
import Prompts
import TaskCorpus

/// A round as far as it has come, and what it asks next: a value that a driver feeds.
///
/// What a wave asks is decided from what is committed and from nothing else, so a round that is
/// replayed from its ledger asks the same again. A driver calls `nextWave` until it gives nil, has
/// the oldest wave answered, calls `commit`, and begins again.
package struct BootstrapState: Sendable {
  package let context: GrowContext
  /// What the corpus holds.
  package internal(set) var corpus: CorpusState
  /// Waves that were decided and are not committed, the oldest first.
  package internal(set) var inFlight: [Wave] = []
  /// Tasks that the round has taken, surplus of earlier rounds included.
  package internal(set) var taken: Int
  /// Waves committed in a row without a task that was finished, but for those whose answers a judge
  /// has still to see.
  package internal(set) var emptyWaves = 0
  /// The last wave that finished a task; 0 if none did.
  var lastFruitful = 0
  package internal(set) var funnel = Funnel()
  /// Whether waves ask for new instructions; a preview follows only its first, and a round that
  /// completes what is kept asks for none.
  package var asksForNew = true
  /// The answers that tasks had, where the round asks for others; nil where it does not.
  private(set) var answersBefore: [String: Set<String>]?
  let examples: RoundExamples
  /// The context's, with what a search keeps for the next one.
  var evaluation: EvaluationSets?
  /// The next number of a stage's requests.
  var counters: [Stage: Int] = [:]
  var lastWave = 0
  /// Instructions that a wave in flight asks about.
  var busy: Set<String> = []
  /// Instructions that are finished, with or without an instance.
  var settled: Set<String> = []
  /// Kept instructions that are not settled, in candidate order.
  var open: [String] = []
  /// Kept instructions with an instance, from which prompts draw.
  var accepted: [ShownTask] = []
  /// Tasks that the round has taken, by what they were asked for as.
  var takenByKind: [InstructionKind: Int] = [:]
  /// Instructions that wait to be scored before anything is decided about them.
  var unranked: [CandidateRow] = []
  /// What the examples alone suggest: log-odds of yes, by question.
  var calibration: [Stage: Double] = [:]

  /// A task of the corpus that a prompt may show.
  struct ShownTask: Equatable, Sendable {
    var place: Int
    var id: String
    var instruction: String
    var kind: InstructionKind
  }

  /// The state at the opening of a round.
  ///
  /// - Parameters:
  ///   - context: What does not change.
  ///   - corpus: What the rounds before have left.
  ///   - taken: The tasks of surplus that the round takes.
  package init(_ context: GrowContext, corpus: CorpusState, taken: [String]) {
    self.context = context
    self.corpus = corpus
    evaluation = context.evaluation
    self.taken = taken.count
    examples = RoundExamples(context)
    for id in taken {
      if let kind = corpus.item(id)?.evidence.kind { takenByKind[kind, default: 0] += 1 }
    }
    for task in corpus.closedTasks {
      guard let kind = task.kind else { continue }
      accepted.append(
        ShownTask(place: task.place, id: task.id, instruction: task.instruction, kind: kind))
    }
    for item in corpus.items where item.verdict == nil {
      let decision = corpus.instances(of: item)
      if let decision, decision.verdict == nil {
        if !decision.kept.isEmpty, !corpus.surplus.contains(item.id) { show(item) }
        // What is a task already is left to a round that answers again.
        let isOpen = decision.kept.isEmpty && !judgeable(decision, of: item).isEmpty
        if isOpen { open.append(item.id) } else { settled.insert(item.id) }
      } else if decision != nil || isDeadEnd(item) {
        settled.insert(item.id)
      } else {
        open.append(item.id)
      }
    }
    // What earlier rounds left to the last one stands among what they had finished.
    if !corpus.isWhole { accepted.sort { $0.place < $1.place } }
  }

  package var configuration: GrowConfiguration { context.configuration }

  /// Whether the round asks for other answers to the tasks there are.
  var answersOnly: Bool { answersBefore != nil }

  /// Whether the round has all its tasks.
  package var isFull: Bool { taken >= configuration.tasks }

  /// Whether nothing new has been finished for as long as the configuration allows.
  package var hasCollapsed: Bool { emptyWaves >= configuration.waves.emptyWaves }

  /// Decides the next wave from what is committed, if there is room for one in flight.
  ///
  /// - Returns: The wave, also to be found in `inFlight`, maybe without requests; nil if the round
  ///   is full, as many waves as configured are in flight, or nothing is to be asked before one is
  ///   committed.
  package mutating func nextWave() -> Wave? {
    guard !isFull, inFlight.count < configuration.waves.inFlight else { return nil }
    var wave = Wave(number: lastWave + 1, asks: [])
    if lastWave == 0, !answersOnly { wave.asks += calibrationAsks() }
    addRankingAsks(to: &wave)
    for id in open where !busy.contains(id) {
      // Of answers to what there is no more are asked for together than of what is new.
      if answersOnly, wave.asks.count >= configuration.waves.requests { break }
      guard let item = corpus.item(id) else { continue }
      let asks = asks(for: item)
      if !asks.isEmpty { busy.insert(id) }
      wave.asks += asks
    }
    shareLimits(in: &wave)
    if asksForNew { addInstructionAsks(to: &wave) }
    // Instructions of which none passes its own rules ask for nothing and are decided all the same;
    // while another wave is in flight they wait for it.
    guard !wave.asks.isEmpty || inFlight.isEmpty && !wave.ranked.isEmpty else { return nil }
    unranked = []
    lastWave += 1
    for ask in wave.asks { funnel.asked(ask.key.stage) }
    inFlight.append(wave)
    return wave
  }

  /// Whether a kept instruction is not at its end.
  func isOpen(_ item: CorpusState.Item) -> Bool { !settled.contains(item.id) }

  /// Leaves instructions alone that earlier rounds did not finish.
  mutating func forgetOpen() {
    open = []
  }

  /// Turns the round into one that asks for other answers to the tasks there are, but to those that
  /// the same model was asked for.
  ///
  /// - Returns: How many tasks that are.
  package mutating func answerAgain() -> Int {
    asksForNew = false
    var before: [String: Set<String>] = [:]
    open = corpus.items.filter { item in
      guard item.verdict == nil, item.isClassification != true, !corpus.surplus.contains(item.id),
        let decision = corpus.instances(of: item), !decision.kept.isEmpty,
        !judgeable(decision, of: item).isEmpty || !hasAnswered(item)
      else { return false }
      before[item.id] = Set(decision.kept.map(\.row.id))
      return true
    }.map(\.id)
    answersBefore = before
    settled.subtract(open)
    return open.count
  }

  /// Whether the model that answers has answered an instruction already; what it failed to answer
  /// in another round may be asked again.
  func hasAnswered(_ item: CorpusState.Item) -> Bool {
    let answerer = context.models[.answer].identity
    return item.instanceRows.contains { row in
      row.round == context.round
        || answerer.covers(row.model)
          && row.evidence(as: InstanceEvidence.self)?.finish != FinishReason.failed.rawValue
    }
  }

  /// The instances that the judge of the run is to be asked about: none twice in a round, and none
  /// that it has answered about already, with a score or without.
  func judgeable(_ decision: InstanceDecision, of item: CorpusState.Item) -> [InstanceDecision
    .Found]
  {
    guard let judge = context.models.judge?.identity, !decision.waiting.isEmpty else { return [] }
    var asked: Set<String> = []
    for row in item.followers(.judge) {
      guard let said = row.parsed(as: Parse.Score.self) else { continue }
      let hasSaid = judge.covers(row.model) && row.evidence["failure"] == nil
      if said.score != nil || row.round == context.round || hasSaid { asked.insert(said.instance) }
    }
    return decision.waiting.filter { !asked.contains($0.row.id) }
  }

  /// The next number of a stage.
  mutating func key(_ stage: Stage) -> RequestKey {
    defer { counters[stage, default: 0] += 1 }
    return RequestKey(stage, counters[stage, default: 0])
  }

  /// Remembers a task for prompts to show.
  mutating func show(_ item: CorpusState.Item) {
    accepted.append(
      ShownTask(
        place: item.place, id: item.id, instruction: item.instruction, kind: item.shownKind))
  }

  /// The original's limit of tokens for a batch of requests that has a classification task in it.
  private func shareLimits(in wave: inout Wave) {
    let instances = wave.asks.indices.filter { wave.asks[$0].key.stage == .instances }
    for start in stride(from: 0, to: instances.count, by: configuration.instances.batch) {
      let batch = instances[start..<min(start + configuration.instances.batch, instances.count)]
      guard batch.contains(where: { wave.asks[$0].purpose.kind == .label }) else { continue }
      for index in batch {
        guard case .generate(var request) = wave.asks[index].body else { continue }
        request.maxNewTokens = configuration.instances.maxNewTokensWithLabels
        wave.asks[index].body = .generate(request)
      }
    }
  }
}
