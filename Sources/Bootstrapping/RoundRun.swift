import Filtering
import Foundation
import LanguageModels
import Prompts
import Storage
import TaskCorpus

/// One invocation's work on one round.
final class RoundRun {
  private let grower: Grower
  private let store: CorpusStore
  private let progress: @Sendable (GrowEvent) -> Void
  private let opening: RoundRow
  private var state: BootstrapState
  private var manifest: RoundManifest
  private let started: Date
  private var clock: StageClock
  private(set) var tokens = 0
  private(set) var promptTokens = 0
  /// Tasks after which no more are wanted, whatever the round takes.
  private let enough: Int?
  /// The limit that ended the run.
  private(set) var limit: LimitReached?
  private let takenBefore: Int
  private let instructionsBefore: Int
  private let wavesBefore: Int
  private let wasCollapsed: Bool
  private var answers: [RequestKey: CompletionRow] = [:]

  /// Opens a round, or takes up the unfinished one where it was left.
  ///
  /// - Throws: `GrowError.differs` if the unfinished one was opened with other values,
  ///   `GrowError.replay` or `.recorded` if its ledger is not what it would ask and find.
  init(
    _ grower: Grower, _ store: CorpusStore, enough: Int? = nil,
    _ progress: @escaping @Sendable (GrowEvent) -> Void
  ) throws {
    self.grower = grower
    self.enough = enough
    self.store = store
    self.progress = progress
    let now = try grower.runRow()
    if let recorded = store.fold.openRound?.run {
      var given = grower.given
      // A round that asks for nothing new takes as many tasks as it found to ask about.
      if store.fold.openRound?.opening.work != .newTasks { given.remove("tasks") }
      let differences = RunDifference.list(recorded: recorded, now: now, given: given)
      if !differences.isEmpty {
        throw GrowError.differs(
          round: store.fold.openRound?.opening.round ?? 0, differences: differences)
      }
    }
    if store.fold.openRound == nil, let notice = try RoundOpening.write(grower, store, now) {
      progress(.notice(notice))
    }
    guard let round = store.fold.openRound, let run = round.run else {
      throw GrowError.replay(path: store.corpus.ledgerPath, round: 0, wave: 0)
    }
    opening = round.opening
    let path = store.corpus.manifestPath(ofRound: opening.round)
    let changed = grower.prompts.differences(from: try PromptSet.builtIn())
    manifest =
      RoundManifest.read(path)
      ?? RoundManifest(round: opening, run: run, changedPrompts: changed, now: grower.now())
    manifest.countInvocation()
    state = try RoundReplay(grower, store, opening, run).state()
    started = grower.now()
    clock = StageClock(at: started)
    takenBefore = state.taken
    instructionsBefore = state.funnel.instructions
    (wavesBefore, wasCollapsed) = (state.committedWaves, state.hasCollapsed)
  }

  /// What has come of the round.
  var summary: RoundSummary {
    RoundSummary(
      round: opening.round, work: opening.work, isClosed: manifest.status != .unfinished,
      tasks: state.taken,
      funnel: state.funnel, seconds: manifest.totalSeconds, stageSeconds: manifest.seconds,
      manifestPath: store.corpus.manifestPath(ofRound: opening.round))
  }

  /// Works until the round is full, nothing more is accepted, or a stop is wished for.
  func run(stop: StopSignal) async throws -> GrowOutcome.Ending {
    progress(
      .opened(
        round: opening.round, opening.work, tasks: opening.tasks,
        resumedAfter: state.committedWaves))
    let ending = try await answerAndCommit(stop: stop)
    // Answers and their time came since the last commit; a full round's manifest has them already.
    if ending != .done { try writeManifest() }
    return ending
  }

  /// Has waves answered and commits them, to one of the ends that `run` tells of.
  private func answerAndCommit(stop: StopSignal) async throws -> GrowOutcome.Ending {
    let runner = WaveRunner(grower.models, round: opening.round, stop: stop)
    takeJournal()
    for wave in state.inFlight { start(wave, runner) }
    let ending: GrowOutcome.Ending
    do {
      ending = try await answerAndCommit(runner, stop)
    } catch {
      // What has arrived is paid for, whatever went wrong with the rest.
      for row in await runner.rest() { try? take(row) }
      throw error
    }
    for row in await runner.rest() { try take(row) }
    return ending
  }

  private func answerAndCommit(
    _ runner: WaveRunner, _ stop: StopSignal
  ) async throws -> GrowOutcome.Ending {
    try commitFinished(runner)
    if state.isFinished { return try finish() }
    if isGivenUp { return .collapsed }
    // Nothing is asked, so nothing would ever come.
    if state.inFlight.isEmpty { return try end() }
    for await arrival in runner.arrivals {
      switch arrival {
      case .stop: return .stopped
      case .failed(let reached as LimitReached):
        limit = reached
        return .limited
      case .failed(let error): throw error
      case .ended(let wave): try requireAnswers(of: wave)
      case .answer(let row): try take(row)
      }
      try commitFinished(runner)
      progress(.progress(report()))
      if state.isFinished { return try finish() }
      // The wish itself stands in line behind all the answers that came before it.
      if stop.isGiven { return .stopped }
      if let enough, takenNow >= enough {
        try writeManifest()
        return .done
      }
      if isGivenUp { return .collapsed }
      if state.inFlight.isEmpty { return try end() }
    }
    return .stopped
  }

