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

  private var evaluation: EvaluationSets?
  /// By what they came from, in the order of the ledger.
  private var candidates: [Source: [CandidateRow]] = [:]
  /// What completions were read as last, where that is something else.
  private let known: [Source: ReadingRow.Completion]
  /// Seeds and instructions, these as they are read now.
  private var instructions: [String: String] = [:]
  /// Which instructions were classification when more was asked about them.
  private var classified: [String: Bool] = [:]

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

    init(_ row: ReadingRow.Completion) {
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
    self.evaluation = evaluation
    row = ReadingRow(program: program, evaluation: evaluation?.hash ?? "", completions: [])
    known = Dictionary(
      (events.lastReading?.completions ?? []).map { (Source($0), $0) },
      uniquingKeysWith: { first, _ in first })
    for case .candidate(let row) in events { candidates[Source(row), default: []].append(row) }
    var run: RunRow?
    var reader: RoundReader?
    for event in events {
      switch event {
      case .run(let row): run = row
      case .seeds(let row): for seed in row.seeds { instructions[seed.id] = seed.instruction }
      case .round(let row):
        reader = run.flatMap { RoundReader($0, round: row.round, prompts) }
        if reader == nil { otherPrompts.append(row.round) }
      case .completion(let row): try read(row, by: reader)
      case .candidate(let row): learn(row)
      case .reading(let row): for row in row.completions.flatMap(\.candidates) { learn(row) }
      default: break
      }
    }
  }

  /// Takes in what later requests were asked by.
  private mutating func learn(_ row: CandidateRow) {
    if row.of == nil {
      classified[row.id] = row.evidence(as: InstructionEvidence.self)?.isClassification
      if instructions[row.id] == nil {
        instructions[row.id] = row.parsed(as: Parse.Instruction.self)?.instruction
      }
    } else if row.stage == Stage.classification.rawValue, let owner = row.of {
      classified[owner] = row.parsed(as: Parse.Answer.self)?.yes ?? classified[owner]
    }
  }

  private mutating func read(_ completion: CompletionRow, by reader: RoundReader?) throws {
    let source = Source(completion)
    // Where the model gives no likelihoods, an input made for a label is an instance at once.
    let labelled = Source(round: source.round, stage: Stage.label.rawValue, request: source.request)
    guard let reader, completion.text != nil, completion.finish != FinishReason.failed.rawValue,
      let now = try reader.candidates(
        in: completion, candidates[source] ?? [], classified: classified, texts: instructions)
    else {
      // What cannot be read now is left as it was read last.
      let isLabelled = completion.stage == Stage.labelledInput.rawValue
      for source in isLabelled ? [source, labelled] : [source] {
        if let last = known[source] { try add(last.candidates, of: source, wave: last.wave) }
      }
      return
    }
    count += 1
    try note(now, of: source, wave: completion.wave)
    if completion.stage == Stage.labelledInput.rawValue, let row = now.first,
      let instances = candidates[labelled], instances.allSatisfy({ $0.wave == completion.wave })
    {
      try note(
        instances.map { try $0.instance(of: row) }, of: labelled, wave: completion.wave)
    }
  }

  /// Keeps what a completion is read as now, if that is something else than at first.
  private mutating func note(_ now: [CandidateRow], of source: Source, wave: Int) throws {
    let before = candidates[source] ?? []
    if now.map(\.id) == before.map(\.id), now.map(\.parse) == before.map(\.parse) { return }
    try add(now, of: source, wave: before.isEmpty ? wave : nil)
  }

  /// Adds candidates, measured against the evaluation sets of today.
  private mutating func add(_ rows: [CandidateRow], of source: Source, wave: Int?) throws {
    let measured = try rows.map { row in
      if row.of == nil {
        instructions[row.id] = row.parsed(as: Parse.Instruction.self)?.instruction
      }
      let owner = row.of.map { instructions[$0] ?? "" }
      let overlap = evaluation?.overlap(of: row, instruction: owner)
      return row.withOverlap(try overlap.map { try JSONValue(encoding: $0) })
    }
    row.completions.append(
      ReadingRow.Completion(
        round: source.round, stage: source.stage, request: source.request, wave: wave,
        candidates: measured))
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

extension CandidateRow {
  /// The row with something else read from its completion.
  func reading(_ parse: some Encodable) throws -> CandidateRow {
    var row = self
    row.parse = try JSONValue(encoding: parse)
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
