import Filtering
import Foundation
import LanguageModels
import Prompts
import Storage
import TaskCorpus
import TextMetrics

/// Grows a corpus: opens rounds, has their waves answered, and writes what comes of it.
///
/// All decisions are `BootstrapState`'s; this performs them. It may be killed at any moment: the
/// next run replays the ledger, takes the answers that came since from the journal and asks only
/// for the missing ones.
package struct Grower: Sendable {
  package let corpus: CorpusDirectory
  /// Without those that overlap with the evaluation sets.
  package let seeds: [InstructionTask]
  /// The others, which are used for nothing, each with what it overlaps with.
  let unusedSeeds: [(id: String, overlap: String)]
  package let evaluation: EvaluationSets?
  package let models: ModelRoles<any LanguageModel>
  package let prompts: PromptSet
  /// As resolved for language and prompts.
  package private(set) var configuration: GrowConfiguration
  /// What rounds ask for.
  private(set) var work = RoundWork.newTasks
  /// Keys of the configuration, dotted, that were asked for expressly, by flags or a file.
  package private(set) var given: Set<String>
  /// Version of the program, recorded with rounds.
  package let program: String
  let now: @Sendable () -> Date

  /// - Parameters:
  ///   - evaluation: The sets that the configuration names, read.
  ///   - configuration: Adapted here to the model, and resolved for its `language` and the prompts.
  ///   - given: Keys such as `tasks` or `answers.samples` that were asked for expressly: an
  ///     unfinished round that was opened with other values is refused.
  ///   - now: The clock, for manifests and progress only.
  package init(
    corpus: CorpusDirectory, seeds: [InstructionTask], evaluation: EvaluationSets? = nil,
    models: ModelRoles<any LanguageModel>, configuration: GrowConfiguration,
    given: Set<String> = [],
    prompts: PromptSet,
    program: String = "", now: @escaping @Sendable () -> Date = { Date() }
  ) {
    self.corpus = corpus
    self.evaluation = evaluation
    self.models = models
    self.prompts = prompts
    self.configuration = configuration.adapted(
      to: models.map(\.capabilities), given: given
    ).resolved(for: Language(configuration.language), prompts: prompts)
    (self.seeds, unusedSeeds) = Self.usable(seeds, evaluation, configuration.rules)
    self.given = given
    self.program = program
    self.now = now
  }

  /// Grows rounds; an unfinished one counts as the first.
  ///
  /// With no rounds, what is kept and has no instances is completed, in a round of its own, and
  /// nothing new is asked for.
  ///
  /// - Parameters:
  ///   - target: Tasks of the corpus after which no more are wanted; the last round takes as many
  ///     as are missing.
  ///   - answersOnly: Asks for other answers to the tasks there are, but to those that the same
  ///     model has answered, in a round of its own, and for nothing new.
  /// - Throws: `GrowError` for what cannot be asked for, `StorageError` for files, and whatever the
  ///   model fails with; what was answered is kept in every case.
  package func run(
    rounds: Int = 1, target: Int? = nil, answersOnly: Bool = false, stop: StopSignal = StopSignal(),
    progress: @escaping @Sendable (GrowEvent) -> Void = { _ in }
  ) async throws -> GrowOutcome {
    try checkConfiguration(answersOnly: answersOnly)
    try checkSeeds()
    if rounds == 0 || answersOnly, !corpus.hasLedger { throw GrowError.noCorpus(at: corpus) }
    let store = try CorpusStore(corpus, newDescription(), program: program)
    defer { withExtendedLifetime(store) {} }
    for notice in store.repairs + notices() { progress(.notice(notice)) }
    // Folding all of a large ledger takes a while, so its tasks are counted once and then kept.
    var corpusState = try store.corpusState()
    var outcome = GrowOutcome.nothing(tasks: TaskFile.count(of: corpusState))
    let before = outcome.tasks
    let work: RoundWork = answersOnly ? .answers : rounds == 0 ? .completion : .newTasks
    try checkRound(of: store, goesOnWith: work)
    if work == .newTasks {
      let forecast = forecast(rounds: rounds, target: target, tasks: before)
      if forecast.tasks > 0 { progress(.forecast(forecast)) }
    }
    // Finding out what there is to ask about takes a look at all of the corpus.
    let other = work == .newTasks ? nil : try grower(of: work, store)
    if work == .answers, let other {
      progress(.forecast(forecast(toAnswer: other.configuration.tasks)))
    }
    var left = work == .newTasks ? rounds : other == nil ? 0 : 1
    if work == .answers, left == 0 {
      let name = quoted(models[.answer].identity.name)
      progress(.notice("\(name) has answered all tasks that can be answered again"))
    }
    while left > 0, outcome.ending == .done {
      if stop.isGiven {
        outcome.ending = .stopped
        break
      }
      let missing = target.map { $0 - outcome.tasks }
      if let missing, missing <= 0 {
        if outcome.rounds.isEmpty, let target {
          progress(.notice("\(target) tasks were wanted and are there"))
        }
        break
      }
      let grower = other ?? wanting(missing, store)
      let run = try RoundRun(grower, store, enough: missing, progress)
      outcome.ending = try await run.run(stop: stop)
      outcome.add(run)
      corpusState = try store.reviewed(run.corpus)
      outcome.tasks = TaskFile.count(of: corpusState)
      left -= 1
    }
    try store.writeTasks(of: corpusState)
    outcome.added = outcome.tasks - before
    return outcome
  }

  private func checkConfiguration(answersOnly: Bool) throws(GrowError) {
    var problems = configuration.validate()
    if models.answerer != nil, !answersOnly, configuration.instances.together {
      problems.append(
        "instances.together: is true, so that inputs and outputs come in one; expected false where "
          + "another model answers")
    }
    if !problems.isEmpty { throw .configuration(problems) }
  }

  /// The grower of a round that takes no more tasks than are missing; an unfinished one takes what
  /// it was opened for.
  private func wanting(_ missing: Int?, _ store: CorpusStore) -> Grower {
    guard let missing else { return self }
    var wanting = self
    // It may have been opened for what was missing then.
    wanting.given.remove("tasks")
    if store.fold.openRound == nil {
      wanting.configuration.tasks = min(missing, configuration.tasks)
    }
    return wanting
  }

  /// Sees to it that an unfinished round is of the work that is asked for; one that completes what
  /// is kept counts as the first of others.
  ///
  /// - Throws: `GrowError.unfinished` or `.unfinishedAnswers`.
  private func checkRound(of store: CorpusStore, goesOnWith work: RoundWork) throws {
    guard let open = store.fold.openRound?.opening, open.work != work else { return }
    if open.work == .answers {
      throw GrowError.unfinishedAnswers(path: corpus.path, round: open.round)
    }
    if work == .newTasks { return }
    throw GrowError.unfinished(path: corpus.path, round: open.round)
  }

  /// The grower of a round that asks for nothing new; nil if nothing is to be asked.
  private func grower(of work: RoundWork, _ store: CorpusStore) throws -> Grower? {
    // An unfinished one is of this work, as was checked.
    if store.fold.openRound != nil { return self }
    var grower = self
    grower.work = work
    grower.configuration.tasks = try RoundOpening.count(of: work, self, store)
    return grower.configuration.tasks == 0 ? nil : grower
  }

  /// What the run row of a round opened now would say.
  func runRow() throws -> RunRow {
    RunRow(
      configuration: try JSONValue(encoding: configuration),
      model: try JSONValue(encoding: models.author.identity),
      answerModel: try models.answerer.map { try JSONValue(encoding: $0.identity) },
      judge: try models.judge.map { try JSONValue(encoding: $0.identity) },
      prompts: prompts.hash, judgePrompt: models.judge == nil ? nil : prompts.judge.hash,
      seeds: seedsHash, evaluation: evaluation?.hash, program: program)
  }

  /// - Throws: `GrowError.noSeeds` or `.evaluationSeeds` if there is nothing to grow from.
  func checkSeeds() throws(GrowError) {
    guard seeds.isEmpty else { return }
    guard let first = unusedSeeds.first else { throw .noSeeds }
    throw .evaluationSeeds(count: unusedSeeds.count, first: first.id, overlap: first.overlap)
  }

  /// The seeds that overlap with no evaluation set, and the others.
  package static func usable(
    _ seeds: [InstructionTask], _ evaluation: EvaluationSets?, _ rules: RuleSet
  ) -> (seeds: [InstructionTask], unused: [(id: String, overlap: String)]) {
    guard var evaluation else { return (seeds, []) }
    var unused: [(id: String, overlap: String)] = []
    let usable = seeds.filter { seed in
      guard let verdict = evaluation.objection(to: seed, rules) else { return true }
      unused.append((seed.id, verdict.evidence))
      return false
    }
    return (usable, unused)
  }

  /// A hash over everything in the seeds.
  var seedsHash: String {
    ContentHash.hex(of: Array(seeds.map { $0.json.encodedLine() }.joined(separator: "\n").utf8))
  }

  /// The row of a ledger about the seeds.
  var seedsRow: SeedsRow {
    SeedsRow(
      hash: seedsHash,
      seeds: seeds.map { SeedsRow.Seed(id: $0.id, instruction: $0.instruction) })
  }

  /// What a corpus is that is made by this.
  func newDescription() throws -> CorpusDescription {
    CorpusDescription(
      seed: configuration.seed, language: configuration.language,
      similarity: Self.similarity(configuration),
      configuration: try JSONValue(encoding: configuration))
  }

  /// The tokenizer by which a new corpus compares instructions.
  static func similarity(_ configuration: GrowConfiguration) -> String {
    let tokenizer: RougeTokenizer = configuration.preset == .paper ? .reference : .unicode
    return tokenizer.rawValue
  }

  /// An empty pool with the tokenizer that a corpus compares by.
  ///
  /// - Throws: `StorageError.malformedFile` if there is none of that name.
  static func pool(
    of corpus: CorpusDirectory, _ description: CorpusDescription
  ) throws -> InstructionPool {
    guard let tokenizer = RougeTokenizer(rawValue: description.similarity) else {
      let names: [RougeTokenizer] = [.unicode, .reference]
      throw StorageError.malformedFile(
        path: corpus.descriptionPath, is: "'similarity' is \(quoted(description.similarity))",
        expected: names.map { quoted($0.rawValue) }.joined(separator: " or "))
    }
    return InstructionPool(tokenizer: tokenizer)
  }

  /// So many of the seeds that are not used are named.
  private static let shownSeeds = 3

  private func notices() -> [String] {
    var notices = unusedSeeds.prefix(Self.shownSeeds).map { seed in
      "seed \(quoted(seed.id)) is not used: \(seed.overlap)"
    }
    let more = unusedSeeds.count - notices.count
    if more > 0 { notices.append("\(more) more seeds like these are not used") }
    if !seeds.contains(where: { $0.isClassification == true }) {
      notices.append("no seed is classification, so no classification tasks are made")
    }
    if !models.author.capabilities.scores {
      notices.append(
        "the model gives no likelihoods of given texts: questions are asked in words, all new "
          + "instructions go on instead of the likeliest, and labels are those asked for")
    }
    if !models[.answer].capabilities.scores {
      notices.append(
        "without likelihoods one answer is taken instead of the likeliest of several")
    }
    return notices
  }
}

extension GrowOutcome {
  /// Takes in what came of a round.
  fileprivate mutating func add(_ run: RoundRun) {
    rounds.append(run.summary)
    instructions += run.instructionsNow
    promptTokens += run.promptTokens
    tokens += run.tokens
    limit = run.limit
    if ending == .collapsed { stall = run.stall }
  }
}
