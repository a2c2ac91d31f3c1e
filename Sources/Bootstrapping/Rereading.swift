import Filtering
import LanguageModels
import Prompts
import Randomness
import Storage
import TaskCorpus

/// The completions of closed rounds read again, by prompts and readers that may have been mended
/// since.
///
/// What was found once stands in the ledger for good; what is read otherwise now is one row more.
/// Evidence stays what it was, but for what candidates have in common with evaluation sets. An
/// answer stays with the input that it was asked about, however that is read now.
package struct Rereading {
  /// What is read otherwise than it stands in the ledger.
  private(set) var row: ReadingRow
  /// How many completions were read.
  private(set) var count = 0
  /// Rounds that were asked with other prompts, which may not read what came of them.
  private(set) var otherPrompts: [Int] = []

  private let prompts: PromptSet
  private var evaluation: EvaluationSets?
  /// By what they came from, in the order of the ledger.
  private var candidates: [Source: [CandidateRow]] = [:]
  /// Instructions as they are read now.
  private var instructions: [String: String] = [:]
  private var kinds: [String: InstructionKind] = [:]
  /// The first instruction of each round: what others of it are like where theirs found none.
  private var firsts: [Int: CandidateRow] = [:]

  private struct Source: Hashable {
    var round: Int
    var stage: String
    var request: Int

    init(round: Int, stage: String, request: Int) {
      (self.round, self.stage, self.request) = (round, stage, request)
    }

    init(_ row: CandidateRow) {
      self.init(round: row.round, stage: row.stage, request: row.request)
    }

    init(_ row: CompletionRow) {
      self.init(round: row.round, stage: row.stage, request: row.request)
    }
  }

  /// - Parameters:
  ///   - events: A ledger without an open round.
  ///   - evaluation: What the candidates are measured against.
  /// - Throws: `EncodingError` for a number that is none.
  init(
    _ events: [LedgerEvent], by prompts: PromptSet, _ evaluation: EvaluationSets?, program: String
  ) throws {
    self.prompts = prompts
    self.evaluation = evaluation
    row = ReadingRow(program: program, evaluation: evaluation?.hash ?? "", completions: [])
    for case .candidate(let row) in events {
      candidates[Source(row), default: []].append(row)
      guard row.of == nil else { continue }
      instructions[row.id] = row.parsed(as: Parse.Instruction.self)?.instruction
      kinds[row.id] = row.evidence(as: InstructionEvidence.self)?.kind
      if firsts[row.round] == nil { firsts[row.round] = row }
    }
    var run: RunRow?
    var reader: RoundReader?
    for event in events {
      switch event {
      case .run(let row): run = row
      case .round(let row):
        reader = run.flatMap { RoundReader($0, round: row.round, prompts) }
        if reader == nil { otherPrompts.append(row.round) }
      case .completion(let row):
        if let reader { try read(row, by: reader) }
      default: break
      }
    }
  }

  private mutating func read(_ completion: CompletionRow, by reader: RoundReader) throws {
    guard completion.text != nil, completion.finish != FinishReason.failed.rawValue else { return }
    let source = Source(completion)
    let before = candidates[source] ?? []
    let first = before.first ?? firsts[completion.round]
    guard let now = try reader.candidates(in: completion, before, like: first, kinds) else {
      return
    }
    count += 1
    try note(now, in: place(of: source), before, wave: completion.wave)
    // Where the model gives no likelihoods, an input made for a label is an instance at once.
    let labelled = Source(round: source.round, stage: Stage.label.rawValue, request: source.request)
    if completion.stage == Stage.labelledInput.rawValue, let row = now.first,
      let instances = candidates[labelled], instances.allSatisfy({ $0.wave == completion.wave })
    {
      try note(
        instances.map { try $0.instance(of: row) }, in: place(of: labelled), instances,
        wave: completion.wave)
    }
  }

  private func place(of source: Source) -> ReadingRow.Completion {
    ReadingRow.Completion(
      round: source.round, stage: source.stage, request: source.request, candidates: [])
  }

  /// Keeps what a completion is read as now, if that is something else than before.
  private mutating func note(
    _ now: [CandidateRow], in place: ReadingRow.Completion, _ before: [CandidateRow], wave: Int
  ) throws {
    if now.map(\.id) == before.map(\.id), now.map(\.parse) == before.map(\.parse) { return }
    var place = place
    place.wave = before.isEmpty ? wave : nil
    for row in now {
      if row.of == nil {
        instructions[row.id] = row.parsed(as: Parse.Instruction.self)?.instruction
      }
      let owner = row.of.map { instructions[$0] ?? "" }
      let overlap = evaluation?.overlap(of: row, instruction: owner)
      place.candidates.append(row.withOverlap(try overlap.map { try JSONValue(encoding: $0) }))
    }
    row.completions.append(place)
  }
}

extension Rereading {
  /// What it came to.
  package struct Summary: Sendable {
    /// How many completions were read, and how many of them are read otherwise than at first.
    package let completions: Int
    package let different: Int
    /// Rounds that were left as they were, having been asked with other prompts.
    package let otherPrompts: [Int]

    init(_ rereading: Rereading) {
      completions = rereading.count
      different = rereading.row.completions.count
      otherPrompts = rereading.otherPrompts
    }
  }
}

/// Reads completions of one round.
private struct RoundReader {
  private let reader: CompletionReader
  private let stream: RandomStream
  private let readsScores: Bool

