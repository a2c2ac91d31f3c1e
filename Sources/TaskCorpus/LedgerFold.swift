/// The rows of a ledger sorted by what they are about; no decision is made here.
package struct LedgerFold: Sendable {
  /// An instruction with everything that was found for it later.
  package struct History: Sendable {
    package var instruction: CandidateRow
    /// Its classification, inputs, labels and answers, in the order of the ledger.
    package var followers: [CandidateRow]
  }

  /// A round as far as it has come.
  package struct Round: Equatable, Sendable {
    package var opening: RoundRow
    /// Its row `run`: what it was asked with.
    package var run: RunRow?
    package var lastWave: Int
    package var close: CloseRow?
  }

  /// Instructions in candidate order.
  package private(set) var histories: [History] = []
  package private(set) var rounds: [Round] = []
  package private(set) var run: RunRow?
  package private(set) var seeds: SeedsRow?
  package private(set) var evaluation: EvaluationRow?
  package private(set) var rules: RulesRow?
  /// Finished tasks that no round has taken.
  package private(set) var surplus: Set<String> = []
  private var place: [String: Int] = [:]

  package init() {}

  package init(_ events: [LedgerEvent]) {
    for event in events { receive(event) }
  }

  /// The round that is not closed, if there is one; always the last.
  package var openRound: Round? {
    rounds.last.flatMap { $0.close == nil ? $0 : nil }
  }

  /// Takes in the next row.
  package mutating func receive(_ event: LedgerEvent) {
    switch event {
    case .run(let row): run = row
    case .seeds(let row): seeds = row
    case .evaluation(let row): evaluation = row
    case .rules(let row): rules = row
    case .round(let row):
      rounds.append(Round(opening: row, run: run, lastWave: 0, close: nil))
      surplus.subtract(row.taken)
    case .candidate(let row): receive(row)
    case .wave(let row):
      if !rounds.isEmpty { rounds[rounds.count - 1].lastWave = row.wave }
      surplus.formUnion(row.surplus)
    case .close(let row):
      if !rounds.isEmpty { rounds[rounds.count - 1].close = row }
    case .completion, .unknown: break
    }
  }

  private mutating func receive(_ row: CandidateRow) {
    guard let owner = row.of else {
      place[row.id] = histories.count
      histories.append(History(instruction: row, followers: []))
      return
    }
    // A follower of an instruction that is not there says nothing; it stays in the ledger.
    if let index = place[owner] { histories[index].followers.append(row) }
  }
}
