import Filtering
import LanguageModels
import Prompts
import Storage
import TaskCorpus

/// Every stage on a few real prompts, with all that is seen and decided; writes nothing.
package struct Preview: Sendable {
  /// One request with its answer and what becomes of it.
  package struct Step: Sendable {
    package var stage: Stage
    /// The candidate's id; empty where the completion proposed none.
    package var id: String
    /// What the model was given, as text.
    package var prompt: String
    /// What it wrote; nil where the likelihood of a given text was asked for.
    package var completion: String?
    /// The text whose likelihood was asked for, and that likelihood.
    package var scored: (text: String, logProbability: Double)?
    /// What was read from it, as JSON.
    package var parses: [JSONValue]
    /// What every rule says to each of them, those that pass included.
    package var checks: [[RuleCheck]]
  }

  /// Runs the stages on `count` new instructions and on whatever comes of them.
  ///
  /// - Parameters:
  ///   - grower: Corpus, seeds, model and configuration; the corpus need not exist and is only
  ///     read.
  ///   - count: Instructions asked for.
  /// - Throws: `GrowError` for what cannot be asked for, and whatever the model fails with.
  package static func run(_ grower: Grower, count: Int = 3) async throws -> [Step] {
    var configuration = grower.configuration
    let problems = configuration.validate()
    if !problems.isEmpty { throw GrowError.configuration(problems) }
    try grower.checkSeeds()
    configuration.waves.requests = count
    configuration.waves.inFlight = 1
    configuration.tasks = max(configuration.tasks, count + 1)
    // Of a handful no share would be left: all that the other rules pass go on.
    configuration.rules.likelihood.severity = .off
    configuration.rules.doubt.severity = .off
    var corpus = try grower.corpusState(rules: configuration.rules)
    let round = (corpus.items.last?.row.round ?? 0) + 1
    corpus.receive(.seeds(grower.seedsRow))
    let context = GrowContext(
      configuration: configuration, prompts: grower.prompts, seeds: grower.seeds,
      evaluation: grower.evaluation, models: grower.models.map(ModelProfile.init),
      round: round)
    var state = BootstrapState(context, corpus: corpus, taken: [])
    state.forgetOpen()
    var asks: [Ask] = []
    var answers: [RequestKey: CompletionRow] = [:]
    var found: [CandidateRow] = []
    while let wave = state.nextWave() {
      state.asksForNew = false
      asks += wave.asks
      answers.merge(try await grower.answers(to: wave, round: round)) { $1 }
      found += try state.commit(answers).events.compactMap(\.candidate)
    }
    return asks.map { step(of: $0, answers[$0.key], found, state) }
  }

  /// - Parameter found: All that the preview found; an instruction is known only after its ranking.
  private static func step(
    of ask: Ask, _ row: CompletionRow?, _ found: [CandidateRow], _ state: BootstrapState
  ) -> Step {
    let found = found.filter {
      $0.request == ask.key.number && $0.stage == ask.key.stage.rawValue
    }
    var step = Step(
      stage: ask.key.stage, id: found.first?.id ?? ask.purpose.item ?? "", prompt: "",
      completion: row?.text, scored: nil, parses: found.map(\.parse),
      checks: found.map { checks(of: $0, state) })
    switch ask.body {
    case .generate(let request): step.prompt = request.prompt.readable
    case .score(let request):
      step.prompt = request.context.readable
      step.scored = (request.continuation, row?.logProbability ?? 0)
    }
    return step
  }

  private static func checks(of row: CandidateRow, _ state: BootstrapState) -> [RuleCheck] {
    let corpus = state.corpus
    guard let owner = row.of else { return corpus.item(row.id)?.checks ?? [] }
    guard let item = corpus.item(owner) else { return [] }
    if let found = corpus.instances(of: item)?.found.first(where: { $0.row.id == row.id }) {
      let last = found.verdict.map { [RuleCheck($0.rule, $0)] } ?? []
      return found.checks + (found.checks.dropping == nil ? last : [])
    }
    guard let input = row.parsed(as: Parse.Input.self)?.input,
      let evidence = row.evidence(as: InstanceEvidence.self)
    else { return [] }
    return corpus.rules.checks(
      input: input, instruction: item.instruction, evidence, pool: corpus.pool)
  }
}

extension LedgerEvent {
  fileprivate var candidate: CandidateRow? {
    if case .candidate(let row) = self { row } else { nil }
  }
}

extension Prompt {
  /// The prompt as people read it; the open turn is the last and ends in `...`.
  package var readable: String {
    switch self {
    case .completion(let text): text
    case .chat(let turns, let open):
      (turns.map { "[\($0.role.rawValue)] \($0.content)" }
        + ["[\(open.role.rawValue)] \(open.content)..."]).joined(separator: "\n")
    }
  }
}

extension Grower {
  /// What the corpus holds, read without a lock; seeds are not in it if it does not exist.
  func corpusState(rules: RuleSet) throws -> CorpusState {
    let description = try corpus.description() ?? newDescription()
    let events = try Ledger.read(corpus.ledgerPath).events
    let (last, reading) = (events.lastEvaluation, events.lastReading)
    let overlaps = try EvaluationSets.row(
      for: evaluation, of: events, after: last, reading: reading)
    var state = CorpusState(
      rules: rules, pool: try Grower.pool(of: corpus, description), evaluation: overlaps ?? last,
      reading: reading)
    for event in events { state.receive(event) }
    return state
  }

  /// All answers to a wave.
  func answers(to wave: Wave, round: Int) async throws -> [RequestKey: CompletionRow] {
    let runner = WaveRunner(models, round: round, stop: StopSignal())
    runner.start(wave.asks, wave: wave.number)
    defer { runner.cancel() }
    var answers: [RequestKey: CompletionRow] = [:]
    for await arrival in runner.arrivals {
      switch arrival {
      case .answer(let row): if let key = row.key { answers[key] = row }
      case .failed(let error): throw error
      case .ended, .stop: return answers
      }
    }
    return answers
  }
}
