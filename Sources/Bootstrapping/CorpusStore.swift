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
  /// The committed rows of the ledger.
  private(set) var events: [LedgerEvent]
  private(set) var fold: LedgerFold
  /// Answers in the journal.
  private(set) var answers: [CompletionRow]

  /// Opens a corpus for writing, making it if there is none.
  ///
  /// - Parameter new: What the corpus is if it is made now.
  /// - Throws: `StorageError.lockHeld` if another run writes to it, `GrowError.corpus` if it is of
  ///   another language.
  init(_ corpus: CorpusDirectory, _ new: CorpusDescription) throws {
    self.corpus = corpus
    try corpus.create()
    lock = try corpus.lock()
    if let old = try corpus.description() {
      guard old.language == new.language else {
        throw GrowError.corpus(
          path: corpus.descriptionPath, is: "a corpus in '\(old.language)'",
          expected: "one in '\(new.language)', the language of the seeds")
      }
      description = old
    } else {
      try corpus.write(new)
      description = new
    }
    let opened = try Ledger.open(corpus.ledgerPath)
    ledger = opened.ledger
    events = opened.contents.events
    fold = LedgerFold(events)
    (journal, answers) = try LedgerJournal.open(corpus.journalPath)
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

  /// What the corpus holds after all rows, or after the first ones.
  ///
  /// - Parameter count: How many rows to take in; all if nil.
  func corpusState(after count: Int? = nil, rules: RuleSet? = nil) throws -> CorpusState {
    let current = try rules ?? fold.rules.map { try $0.rules.decoded(as: RuleSet.self) }
    var state = CorpusState(
      rules: current ?? RuleSet(), pool: Grower.pool(description.similarity))
    for event in events.prefix(count ?? events.count) { state.receive(event) }
    return state
  }

  /// Rewrites the tasks if they are not what the state says.
  func writeTasks(of state: CorpusState) throws {
    let text = Array(TaskFile.text(of: state).utf8)
    if FileManager.default.contents(atPath: corpus.tasksPath).map(Array.init) == text { return }
    try AtomicFile.write(text, to: corpus.tasksPath)
  }
}
