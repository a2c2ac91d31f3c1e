import Filtering
import Foundation
import LanguageModels
import Prompts
import Storage
import TaskCorpus

/// Takes what another program has made up into a corpus, as a round of its own that is closed at once.
package enum Importer {
  /// What became of the rows.
  package struct Outcome: Equatable, Sendable {
    package var round: Int
    package var rows: Int
    /// Tasks that the round came to, and instructions that are kept and have no answer yet.
    package var tasks: Int
    package var waiting: Int
    /// What became no task, by the rule that decided it, the most frequent first.
    package var dropped: [Funnel.RuleCount]
  }

  /// What stands for the model of rows that came from elsewhere.
  ///
  /// - Parameter hash: SHA-256 of the file.
  package static func identity(ofFile hash: String) -> ModelIdentity {
    ModelIdentity(
      name: RunFile.modelName, fingerprint: RunFile.modelName + "-" + hash.prefix(16), precision: ""
    )
  }

  /// Adds the rows to the corpus of a grower whose author is `identity(ofFile:)`.
  ///
  /// Rules decide about them as about everything, so other rules bring others back later. What is kept
  /// and has no answer is what the next round asks about first, unless a later file answers it.
  ///
  /// - Throws: `GrowError` for an unfinished round or a corpus in another language, `StorageError`
  ///   for files.
  package static func add(_ rows: [RunFile.Row], to grower: Grower) throws -> Outcome {
    try grower.checkSeeds()
    let store = try CorpusStore(
      grower.corpus, grower.newDescription(), program: grower.program)
    defer { withExtendedLifetime(store) {} }
    let run = try grower.runRow()
    if let open = store.fold.openRound, open.run?.model != run.model {
      throw GrowError.unfinished(path: grower.corpus.path, round: open.opening.round)
    }
    if store.fold.openRound == nil { _ = try RoundOpening.write(grower, store, run) }
    guard let round = store.fold.openRound?.opening.round else {
      throw GrowError.replay(path: grower.corpus.ledgerPath, round: 0, wave: 0)
    }
    var state = try store.corpusState()
    if store.fold.openRound?.lastWave == 0 {
      let candidates = try candidates(of: rows, round: round, state, grower)
      let wave = WaveRow(
        round: round, wave: 1, completions: 0, candidates: candidates.count, surplus: [])
      let events = candidates.map(LedgerEvent.candidate) + [.wave(wave)]
      for event in events { state.receive(event) }
      try store.append(events)
    }
    let outcome = outcome(of: state, round: round, rows: rows.count)
    // The manifest first: what is killed before the round is closed is finished by the same import.
    try manifest(of: round, run, store, grower, tasks: outcome.tasks)
    try store.close(CloseRow(round: round, tasks: outcome.tasks, reason: .closed))
    try store.writeTasks(of: state)
    return outcome
  }

  private static func manifest(
    of round: Int, _ run: RunRow, _ store: CorpusStore, _ grower: Grower, tasks: Int
  ) throws {
    guard let opening = store.fold.rounds.last?.opening else { return }
    var manifest = RoundManifest(
      round: opening, run: run, changedPrompts: nil, now: grower.now())
    manifest.close(tasks: tasks, now: grower.now())
    try manifest.write(to: store.corpus.manifestPath(ofRound: round))
  }

  private static func outcome(
    of state: CorpusState, round: Int, rows: Int
  ) -> Outcome {
    let yield = CorpusAccount.yields(of: state).first { $0.round == round }
    let answered = state.items.count { item in
      item.row.round < round && item.instanceRows.contains { $0.round == round }
        && state.isTask(item)
    }
    let dropped = RuleName.allCases.compactMap { rule in
      yield?.dropped[rule].map { Funnel.RuleCount(rule: rule, count: $0) }
    }
    return Outcome(
      round: round, rows: rows, tasks: answered + (yield?.tasks ?? 0),
      waiting: yield?.waiting ?? 0,
      dropped: dropped.sorted { $0.count > $1.count })
  }

  private static func candidates(
    of rows: [RunFile.Row], round: Int, _ state: CorpusState, _ grower: Grower
  ) throws -> [CandidateRow] {
    var evaluation = grower.evaluation
    let model = grower.models.author.identity.fingerprint
    func row(
      _ id: String, _ number: Int, _ stage: Stage, of owner: String?, parse: some Encodable,
      _ evidence: some Encodable, about instruction: String?
    ) throws -> CandidateRow {
      let row = CandidateRow(
        id: id, round: round, wave: 1, stage: stage.rawValue, request: number, of: owner,
        parse: try JSONValue(encoding: parse), evidence: try JSONValue(encoding: evidence),
        prompt: "", model: model, sampling: .null)
      let overlap = evaluation?.overlap(of: row, instruction: instruction)
      return row.withOverlap(try overlap.map { try JSONValue(encoding: $0) })
    }
    let prompts = try PromptSet.builtIn()
    let waiting = Dictionary(
      state.items.filter(state.isPending).map { ($0.instruction, $0.id) },
      uniquingKeysWith: { first, _ in first })
    return try rows.enumerated().flatMap { number, found -> [CandidateRow] in
      let id = "r\(round)-\(number)"
      let task = found.read(by: prompts)
      let owner = waiting[task.instruction]
      let input = task.instances.lazy.map(\.input).first { !$0.isEmpty }
      let kind: InstructionKind =
        task.isClassification == true ? .label : input == nil ? .open : .input
      let evidence = InstructionEvidence(
        finish: FinishReason.stop.rawValue, logProbability: nil, relevance: 1, kind: kind,
        isClassification: task.isClassification ?? false, group: rows.count)
      let parse = Parse.Instruction(task.instruction, input: kind == .input ? input : nil)
      let first = try row(
        id, number, .instruction, of: nil, parse: parse, evidence, about: nil)
      let instances = try task.instances.enumerated().map { place, instance in
        try row(
          "\(id)/instances-\(place)", number, .instances, of: owner ?? id,
          parse: Parse.Instance(input: instance.input, output: instance.output),
          InstanceEvidence(finish: FinishReason.stop.rawValue, logProbability: nil),
          about: task.instruction)
      }
      return owner != nil && !instances.isEmpty ? instances : [first] + instances
    }
  }
}

extension RunFile.Row {
  /// The row with the instances that its completion holds, as the paper reads them.
  fileprivate func read(by prompts: PromptSet) -> Self {
    guard let completion, instances.isEmpty else { return self }
    let finish = completion.isCut ? FinishReason.length : .stop
    var row = self
    var found = prompts.outputFirst.instances(of: completion.text, finish)
    if found.isEmpty {
      found = prompts.inputFirst.instances(of: completion.text, finish)
    } else {
      row.isClassification = true
    }
    row.instances = found.filter { !$0.output.isEmpty }
      .map { TaskInstance(input: $0.input, output: $0.output) }
    return row
  }
}
