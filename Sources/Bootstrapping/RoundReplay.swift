import Filtering
import Prompts
import Storage
import TaskCorpus

/// An unfinished round decided and committed again as it was, from its ledger.
struct RoundReplay {
  private let grower: Grower
  private let store: CorpusStore
  private let opening: RoundRow
  private let configuration: GrowConfiguration

  /// - Throws: `GrowError.unreadable` if the round's configuration cannot be read.
  init(
    _ grower: Grower, _ store: CorpusStore, _ opening: RoundRow, _ run: RunRow
  ) throws {
    self.grower = grower
    self.store = store
    self.opening = opening
    do {
      configuration = try GrowConfiguration(recorded: run.configuration)
    } catch {
      throw GrowError.unreadable(
        path: store.corpus.ledgerPath, round: opening.round, problem: "\(JSONProblem(error))")
    }
  }

  /// The state of the round: what stood before it, then its waves.
  ///
  /// - Throws: `GrowError.replay` if what was asked is not what would be asked, `.recorded` if what
  ///   was found is not what follows from the answers.
  func state() throws -> BootstrapState {
    let before = 1 + (store.events.lastIndex { if case .round = $0 { true } else { false } } ?? -1)
    var state = try start(after: before)
    while state.nextWave() != nil {}
    var wave: [Int] = []
    for place in store.events[before...].indices {
      if case .unknown = store.events[place] { continue }
      wave.append(place)
      guard case .wave(let end) = store.events[place] else { continue }
      try commit(wave, end, to: &state)
      wave = []
      while state.nextWave() != nil {}
    }
    return state
  }

  private func start(after count: Int) throws -> BootstrapState {
    let context = GrowContext(
      configuration: configuration, prompts: grower.prompts, seeds: grower.seeds,
      evaluation: grower.evaluation, models: grower.models.map(ModelProfile.init),
      round: opening.round)
    var state = BootstrapState(
      context, corpus: try store.corpusState(after: count, rules: configuration.rules),
      taken: opening.taken)
    state.asksForNew = opening.work == .newTasks
    if opening.work == .answers { _ = state.answerAgain() }
    return state
  }

  /// Commits a wave whose rows are at the given places again.
  private func commit(
    _ places: [Int], _ end: WaveRow, to state: inout BootstrapState
  ) throws {
    var rows: [RequestKey: CompletionRow] = [:]
    for place in places {
      if case .completion(let row) = store.events[place], let key = row.key { rows[key] = row }
    }
    let fits = state.inFlight.first.map { wave in
      wave.number == end.wave && wave.asks.count == end.completions
        && wave.asks.allSatisfy { rows[$0.key]?.prompt == $0.prompt }
    }
    guard fits == true else {
      throw GrowError.replay(path: store.corpus.ledgerPath, round: opening.round, wave: end.wave)
    }
    let rewritten = try state.commit(rows).events
    for (place, event) in zip(places, rewritten) where try store.events[place] != event.asRead() {
      throw GrowError.recorded(
        path: store.corpus.ledgerPath, line: store.line(of: place))
    }
  }
}

extension LedgerEvent {
  /// The row as it is read back: numbers such as 2.0 come back as integers.
  fileprivate func asRead() throws -> LedgerEvent {
    try LedgerEvent(TextLine(path: "", number: 1, bytes: Array(json().encodedLine().utf8)))
  }
}
