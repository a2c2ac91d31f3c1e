import Filtering
import LanguageModels
import Prompts
import Randomness
import Storage
import TaskCorpus

/// Reads completions of one closed round again: what they were asked for follows from what was found.
struct RoundReader {
  private let reader: CompletionReader
  private let stream: RandomStream
  private let readsScores: Bool
  private let model: ModelIdentity

  /// - Returns: Nil if the round was asked with other prompts, or in a way that is not known here.
  init?(_ run: RunRow, round: Int, _ prompts: PromptSet) {
    guard run.prompts == prompts.hash,
      let configuration = try? GrowConfiguration(recorded: run.configuration),
      let model = try? run.model.decoded(as: ModelIdentity.self)
    else { return nil }
    self.model = model
    reader = CompletionReader(
      prompts: prompts, configuration: configuration,
      // Only models of this machine go on with a user's turn, and only they tell their precision.
      continuesTurn: !model.precision.isEmpty)
    stream = RandomStream(seed: configuration.seed).stream("round", round)
    readsScores = run.judgePrompt == prompts.judge.hash
  }

  /// - Parameters:
  ///   - before: What the completion was read as first.
  ///   - classified: Which instructions were classification when it was asked for.
  ///   - texts: Seeds and instructions by their ids.
  /// - Returns: Nil for a completion that cannot be read again.
  func candidates(
    in completion: CompletionRow, _ before: [CandidateRow], classified: [String: Bool],
    texts: [String: String]
  ) throws -> [CandidateRow]? {
    let text = completion.text ?? ""
    let finish = completion.finish.flatMap(FinishReason.init) ?? .stop
    guard let stage = Stage(rawValue: completion.stage) else { return nil }
    if stage == .instruction {
      return reader.configuration.instructions.method == .list
        ? try list(in: completion, text, finish, before)
        : try instruction(in: text, finish, before, texts)
    }
    guard let first = before.first else { return nil }
    switch stage {
    case .instances:
      let isLabel = first.of.flatMap { classified[$0] } == true
      return try instances(reader.instances(in: text, finish, isLabel ? .label : .open), before)
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

  /// A turn that a user was made to go on with, or to begin so.
  private func instruction(
    in text: String, _ finish: FinishReason, _ before: [CandidateRow], _ texts: [String: String]
  ) throws -> [CandidateRow]? {
    guard let row = before.first, let evidence = row.evidence(as: InstructionEvidence.self) else {
      return nil
    }
    var purpose = Ask.Purpose()
    (purpose.kind, purpose.opener) = (evidence.kind, evidence.opener)
    // First words of a task have no noun put in, though they may look so.
    let isOfTask = row.shown.contains { texts[$0]?.hasPrefix(evidence.opener) == true }
    purpose.noun =
      isOfTask ? "" : reader.prompts.opener.noun(in: evidence.opener, for: evidence.kind.opener)
    return try reader.instructions(in: text, finish, purpose).map { parse in
      var now = try row.reading(parse)
      let before = row.parsed(as: Parse.Instruction.self)?.instruction ?? ""
      // Another instruction is asked about anew: what was found is about the one before.
      if Matching.places(of: [parse.instruction], among: [before]) == [nil] { now.id += "-0" }
      return now
    }
  }

  /// The entries of a list. One that was there before keeps its id, with all that was asked about it.
  private func list(
    in completion: CompletionRow, _ text: String, _ finish: FinishReason, _ before: [CandidateRow]
  ) throws -> [CandidateRow] {
    let found = reader.instructions(in: text, finish, Ask.Purpose())
    let same = Matching.places(
      of: found.map(\.instruction),
      among: before.map { $0.parsed(as: Parse.Instruction.self)?.instruction ?? "" })
    var next = before.count
    return try zip(found, same).map { parse, place in
      if let place { return try before[place].reading(parse) }
      defer { next += 1 }
      return try row(of: completion, next).reading(parse)
    }
  }

  /// A row of a list entry that nobody saw before: it was compared with nothing when it was found.
  private func row(of completion: CompletionRow, _ index: Int) throws -> CandidateRow {
    var evidence = InstructionEvidence(
      finish: completion.finish ?? FinishReason.stop.rawValue, logProbability: nil, group: 0)
    if !model.precision.isEmpty, let sum = completion.logProbability, completion.scoredTokens > 0 {
      evidence.logProbability = sum / Double(completion.scoredTokens)
    }
    return CandidateRow(
      id: "r\(completion.round)-\(completion.request)-\(index)", round: completion.round,
      wave: completion.wave, stage: completion.stage, request: completion.request, parse: [:],
      evidence: try JSONValue(encoding: evidence), prompt: completion.prompt,
      model: completion.model ?? model.fingerprint,
      sampling: try JSONValue(encoding: reader.configuration.instructions.sampling))
  }

  /// Instances that came in one completion; one that was there before keeps its id, and its score.
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
    let earlier = wasEmpty ? [] : before
    func key(_ instance: Parse.Instance) -> String { instance.input + "\u{0}" + instance.output }
    let same = Matching.places(
      of: found.map(key),
      among: earlier.map { $0.parsed(as: Parse.Instance.self).map(key) ?? "" })
    let draws = stream.stream(Stage.instances.rawValue, first.request).stream("choice")
    var next = earlier.count
    return try zip(found, same).map { instance, place in
      if let place { return try earlier[place].reading(instance) }
      defer { next += 1 }
      var now = InstanceEvidence(
        finish: FinishReason.stop.rawValue, logProbability: evidence.logProbability,
        draw: draws.uniform(at: UInt64(next)))
      now.awaitsJudge = evidence.awaitsJudge
      var row = try first.reading(instance)
      row.id = "\(id)-\(next)"
      row.evidence = try JSONValue(encoding: now)
      return row
    }
  }
}

/// Which of some texts were there before.
private enum Matching {
  /// For each text the place of the one before that is the same, else of one of which it is a
  /// beginning or the other way round; each is taken once.
  static func places(of texts: [String], among before: [String]) -> [Int?] {
    var places = [Int?](repeating: nil, count: texts.count)
    var free = Set(before.indices)
    func match(_ fits: (String, String) -> Bool) {
      for (index, text) in texts.enumerated() where places[index] == nil {
        let place = before.indices.first { free.contains($0) && fits(text, before[$0]) }
        guard let place else { continue }
        places[index] = place
        free.remove(place)
      }
    }
    match(==)
    match { !$0.isEmpty && !$1.isEmpty && ($0.hasPrefix($1) || $1.hasPrefix($0)) }
    return places
  }
}