  /// What to do when nothing more is asked: a round that asks for nothing new is then done, with as
  /// many tasks as came to instances.
  private func end() throws -> GrowOutcome.Ending {
    opening.work == .newTasks ? .collapsed : try finish(.closed)
  }

  /// Ends the round, which has all its tasks unless told otherwise.
  private func finish(_ reason: CloseRow.Reason = .complete) throws -> GrowOutcome.Ending {
    // The manifest first: a run that is killed before the round is closed closes it the next time.
    manifest.status = reason == .complete ? .complete : .closed
    try writeManifest()
    try store.close(CloseRow(round: opening.round, tasks: state.taken, reason: reason))
    // A cache: without it the next run reads more.
    try? store.keepClosedRounds(
      of: state.corpus, isOpen: state.isOpen, program: grower.program)
    progress(.closed(round: opening.round, tasks: state.taken))
    return .done
  }

  /// Whether nothing more is accepted. A round that was left so is given another try by the next
  /// invocation, a short one, as it would most likely come to the same.
  private var isGivenUp: Bool {
    let most = state.configuration.waves.emptyWaves
    let tries = wasCollapsed ? min(Self.triesAgain, most) : most
    return state.hasCollapsed && state.committedWaves - wavesBefore >= tries
  }

  private static let triesAgain = 2

  private func start(_ wave: Wave, _ runner: WaveRunner) {
    runner.start(wave.asks.filter { answers[$0.key] == nil }, wave: wave.number)
  }

  /// Takes the answers that an earlier invocation has left for the waves in flight.
  private func takeJournal() {
    for wave in state.inFlight {
      let prompts = Dictionary(
        wave.asks.map { ($0.key, $0.prompt) }, uniquingKeysWith: { first, _ in first })
      for row in store.answers where row.round == opening.round && row.wave == wave.number {
        guard let key = row.key, prompts[key] == row.prompt else { continue }
        answers[key] = row
      }
    }
  }

  private func take(_ row: CompletionRow) throws {
    guard let key = row.key, answers[key] == nil else { return }
    try store.keep(row)
    answers[key] = row
    tokens += row.tokens
    promptTokens += row.promptTokens
    clock.count(row, of: key.stage)
  }

  /// Commits the oldest waves as long as all their answers are there, and decides new ones.
  private func commitFinished(_ runner: WaveRunner) throws {
    // Of a round that is given up nothing more is decided: the next invocation goes on from here.
    while !isGivenUp, let wave = state.inFlight.first,
      wave.asks.allSatisfy({ answers[$0.key] != nil })
    {
      let commit = try state.commit(answers)
      try store.append(commit.events)
      try store.dropAnswers(upTo: wave.number, of: opening.round)
      for ask in wave.asks { answers[ask.key] = nil }
      if !commit.taken.isEmpty { try store.writeTasks(of: state.corpus) }
      // Nothing is asked whose answers nobody would wait for.
      if !isGivenUp {
        while let next = state.nextWave() { start(next, runner) }
      }
      try writeManifest()
    }
  }

  /// Tasks that this invocation has taken.
  private var takenNow: Int { state.taken - takenBefore }

  /// Instructions that this invocation has read from answers.
  var instructionsNow: Int { state.funnel.instructions - instructionsBefore }

  /// What the corpus holds by now.
  var corpus: CorpusState { state.corpus }

  /// Why nothing more is being accepted.
  var stall: StallDiagnosis { StallDiagnosis(of: state) }

  private func requireAnswers(of wave: Int) throws {
    guard let unfinished = state.inFlight.first(where: { $0.number == wave }) else { return }
    for ask in unfinished.asks where answers[ask.key] == nil {
      throw GrowError.missingAnswer(stage: ask.key.stage, request: ask.key.number)
    }
  }

  private func writeManifest() throws {
    for share in clock.shareOut(at: grower.now()) { manifest.add(share.seconds, to: share.stage) }
    manifest.update(state, now: grower.now())
    try manifest.write(to: store.corpus.manifestPath(ofRound: opening.round))
  }

  private func report() -> GrowProgress {
    GrowProgress(
      round: opening.round, taken: state.taken, tasks: opening.tasks,
      waves: state.committedWaves, answered: answers.count,
      asked: state.inFlight.reduce(0) { $0 + $1.asks.count }, funnel: state.funnel,
      seconds: grower.now().timeIntervalSince(started), tokens: tokens,
      takenNow: takenNow, promptTokens: promptTokens)
  }
}

extension CompletionRow {
  /// Which request this answers; nil for a stage that this version does not know.
  var key: RequestKey? {
    Stage(rawValue: stage).map { RequestKey($0, request) }
  }
}

extension BootstrapState {
  /// Whether the round has all its tasks and nothing is in flight.
  package var isFinished: Bool { isFull && inFlight.isEmpty }

  /// How many waves are in the ledger.
  package var committedWaves: Int { lastWave - inFlight.count }
}
