import Filtering
import LanguageModels
import Prompts
import Randomness
import TaskCorpus

extension BootstrapState {
  /// Adds requests for as many new instructions as the round still seems to need.
  mutating func addInstructionAsks(to wave: inout Wave) {
    for (kind, count) in wantedRequests(besides: wave) {
      for _ in 0..<count {
        let key = key(.instruction)
        wave.asks.append(
          configuration.instructions.method == .list ? listAsk(key) : openerAsk(key, kind))
      }
      if count > 0 { wave.groups[kind] = count }
    }
  }

  /// Whether instructions are scored in a bare user turn before they are compared.
  var ranksInUserTurn: Bool {
    let capabilities = context.capabilities
    return configuration.instructions.ranking == .userTurn && capabilities.scores
      && capabilities.continuesAnyTurn && configuration.instructions.method == .opener
  }

  /// Adds requests that score the instructions of the wave before which pass their own rules.
  mutating func addRankingAsks(to wave: inout Wave) {
    wave.ranked = unranked
    for row in unranked where passesAlone(row) {
      guard let parse = row.parsed(as: Parse.Instruction.self) else { continue }
      let request = ScoringRequest(
        context: .chat([], open: ChatTurn(.user, "")), continuation: parse.instruction,
        includesEnd: true)
      wave.asks.append(Ask(key(.ranking), .score(request), Ask.Purpose(item: row.id)))
    }
  }

  private func passesAlone(_ row: CandidateRow) -> Bool {
    guard let parse = row.parsed(as: Parse.Instruction.self),
      let evidence = row.evidence(as: InstructionEvidence.self)
    else { return false }
    return corpus.rules.checks(parse, evidence, pool: corpus.pool).dropping == nil
  }

  private func listAsk(_ key: RequestKey) -> Ask {
    let stage = configuration.instructions
    var generator = context.stream(key).stream("prompt").generator()
    let machine = generator.sample(stage.shownAccepted, of: accepted)
      .map { ($0.id, $0.instruction) }
    let seeds = generator.sample(stage.shownTasks - machine.count, of: context.seeds)
      .map { ($0.id, $0.instruction) }
    let shown = generator.sample(stage.shownTasks, of: machine + seeds)
    let prompt = context.prompts.instructionList.prompt(
      after: shown.map(\.1), asksForLabels: false, form: context.models.author.form)
    var request = generation(prompt, key, stage.sampling, stage.maxNewTokens)
    request.stopStrings = context.prompts.instructionList.stopStrings
    return Ask(key, .generate(request), Ask.Purpose(), shown: shown.map(\.0))
  }

  private func openerAsk(_ key: RequestKey, _ kind: InstructionKind) -> Ask {
    let stage = configuration.instructions
    var generator = context.stream(key).stream("prompt").generator()
    var purpose = Ask.Purpose()
    purpose.kind = kind
    var shown: [String] = []
    var exchange: [ChatTurn] = []
    if generator.uniform() < stage.topicShare, let source = generator.element(of: context.topics) {
      let phrases = generator.sample(2, of: source.phrases)
      purpose.topic = phrases.joined(separator: ", ")
      shown.append(source.seed)
      let exchanges = context.prompts.opener.exchanges(
        for: kind.opener, topic: phrases[0], other: phrases.dropFirst().first)
      exchange = generator.element(of: exchanges) ?? []
    }
    let opener = drawOpener(kind, &generator)
    purpose.opener = opener.words
    purpose.noun = opener.noun
    shown += opener.source.map { [$0] } ?? []
    let earlier = generator.sample(stage.earlierTasks, of: context.openSeeds)
    shown += earlier.map(\.id)
    let prompt = context.prompts.opener.prompt(
      opener: purpose.opener, for: kind.opener,
      after: exchange
        + earlier.flatMap {
          [ChatTurn(.user, $0.instruction), ChatTurn(.assistant, $0.firstOutput)]
        },
      topic: purpose.topic, continuesTurn: context.capabilities.continuesAnyTurn)
    let limit =
      switch kind {
      case .open: stage.maxNewTokens
      case .input: stage.maxNewTokensWithInput
      case .label: stage.maxNewTokensWithLabels
      }
    let sampling = kind == .label ? stage.labelSampling : stage.sampling
    var request = generation(prompt, key, sampling, limit)
    request.stopStrings = context.prompts.opener.stopStrings(for: kind.opener)
    return Ask(key, .generate(request), purpose, shown: shown)
  }

  /// First words: of a seed, of an accepted task, or from the list.
  private func drawOpener(
    _ kind: InstructionKind, _ generator: inout StreamGenerator
  ) -> Opener {
    let stage = configuration.instructions
    let draw = generator.uniform()
    var source: (id: String, instruction: String)?
    let seedShare = stage.seedOpeners(for: kind)
    if draw < seedShare {
      source = generator.element(of: context.openerSeeds[kind] ?? [])
        .map { ($0.id, $0.instruction) }
    } else if draw < seedShare + stage.acceptedOpeners {
      let tasks = accepted.filter { $0.kind == kind }
      source = generator.element(of: tasks).map { ($0.id, $0.instruction) }
    }
    let lengths = kind == .input ? stage.openerLengthsWithInput : stage.openerLengths
    if let source, let length = generator.element(of: lengths) {
      let words = source.instruction.split(whereSeparator: \.isWhitespace)
      // At least one word is left for the model to find.
      return Opener(
        words: words.prefix(min(length, max(1, words.count - 1))).joined(separator: " "),
        source: source.id)
    }
    let noun = generator.element(of: context.nouns)
    let list = context.prompts.opener.openers(for: kind.opener, noun: noun?.word)
    let words = generator.element(of: list) ?? ""
    guard let noun, words.contains(noun.word) else { return Opener(words: words) }
    return Opener(words: words, source: noun.seed, noun: noun.word)
  }

  /// First words with where they come from.
  struct Opener {
    var words: String
    var source: String?
    var noun = ""
  }

  /// A request in the sampling of its stage and with the draws of its number.
  func generation(
    _ prompt: Prompt, _ key: RequestKey, _ sampling: SamplingParameters, _ maxNewTokens: Int
  ) -> GenerationRequest {
    var request = GenerationRequest(
      prompt: prompt, maxNewTokens: maxNewTokens, stream: context.stream(key))
    request.sampling = sampling
    return request
  }
}

extension InstructionKind {
  /// What prompts call this kind.
  var opener: OpenerKind {
    switch self {
    case .open: .open
    case .input: .input
    case .label: .label
    }
  }
}
