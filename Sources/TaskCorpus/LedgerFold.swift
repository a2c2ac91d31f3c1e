/// What the rows of a ledger say of rounds and what they were asked with; candidates are
/// `CorpusState`'s.
package struct LedgerFold: Sendable {
  /// A round as far as it has come.
  package struct Round: Equatable, Sendable {
    package var opening: RoundRow
    /// Its row `run`: what it was asked with.
    package var run: RunRow?
    package var lastWave: Int
    package var close: CloseRow?
  }

  package private(set) var rounds: [Round] = []
  package private(set) var run: RunRow?
  package private(set) var seeds: SeedsRow?
  package private(set) var evaluation: EvaluationRow?
  /// Nil also where it stands before the place that rows are read from.
  package private(set) var reading: ReadingRow?
  package private(set) var rules: RulesRow?
  /// Finished tasks that no round has taken.
  package private(set) var surplus: Set<String> = []

  package init() {}

  /// What is known at a place of a ledger; of the rounds before it the last one.
  package init(at place: LedgerPlace) {
    (run, seeds, evaluation, rules) = (place.run, place.seeds, place.evaluation, place.rules)
    rounds = [
      Round(opening: place.round, run: place.run, lastWave: place.lastWave, close: place.close)
    ]
    surplus = Set(place.surplus)
  }

  /// - Parameter place: Where the rows begin; nil for those of a whole ledger.
  package init(_ events: [LedgerEvent], from place: LedgerPlace? = nil) {
    if let place { self.init(at: place) } else { self.init() }
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
    case .reading(let row): reading = row
    case .rules(let row): rules = row
    case .round(let row):
      rounds.append(Round(opening: row, run: run, lastWave: 0, close: nil))
      surplus.subtract(row.taken)
    case .wave(let row):
      if !rounds.isEmpty { rounds[rounds.count - 1].lastWave = row.wave }
      surplus.formUnion(row.surplus)
    case .close(let row):
      if !rounds.isEmpty { rounds[rounds.count - 1].close = row }
    case .completion, .candidate, .unknown: break
    }
  }
}
