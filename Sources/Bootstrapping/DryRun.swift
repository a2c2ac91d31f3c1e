import Filtering
import LanguageModels
import Prompts
import Storage
import TaskCorpus

/// What a round would ask, with seeds in the place of what the model would write; asks nothing and
/// writes nothing.
package struct DryRun {
  /// The requests of one sort about one kind of task, the first of them shown.
  package struct Request: Sendable {
    package var stage: Stage
    package var kind: InstructionKind
    /// How many there are: of new instructions in the first wave, else for one task.
    package var count: Int
    /// What the model would be given, as text.
    package var prompt: String
    /// The text whose likelihood would be asked for; nil where the model would write.
    package var scored: String?
    /// How much it may write, and how freely; nil where it would write nothing.
    package var limit: (tokens: Int, temperature: Double)?
  }

  private let grower: Grower
  private let round: Int
  /// What the stand-ins are asked with.
  private let context: GrowContext
  /// A seed of each kind.
  private let standIns: [(kind: InstructionKind, seed: InstructionTask)]
  private var asks: [Ask] = []

  /// The requests of all stages, in the order in which they would first be made.
  ///
  /// - Parameter grower: Corpus, seeds, what the model can do, and configuration; the corpus need
  ///   not exist and is only read.
  /// - Throws: `GrowError` for what cannot be asked for, `StorageError` for a corpus that cannot be
  ///   read.
  package static func requests(of grower: Grower) throws -> [Request] {
    var run = try DryRun(grower)
    try run.askForInstructions()
    try run.askAboutStandIns()
    return run.requests
  }

  private init(_ grower: Grower) throws {
    let problems = grower.configuration.validate()
    if !problems.isEmpty { throw GrowError.configuration(problems) }
    try grower.checkSeeds()
    self.grower = grower
    round = 1 + (RoundManifest.last(1, of: grower.corpus).last?.round ?? 0)
    var configuration = grower.configuration
    configuration.waves.inFlight = 1
    // Seeds would be dropped for what they are: copies of seeds; and none of them fills the round.
    configuration.rules.limit(to: [.judge])
    configuration.tasks = max(configuration.tasks, InstructionKind.allCases.count + 1)
    context = Self.context(grower, configuration, round)
    let seeds: [(InstructionKind, [InstructionTask])] = [
      (.open, context.openSeeds), (.input, context.inputSeeds),
      (.label, context.labelSeeds.filter { RoundExamples.labels(of: $0).count > 1 }),
    ]
    standIns = seeds.compactMap { kind, seeds in seeds.first.map { (kind, $0) } }
  }

  private static func context(
    _ grower: Grower, _ configuration: GrowConfiguration, _ round: Int
  ) -> GrowContext {
    GrowContext(
      configuration: configuration, prompts: grower.prompts, seeds: grower.seeds,
      models: grower.models.map(ModelProfile.init), round: round)
  }

  private mutating func askForInstructions() throws {
    let corpus = try grower.corpusState(rules: grower.configuration.rules)
    var state = BootstrapState(
      Self.context(grower, grower.configuration, round), corpus: corpus, taken: [])
    state.forgetOpen()
    asks += state.nextWave()?.asks ?? []
  }

  private mutating func askAboutStandIns() throws {
    var state = BootstrapState(
      context, corpus: CorpusState(rules: context.configuration.rules), taken: [])
    state.asksForNew = false
    let rows = try standIns.map(candidate)
    if state.ranksInUserTurn {
      state.unranked = rows
    } else {
      for row in rows { state.corpus.receive(.candidate(row)) }
      state.corpus.decide()
      state.open = rows.map(\.id)
    }
    while let wave = state.nextWave() {
      // The first wave of a round calibrates, and was asked for above.
      asks += wave.asks.filter { $0.key.stage != .calibration }
      _ = try state.commit(
        Dictionary(uniqueKeysWithValues: wave.asks.map { ($0.key, answer(to: $0, in: wave)) }))
    }
  }

  /// A seed as a new instruction.
  private func candidate(
    _ kind: InstructionKind, _ seed: InstructionTask
  ) throws -> CandidateRow {
    let isList = context.configuration.instructions.method == .list
    var parse = Parse.Instruction(seed.instruction)
    var evidence = InstructionEvidence(
      finish: FinishReason.stop.rawValue, logProbability: nil, kind: isList ? .open : kind, group: 1
    )
    if !isList {
      if kind == .input { parse.input = seed.firstInput }
      if kind == .label { parse.labels = RoundExamples.labels(of: seed) }
    }
    if context.configuration.classification.method == .kind, context.hasLabels {
      evidence.isClassification = kind == .label
    }
    return CandidateRow(
      id: seed.id, round: context.round, wave: 0, stage: Stage.instruction.rawValue, request: 0,
      parse: try JSONValue(encoding: parse), evidence: try JSONValue(encoding: evidence), shown: [],
      prompt: "", model: context.models.author.identity.fingerprint, sampling: .null)
  }

  /// What the seed says, as if the model had said it.
  private func answer(to ask: Ask, in wave: Wave) -> CompletionRow {
    var row = CompletionRow(
      round: context.round, wave: wave.number, stage: ask.key.stage.rawValue,
      request: ask.key.number, of: ask.purpose.item, prompt: ask.prompt)
    (row.logProbability, row.scoredTokens) = (-1, 1)
    guard let seed = seed(ask.purpose.item) else { return row }
    let isYes = answer(to: ask.key.stage, about: seed)
    if let isYes, ask.purpose.yes != isYes { row.logProbability = -9 }
    guard case .generate = ask.body else { return row }
    row.finish = FinishReason.stop.rawValue
    row.text =
      switch ask.key.stage {
      case .classification: context.prompts.classification.continuation(isYes == true)
      case .inputNeed: context.prompts.inputNeed.continuation(isYes == true)
      case .labels: RoundExamples.labels(of: seed).joined(separator: ", ")
      case .labelledInput:
        seed.instances.first { $0.output == ask.purpose.label }?.input ?? seed.firstInput
      case .input: seed.firstInput
      case .judge: "\(JudgePrompt.scores.upperBound)"
      default: seed.firstOutput
      }
    return row
  }

  /// What a question about a seed is answered with; nil where the stage is no question.
  private func answer(to stage: Stage, about seed: InstructionTask) -> Bool? {
    switch stage {
    case .classification: seed.isClassification == true
    case .inputNeed: !seed.firstInput.isEmpty
    default: nil
    }
  }

  private func seed(_ id: String?) -> InstructionTask? {
    standIns.first { $0.seed.id == id }?.seed
  }

  private func kind(of ask: Ask) -> InstructionKind {
    standIns.first { $0.seed.id == ask.purpose.item }?.kind ?? ask.purpose.kind
  }

  /// What was asked, of each sort the first.
  private var requests: [Request] {
    var sorts: [Sort] = []
    var requests: [Request] = []
    for ask in asks {
      let sort = Sort(ask, kind(of: ask))
      if let place = sorts.firstIndex(of: sort) {
        requests[place].count += 1
      } else {
        sorts.append(sort)
        requests.append(Request(ask, sort.kind))
      }
    }
    return requests
  }

  /// What requests have in common of which one is shown.
  private struct Sort: Equatable {
    var stage: Stage
    var kind: InstructionKind
    var isChat: Bool
    var scoresInput: Bool

    init(_ ask: Ask, _ kind: InstructionKind) {
      stage = ask.key.stage
      self.kind = kind
      scoresInput = ask.purpose.scoresInput
      let prompt =
        switch ask.body {
        case .generate(let request): request.prompt
        case .score(let request): request.context
        }
      isChat = if case .chat = prompt { true } else { false }
    }
  }
}

extension DryRun.Request {
  fileprivate init(_ ask: Ask, _ kind: InstructionKind) {
    (stage, self.kind, count) = (ask.key.stage, kind, 1)
    switch ask.body {
    case .generate(let request):
      prompt = request.prompt.readable
      limit = (request.maxNewTokens, request.sampling.temperature)
    case .score(let request):
      prompt = request.context.readable
      scored = request.continuation
    }
  }
}
