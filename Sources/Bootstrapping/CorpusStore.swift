import Filtering
import Foundation
import Storage
import TaskCorpus

/// The open files of a corpus while a run writes to it, and what they say.
final class CorpusStore {
  let corpus: CorpusDirectory
  let description: CorpusDescription
  private let lock: AdvisoryLock
  private let ledger: Ledger
  private var journal: LedgerJournal
  /// The committed rows of the ledger, or those after what `closed` stands for.
  private(set) var events: [LedgerEvent]
  /// The lines of the rows that were read.
  private var lines: [Int]
  private(set) var fold: LedgerFold
  /// What stands for the rows before: they were not read.
  private(set) var closed: ClosedRoundsFile?
  /// What the first of the rows led to when it was asked last: few follow until it is asked again.
  private var last: (state: CorpusState, rows: Int)?
  /// Answers in the journal.
  private(set) var answers: [CompletionRow]
  /// What was damaged and is put right, each as a sentence.
  private(set) var repairs: [String] = []

  /// Opens a corpus for writing, making it if there is none.
  ///
  /// - Parameters:
  ///   - new: What the corpus is if it is made now.
  ///   - program: Whose account of closed rounds is taken instead of their rows.
  /// - Throws: `StorageError.lockHeld` if another run writes to it, `GrowError.corpus` if it is of
  ///   another language, and `GrowError.ledger` for files that were changed, `.opening` for
  ///   an unfinished round that cannot go on with what it was opened with.
  convenience init(
    _ corpus: CorpusDirectory, _ new: CorpusDescription, program: String
  ) throws {
    try corpus.create()
    try self.init(corpus, new: new, program: program)
    guard description.language == new.language else {
      throw GrowError.corpus(
        path: corpus.descriptionPath, is: "a corpus in '\(description.language)'",
        expected: "one in '\(new.language)', the language of the seeds")
    }
    try checkOpenRound()
  }

  /// Opens a corpus for writing that is there already, and of which no round goes on.
  ///
  /// - Throws: As above, but for an unfinished round; `GrowError.corpus` if there is no corpus,
  ///   before anything is made.
  convenience init(existing corpus: CorpusDirectory) throws {
    guard corpus.hasLedger else {
      throw GrowError.noCorpus(at: corpus)
    }
    try self.init(corpus, new: nil, program: nil)
  }

  private init(_ corpus: CorpusDirectory, new: CorpusDescription?, program: String?) throws {
    self.corpus = corpus
    lock = try corpus.lock()
    let old = try corpus.description()
    var closed = old == nil ? nil : program.flatMap { ClosedRoundsFile(of: corpus, program: $0) }
    // What follows it may be about instructions that were at their end by then, or damaged: only
    // where all is read is that told apart.
    let rest = closed.flatMap { try? Ledger.open(corpus.ledgerPath, from: $0.place) }
    if let place = closed?.place,
      rest?.contents.events.allSatisfy({ $0.goesOn(from: place) }) != true
    {
      closed = nil
    }
    let opened = closed == nil ? nil : rest
    let (ledger, contents) =
      try opened ?? Self.refusing { try Ledger.open(corpus.ledgerPath) }
    self.closed = closed
    self.ledger = ledger
    (events, lines) = (contents.events, contents.lines)
    fold = LedgerFold(events, from: closed?.place)
    if let old {
      description = old
    } else {
      let (made, isRepair) = try Self.description(from: events, or: new, at: corpus)
      try corpus.write(made)
      description = made
      if isRepair {
        repairs.append("\(corpus.descriptionPath) was missing and is made again from the ledger")
      }
    }
    let (journal, found) = try Self.refusing { try LedgerJournal.open(corpus.journalPath) }
    (self.journal, answers) = (journal, found.answers)
    repairs += Self.sentences(about: found.damage, in: corpus.journalPath)
  }

  /// Opens a file of rows, telling the way out where one cannot be used.
  private static func refusing<Opened>(_ open: () throws -> Opened) throws -> Opened {
    do {
      return try open()
    } catch StorageError.malformedLine(let path, let line, let found, let expected) {
      throw GrowError.ledger(path: path, line: line, problem: "\(found); expected \(expected)")
    }
  }

