import Filtering
import Foundation
import Storage
import TaskCorpus

/// The opening of a round: what it is asked with, and the surplus that it takes.
enum RoundOpening {
  /// Writes the rows that open the next round.
  ///
  /// - Returns: What other rules than before do to the tasks that there are; nil if nothing.
  /// - Throws: `GrowError.corpus` where tasks have lost their ledger, or rounds have absurd
  ///   numbers.
  static func write(_ grower: Grower, _ store: CorpusStore, _ run: RunRow) throws -> String? {
    let last = store.fold.rounds.last?.opening.round ?? 0
    guard (0..<1_000_000_000) ~= last else {
      throw GrowError.corpus(
        path: store.corpus.ledgerPath, is: "a round numbered \(last)", expected: "a smaller one")
    }
    try store.requireLedger()
    try requireRows(store, run)
    var rows: [LedgerEvent] = []
    if store.fold.run != run { rows.append(.run(run)) }
    if store.fold.seeds?.hash != run.seeds { rows.append(.seeds(grower.seedsRow)) }
    let overlaps = try overlaps(grower, store)
    if let overlaps { rows.append(.evaluation(overlaps)) }
    let rules = RulesRow(rules: try JSONValue(encoding: grower.configuration.rules))
    var before = 0
    if store.fold.rules != rules {
      before = TaskFile.count(of: try store.corpusState())
      rows.append(.rules(rules))
    }
    let state = try store.corpusState(rules: grower.configuration.rules, evaluation: overlaps)
    let offered = state.items.filter { item in
      guard state.surplus.contains(item.id), let decision = state.instances(of: item) else {
        return false
      }
      return decision.verdict == nil && !decision.kept.isEmpty
    }
    let round = RoundRow(
      round: last + 1, tasks: grower.configuration.tasks,
      taken: grower.work == .newTasks
        ? offered.prefix(grower.configuration.tasks).map(\.id) : [],
      work: grower.work)
    try store.append(rows + [.round(round)])
    try store.writeTasks(of: store.corpusState())
    let after = TaskFile.count(of: state)
    guard after < before else { return nil }
    return "\(store.corpus.path): other rules than before leave \(after) of \(before) tasks; rules "
      + "decide about all rounds, and with those from before the others come back"
  }

  /// How many kept instructions the next round would ask about if it asked for nothing new.
  static func count(of work: RoundWork, _ grower: Grower, _ store: CorpusStore) throws -> Int {
    // Tasks of closed rounds have to be known in full to be answered again.
    if work == .answers { try store.requireAllRows() }
    try requireRows(store, grower.runRow())
    let context = GrowContext(
      configuration: grower.configuration, prompts: grower.prompts, seeds: grower.seeds,
      evaluation: grower.evaluation, models: grower.models.map(ModelProfile.init),
      round: (store.fold.rounds.last?.opening.round ?? 0) + 1)
    let state = try store.corpusState(
      rules: grower.configuration.rules, evaluation: try overlaps(grower, store))
    var next = BootstrapState(context, corpus: state, taken: [])
    return work == .answers ? next.answerAgain() : next.open.count
  }

  /// Sees to it that all rows are read where a round is asked with something new.
  private static func requireRows(_ store: CorpusStore, _ run: RunRow) throws {
    if let closed = store.closed, !run.asksLike(closed.place.run) { try store.requireAllRows() }
  }

  /// The row about evaluation sets that the next round needs first.
  private static func overlaps(_ grower: Grower, _ store: CorpusStore) throws -> EvaluationRow? {
    try EvaluationSets.row(
      for: grower.evaluation, of: store.events, after: store.fold.evaluation,
      reading: store.fold.reading)
  }
}
