import Filtering
import Storage
import TaskCorpus

/// A corpus as its files say it is, read without a lock, so also while a run writes to it.
struct CorpusReading {
  let events: [LedgerEvent]
  /// Decided by the rules that the ledger holds last.
  let state: CorpusState
  /// How many bytes of the ledger were read.
  let ledgerBytes: Int
  private let pool: InstructionPool
  private let evaluation: EvaluationRow?

  /// - Throws: `GrowError.corpus` if there is no corpus, `.ledger` for rules that are none,
  ///   `StorageError` for files.
  init(_ corpus: CorpusDirectory) throws {
    guard corpus.hasLedger, let description = try corpus.description() else {
      throw GrowError.noCorpus(at: corpus)
    }
    let contents = try Ledger.read(corpus.ledgerPath)
    (events, ledgerBytes) = (contents.events, contents.byteCount)
    let rules = try events.recordedRules(in: corpus.ledgerPath) { contents.lines[$0] }
    pool = try Grower.pool(of: corpus, description)
    evaluation = events.lastEvaluation
    var state = CorpusState(
      rules: rules ?? RuleSet(), pool: pool, evaluation: evaluation, reading: events.lastReading)
    state.reviews = try ReviewFile(reading: corpus.reviewsPath).reviews
    for event in events { state.receive(event) }
    self.state = state
  }

  /// The same ledger decided by other rules and evaluation sets, its completions read otherwise.
  func state(
    by rules: RuleSet, _ sets: EvaluationSets?, reading: ReadingRow?
  ) throws -> CorpusState {
    let row = try EvaluationSets.row(for: sets, of: events, after: evaluation, reading: reading)
    var other = CorpusState(
      rules: rules, pool: pool, evaluation: row ?? evaluation, reading: reading)
    other.reviews = state.reviews
    for event in events { other.receive(event) }
    return other
  }
}

extension [LedgerEvent] {
  /// What was measured last against evaluation sets; nil if nothing was.
  var lastEvaluation: EvaluationRow? {
    for case .evaluation(let row) in reversed() { return row }
    return nil
  }

  /// What completions were read as last; nil where they stand as they were read first.
  var lastReading: ReadingRow? {
    for case .reading(let row) in reversed() { return row }
    return nil
  }

  /// The rules that the last row of them holds, by which tasks are decided even where nothing is
  /// asked; nil if there is none.
  ///
  /// - Parameter line: The line of a row, by its place.
  /// - Throws: `GrowError.ledger` for rules that are none.
  func recordedRules(in path: String, line: (Int) -> Int) throws -> RuleSet? {
    let last = lastIndex { if case .rules = $0 { true } else { false } }
    guard let last, case .rules(let row) = self[last] else { return nil }
    let problem: String
    do {
      var configuration = GrowConfiguration()
      configuration.rules = try RuleSet(recorded: row.rules)
      guard let first = configuration.validate().first else { return configuration.rules }
      problem = first
    } catch {
      problem = "rules: \(JSONProblem(error))"
    }
    throw GrowError.ledger(path: path, line: line(last), problem: problem)
  }
}