  private static func sentences(about damage: [StorageError], in path: String) -> [String] {
    let shown = damage.prefix(3)
      .map { "\($0); the line is dropped and its answer asked for again" }
    let more = damage.count - shown.count
    return shown + (more > 0 ? ["\(path): \(more) more lines like these are dropped"] : [])
  }

  /// What a corpus is whose description is not there: that of its first run, or else a new one.
  private static func description(
    from events: [LedgerEvent], or new: CorpusDescription?, at corpus: CorpusDirectory
  ) throws -> (description: CorpusDescription, isRepair: Bool) {
    for case .run(let row) in events {
      guard let first = try? GrowConfiguration(recorded: row.configuration) else { break }
      let description = CorpusDescription(
        seed: first.seed, language: first.language, similarity: Grower.similarity(first),
        configuration: row.configuration)
      return (description, true)
    }
    guard let new, events.isEmpty else {
      throw GrowError.corpus(
        path: corpus.path, is: "a ledger without a 'corpus.json' beside it",
        expected: "the file that was made with it")
    }
    return (new, false)
  }

  /// Checks the numbers of the configuration that an unfinished round goes on with. Those of closed
  /// rounds are asked nothing any more, and what this version cannot read `RoundReplay` refuses.
  private func checkOpenRound() throws {
    guard let run = fold.openRound?.run,
      let configuration = try? GrowConfiguration(recorded: run.configuration),
      let problem = configuration.validate().first
    else { return }
    let place = events.lastIndex { if case .run = $0 { true } else { false } } ?? 0
    throw GrowError.opening(path: corpus.ledgerPath, line: line(of: place), problem: problem)
  }

  /// The line of a row, counted from 1.
  func line(of place: Int) -> Int {
    // Rows added since follow the last one line by line.
    lines.indices.contains(place)
      ? lines[place] : (lines.last ?? closed?.place.lines ?? 0) + place - lines.count + 1
  }

  /// Adds a unit of rows.
  func append(_ rows: [LedgerEvent]) throws {
    try ledger.append(rows)
    events += rows
    for row in rows { fold.receive(row) }
  }

  /// Keeps an answer before anything is decided from it.
  func keep(_ answer: CompletionRow) throws {
    try journal.append([answer])
    answers.append(answer)
  }

  /// Drops the answers of waves that are in the ledger.
  func dropAnswers(upTo wave: Int, of round: Int) throws {
    answers.removeAll { $0.round < round || ($0.round == round && $0.wave <= wave) }
    journal = try journal.replace(with: answers)
  }

  /// Reads all rows unless they were read: what a round is asked with, or what decides, has
  /// changed.
  func requireAllRows() throws {
    if closed == nil { return }
    let contents = try Self.refusing { try Ledger.read(corpus.ledgerPath) }
    (closed, last) = (nil, nil)
    (events, lines) = (contents.events, contents.lines)
    fold = LedgerFold(events)
  }

  /// What the corpus holds after all rows, or after the first ones.
  ///
  /// - Parameters:
  ///   - count: How many of `events` to take in; all if nil.
  ///   - rules: Other rules than the last ones.
  ///   - evaluation: A row about evaluation sets that would follow; the last one if nil.
  func corpusState(
    after count: Int? = nil, rules: RuleSet? = nil, evaluation: EvaluationRow? = nil
  ) throws -> CorpusState {
    let rules = try rules ?? lastRules() ?? RuleSet()
    var count = count ?? events.count
    if let closed {
      let decided = try RuleSet(recorded: closed.place.rules.rules)
      if evaluation != nil || rules != decided {
        count += closed.place.rows
        try requireAllRows()
      }
    }
    var (state, rows) = try known(count, rules, evaluation ?? fold.evaluation)
    for event in events[rows..<count] { state.receive(event) }
    last = (state, count)
    state.reviews = try ReviewFile(reading: corpus.reviewsPath).reviews
    return state
  }

  /// A state that is known already, of so many rows at most, or that before the first row.
  private func known(
    _ count: Int, _ rules: RuleSet, _ evaluation: EvaluationRow?
  ) throws -> (state: CorpusState, rows: Int) {
    if let last, last.rows <= count, last.state.rules == rules,
      last.state.evaluation == evaluation, last.state.reading == fold.reading
    {
      return last
    }
    let state = CorpusState(
      rules: rules, pool: try Grower.pool(of: corpus, description), evaluation: evaluation,
      reading: fold.reading, after: closed?.rounds)
    return (state, 0)
  }

