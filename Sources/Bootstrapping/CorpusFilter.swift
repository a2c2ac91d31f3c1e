import Filtering
import Prompts
import Storage
import TaskCorpus

/// Decides a corpus again by other rules, from its ledger alone; asks no model.
package enum CorpusFilter {
  /// What the rules as they are now do to a corpus.
  package struct Result: Sendable {
    package let change: RuleChange
    /// What reading its completions again did; nil where they were not.
    package let rereading: Rereading.Summary?
  }

  /// Decides and, unless it is a dry run, writes: a row with what is read otherwise and one with the
  /// rules if they have changed, and the tasks if these have. A dry run takes no lock, so that it
  /// may be asked at any time.
  ///
  /// - Throws: `GrowError.corpus` if there is no corpus, `.unfinished` while a round is, since its
  ///   requests follow from the rules it was opened with; `.configuration` for rules that cannot
  ///   be; `StorageError` for files.
  ///
  /// - Parameters:
  ///   - evaluation: The sets that the configuration names, read.
  ///   - prompts: Reads all completions again by these; nil to leave them as they were read.
  ///   - program: Version of the program, recorded with what is read again.
  ///   - notice: Told what was damaged and is put right.
  package static func run(
    _ corpus: CorpusDirectory, configuration: GrowConfiguration,
    evaluation: EvaluationSets? = nil, rereadingBy prompts: PromptSet? = nil,
    program: String = "", isDry: Bool, notice: (String) -> Void = { _ in }
  ) throws -> Result {
    let problems = configuration.validate()
    if !problems.isEmpty { throw GrowError.configuration(problems) }
    if isDry {
      let reading = try CorpusReading(corpus)
      let rereading = try prompts.map {
        try Rereading(reading.events, by: $0, evaluation, program: program)
      }
      let after = try reading.state(
        by: configuration.rules, evaluation, reading: rereading?.row ?? reading.state.reading)
      return Result(
        change: RuleChange(from: reading.state, to: after),
        rereading: rereading.map(Rereading.Summary.init))
    }
    // Opening a store puts right what a killed run left; what is refused changes nothing.
    if let open = try LedgerOutline(of: corpus).fold.openRound {
      throw GrowError.unfinished(path: corpus.path, round: open.opening.round)
    }
    let store = try CorpusStore(existing: corpus)
    for repair in store.repairs { notice(repair) }
    try store.requireLedger()
    if let round = store.fold.openRound {
      throw GrowError.unfinished(path: corpus.path, round: round.opening.round)
    }
    let rereading = try prompts.map {
      try Rereading(store.events, by: $0, evaluation, program: program)
    }
    let change = try write(store, configuration, evaluation, rereading?.row)
    if try store.writeTasks(of: store.corpusState()), change.isEmpty {
      notice("\(corpus.tasksPath) was not what the ledger says and is written again")
    }
    return Result(change: change, rereading: rereading.map(Rereading.Summary.init))
  }

  /// Writes the rows that the ledger lacks.
  private static func write(
    _ store: CorpusStore, _ configuration: GrowConfiguration, _ evaluation: EvaluationSets?,
    _ reread: ReadingRow?
  ) throws -> RuleChange {
    let known = store.fold.reading
    let isNew = reread.map { $0.completions != known?.completions ?? [] } ?? false
    let reading = isNew ? reread : known
    let before = try store.corpusState()
    let overlaps = try EvaluationSets.row(
      for: evaluation, of: store.events, after: store.fold.evaluation, reading: reading)
    var rows: [LedgerEvent] = []
    if isNew, let reading { rows.append(.reading(reading)) }
    if let overlaps { rows.append(.evaluation(overlaps)) }
    let rules = RulesRow(rules: try JSONValue(encoding: configuration.rules))
    if store.fold.rules != rules { rows.append(.rules(rules)) }
    if !rows.isEmpty { try store.append(rows) }
    return RuleChange(from: before, to: try store.corpusState())
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