  /// - Returns: Nil if the round was asked with other prompts, or in a way that is not known here.
  init?(_ run: RunRow, round: Int, _ prompts: PromptSet) {
    guard run.prompts == prompts.hash,
      let configuration = try? GrowConfiguration(recorded: run.configuration),
      let model = try? run.model.decoded(as: ModelIdentity.self)
    else { return nil }
    reader = CompletionReader(
      prompts: prompts, configuration: configuration,
      // Only models of this machine go on with a user's turn, and only they tell their precision.
      continuesTurn: !model.precision.isEmpty)
    stream = RandomStream(seed: configuration.seed).stream("round", round)
    readsScores = run.judgePrompt == prompts.judge.hash
  }

  /// - Parameters:
  ///   - before: What the completion was read as first.
  ///   - first: The first of them; where there are none, one of the same round.
  ///   - kinds: Of the instructions, by their ids.
  /// - Returns: Nil for a completion that cannot be read again.
  func candidates(
    in completion: CompletionRow, _ before: [CandidateRow], like first: CandidateRow?,
    _ kinds: [String: InstructionKind]
  ) throws -> [CandidateRow]? {
    let text = completion.text ?? ""
    let finish = completion.finish.flatMap(FinishReason.init) ?? .stop
    guard let stage = Stage(rawValue: completion.stage), let first else { return nil }
    if stage == .instruction {
      return try instructions(in: text, finish, before, like: first.moved(to: completion))
    }
    guard !before.isEmpty else { return nil }
    switch stage {
    case .instances:
      let kind = first.of.flatMap { kinds[$0] } ?? .open
      return try instances(reader.instances(in: text, finish, kind), before)
    case .classification, .inputNeed:
      return [try first.reading(reader.answer(to: stage, in: text))]
    case .labels: return [try first.reading(reader.labels(in: text, finish))]
    case .input: return [try first.reading(reader.input(in: text))]
    case .labelledInput:
      let label = first.parsed(as: Parse.Input.self)?.label ?? ""
      return [try first.reading(reader.input(in: text, for: label))]
    case .answer:
      guard let input = first.parsed(as: Parse.Instance.self)?.input else { return nil }
      return [try first.reading(reader.answer(in: text, to: input))]
    case .judge:
      guard readsScores, let score = first.parsed(as: Parse.Score.self) else { return nil }
      return [try first.reading(reader.score(in: text, of: score.instance))]
    case .instruction, .ranking, .calibration, .label: return nil
    }
  }

  private func instructions(
    in text: String, _ finish: FinishReason, _ before: [CandidateRow], like first: CandidateRow
  ) throws -> [CandidateRow]? {
    guard var evidence = first.evidence(as: InstructionEvidence.self) else { return nil }
    var purpose = Ask.Purpose()
    (purpose.kind, purpose.opener) = (evidence.kind, evidence.opener)
    purpose.noun = reader.prompts.opener.noun(in: evidence.opener, for: evidence.kind.opener)
    let found = reader.instructions(in: text, finish, purpose)
    if reader.configuration.instructions.method == .opener {
      return try before.isEmpty ? nil : found.map { try before[0].reading($0) }
    }
    // What is new was compared with nothing when it was found.
    (evidence.nearest, evidence.meanSimilarity) = ([], nil)
    return try found.enumerated().map { index, parse in
      if before.indices.contains(index) { return try before[index].reading(parse) }
      var row = try first.reading(parse)
      row.id = "r\(first.round)-\(first.request)-\(index)"
      row.evidence = try JSONValue(encoding: evidence)
      return row
    }
  }

  private func instances(
    _ found: [Parse.Instance], _ before: [CandidateRow]
  ) throws -> [CandidateRow]? {
    guard let first = before.first, let evidence = first.evidence(as: InstanceEvidence.self)
    else { return nil }
    // One that held nothing has the request's id, others a number after it.
    let wasEmpty = first.parse.object?.isEmpty == true
    let id = wasEmpty ? first.id : String(first.id.dropLast("-0".count))
    if found.isEmpty {
      var row = first
      (row.id, row.parse) = (id, [:])
      return [row]
    }
    let draws = stream.stream(Stage.instances.rawValue, first.request).stream("choice")
    return try found.enumerated().map { index, instance in
      var now = InstanceEvidence(
        finish: FinishReason.stop.rawValue, logProbability: evidence.logProbability,
        draw: draws.uniform(at: UInt64(index)))
      now.awaitsJudge = evidence.awaitsJudge
      var row = try first.reading(instance)
      row.id = "\(id)-\(index)"
      row.evidence = try JSONValue(encoding: now)
      return row
    }
  }
}

extension CandidateRow {
  /// The row with something else read from its completion.
  fileprivate func reading(_ parse: some Encodable) throws -> CandidateRow {
    var row = self
    row.parse = try JSONValue(encoding: parse)
    return row
  }

  /// The row as one of another completion of its round.
  fileprivate func moved(to completion: CompletionRow) -> CandidateRow {
    if request == completion.request { return self }
    var row = self
    (row.wave, row.request) = (completion.wave, completion.request)
    row.prompt = completion.prompt
    row.model = completion.model ?? model
    row.shown = []
    return row
  }

  /// The row of a labelled instance with the input that another row holds.
  fileprivate func instance(of input: CandidateRow) throws -> CandidateRow {
    guard let parse = input.parsed(as: Parse.Input.self), let label = parse.label else {
      return self
    }
    return try reading(Parse.Instance(input: parse.input, output: label))
  }
}
