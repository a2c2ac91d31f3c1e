import Filtering
import Storage
import TaskCorpus

/// Decides a corpus again by other rules, from its ledger alone; asks no model.
package enum CorpusFilter {
  /// Decides and, unless it is a dry run, writes: a row with the rules if they have changed, and
  /// the tasks if these have. A dry run takes no lock, so that it may be asked at any time.
  ///
  /// - Throws: `GrowError.corpus` if there is no corpus, `.unfinished` while a round is, since its
  ///   requests follow from the rules it was opened with; `.configuration` for rules that cannot
  ///   be; `StorageError` for files.
  ///
  /// - Parameters:
  ///   - evaluation: The sets that the configuration names, read.
  ///   - notice: Told what was damaged and is put right.
  package static func run(
    _ corpus: CorpusDirectory, configuration: GrowConfiguration,
    evaluation: EvaluationSets? = nil, isDry: Bool, notice: (String) -> Void = { _ in }
  ) throws -> RuleChange {
    let problems = configuration.validate()
    if !problems.isEmpty { throw GrowError.configuration(problems) }
    if isDry {
      let reading = try CorpusReading(corpus)
      return RuleChange(
        from: reading.state, to: try reading.state(by: configuration.rules, evaluation))
    }
    let store = try CorpusStore(existing: corpus)
    for repair in store.repairs { notice(repair) }
    try store.requireLedger()
    if let round = store.fold.openRound {
      throw GrowError.unfinished(path: corpus.path, round: round.opening.round)
    }
    let overlaps = try EvaluationSets.row(
      for: evaluation, of: store.events, after: store.fold.evaluation)
    let after = try store.corpusState(rules: configuration.rules, evaluation: overlaps)
    let change = RuleChange(from: try store.corpusState(), to: after)
    var rows: [LedgerEvent] = overlaps.map { [.evaluation($0)] } ?? []
    let rules = RulesRow(rules: try JSONValue(encoding: configuration.rules))
    if store.fold.rules != rules { rows.append(.rules(rules)) }
    if !rows.isEmpty { try store.append(rows) }
    if try store.writeTasks(of: after), change.isEmpty {
      notice("\(corpus.tasksPath) was not what the ledger says and is written again")
    }
    return change
  }

  /// The preset and the language that a corpus was made with.
  ///
  /// - Throws: `GrowError.corpus` if there is no corpus.
  package static func origin(
    of corpus: CorpusDirectory
  ) throws -> (preset: GrowConfiguration.Preset, language: String) {
    guard let description = try corpus.description() else {
      throw GrowError.noCorpus(at: corpus)
    }
    let preset = description.configuration["preset"]?.string
    return (preset.flatMap(GrowConfiguration.Preset.init) ?? .standard, description.language)
  }
}