  /// The rules that the ledger holds last; nil if it holds none.
  private func lastRules() throws -> RuleSet? {
    if let rules = try events.recordedRules(in: corpus.ledgerPath, line: line) { return rules }
    guard let closed else { return nil }
    let events = [LedgerEvent.rules(closed.place.rules)]
    return try events.recordedRules(in: corpus.ledgerPath) { _ in closed.place.lines }
  }

  /// Keeps what the rounds have left, all of them closed, for the next run to begin with.
  ///
  /// - Parameter isOpen: Whether a kept instruction still waits for something.
  func keepClosedRounds(
    of state: CorpusState, isOpen: (CorpusState.Item) -> Bool, program: String
  ) throws {
    var state = state
    // Before they are read: what is said in the meantime then makes the account one of old reviews.
    let reviews = ClosedRoundsFile.reviewsHash(of: corpus)
    state.reviews = try ReviewFile(reading: corpus.reviewsPath).reviews
    guard !hasOldExports(state) else { return }
    let rounds = state.closedRounds(isOpen: isOpen) { TaskFile.line(of: $0, in: state) }
    // The file has room for one verdict about the instances of an item.
    guard rounds.open.allSatisfy({ Set($0.item.instanceRows.map(\.round)).count < 2 }) else {
      return
    }
    let rows = (closed?.place.rows ?? 0) + events.count
    guard
      let place = try LedgerPlace(
        endOf: corpus.ledgerPath, byteCount: ledger.byteCount, lines: line(of: events.count - 1),
        rows: rows, candidates: rounds.candidates, fold, open: rounds.open.map(\.item.id))
    else { return }
    try ClosedRoundsFile(
      place: place, rounds: rounds, reviews: reviews, similarity: description.similarity
    ).write(to: corpus, program: program)
  }

  /// Whether a state holds tasks as they were exported before people said more of tasks.
  private func hasOldExports(_ state: CorpusState) -> Bool {
    !state.isWhole && closed?.reviews != ClosedRoundsFile.reviewsHash(of: corpus)
  }

  /// Ends the round that is not closed; answers of its unfinished waves are dropped.
  func close(_ row: CloseRow) throws {
    try append([.close(row)])
    try dropAnswers(upTo: .max, of: row.round)
  }

  /// Tasks follow from the ledger: where it is gone they would be written over with nothing.
  ///
  /// - Throws: `GrowError.corpus` for tasks beside a ledger without a round.
  func requireLedger() throws {
    let path = corpus.tasksPath
    let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    guard fold.rounds.isEmpty, let size, size > 0 else { return }
    throw GrowError.corpus(
      path: path, is: "\(size) bytes of tasks without a round in the ledger beside them",
      expected: "the ledger they follow from")
  }

  /// A state with what people have said of tasks up to this moment.
  func reviewed(_ state: CorpusState) throws -> CorpusState {
    var state = state
    if hasOldExports(state) {
      let rules = state.rules
      try requireAllRows()
      state = try corpusState(rules: rules)
    }
    state.reviews = try ReviewFile(reading: corpus.reviewsPath).reviews
    return state
  }

  /// Rewrites the tasks if they are not what the state and the reviews of this moment say.
  ///
  /// - Returns: Whether they were not.
  @discardableResult
  func writeTasks(of state: CorpusState) throws -> Bool {
    let text = TaskFile.bytes(of: try reviewed(state))
    if FileManager.default.contents(atPath: corpus.tasksPath).map(Array.init) == text {
      return false
    }
    try AtomicFile.write(text, to: corpus.tasksPath)
    return true
  }
}

extension LedgerEvent {
  /// Whether what stood before a place is still decided as it was when this row follows.
  fileprivate func goesOn(from place: LedgerPlace) -> Bool {
    switch self {
    case .run(let row): row.asksLike(place.run)
    case .seeds, .evaluation, .reading, .rules: false
    // Tasks that were at their end are asked about again.
    case .round(let row): row.work != .answers
    case .completion, .candidate, .wave, .close, .unknown: true
    }
  }
}
