import Filtering
import LanguageModels
import Prompts
import Randomness
import Storage
import TaskCorpus

extension BootstrapState {
  /// The candidates that the completions of a wave propose, in request order.
  mutating func read(_ replies: [Reply], of wave: Wave) throws -> [CandidateRow] {
    var rows: [CandidateRow] = []
    var done: Set<String> = []
    for reply in replies {
      switch reply.ask.key.stage {
      // The opener alone is no instruction.
      case .instruction where reply.finishReason == .failed: break
      case .instruction:
        let found = try measured(instructions(in: reply, of: wave))
        if ranksInUserTurn { unranked += found } else { rows += found }
      case .calibration, .ranking: break
      case .labels: rows.append(try labels(in: reply, wave))
      case .input: rows += try measured([input(in: reply, wave)])
      case .labelledInput: rows += try measured(labelledInput(in: reply, wave))
      case .answer: rows += try measured([answer(in: reply, wave)])
      case .judge: rows.append(try judgement(in: reply, wave))
      case .instances: rows += try measured(instances(in: reply, wave))
      case .classification, .inputNeed, .label:
        // Several likelihoods make one decision, which stands where the first of them stood.
        guard let item = reply.ask.purpose.item else { break }
        let stage = reply.ask.key.stage
        guard done.insert(stage.rawValue + item).inserted else { break }
        let group = replies.filter { $0.ask.purpose.item == item && $0.ask.key.stage == stage }
        rows += try stage == .label ? measured(labelled(group, wave)) : [decision(group, wave)]
      }
    }
    return rows
  }

  /// Rows with what they have in common with the evaluation sets among their evidence.
  private mutating func measured(_ rows: [CandidateRow]) throws -> [CandidateRow] {
    guard evaluation != nil else { return rows }
    return try rows.map { row in
      let owner = row.of.map { corpus.item($0)?.instruction ?? "" }
      let overlap = evaluation?.overlap(of: row, instruction: owner)
      return row.withOverlap(try overlap.map { try JSONValue(encoding: $0) })
    }
  }

  /// The instructions that a wave has scored, with their likelihood in a bare user turn.
  func ranked(_ replies: [Reply], of wave: Wave) throws -> [CandidateRow] {
    var scores: [String: Double] = [:]
    for reply in replies where reply.ask.key.stage == .ranking {
      if let id = reply.ask.purpose.item { scores[id] = reply.meanLogProbability }
    }
    return try wave.ranked.map { row in
      guard var evidence = row.evidence(as: InstructionEvidence.self) else { return row }
      evidence.userTurn = scores[row.id]
      var ranked = row
      ranked.evidence = try JSONValue(encoding: evidence)
      return ranked
    }
  }

  private func instructions(in reply: Reply, of wave: Wave) throws -> [CandidateRow] {
    let ask = reply.ask
    var evidence = InstructionEvidence(
      finish: reply.finish, logProbability: likelihood(reply),
      opener: ask.purpose.opener, topic: ask.purpose.topic, kind: ask.purpose.kind,
      group: wave.groups[ask.purpose.kind, default: 0])
    if configuration.classification.method == .kind, context.hasLabels {
      evidence.isClassification = ask.purpose.kind == .label
    }
    let found = reader.instructions(in: reply.text, reply.finishReason, ask.purpose)
    return try found.enumerated().map { index, parse in
      var evidence = evidence
      evidence.relevance = context.vocabulary.share(
        of: String(parse.instruction.dropFirst(ask.purpose.opener.count)))
      (evidence.nearest, evidence.meanSimilarity) = corpus.pool.neighbourhood(
        of: parse.instruction)
      var id = "r\(context.round)-\(ask.key.number)"
      if configuration.instructions.method == .list { id += "-\(index)" }
      return row(
        id, reply, wave, parse: try JSONValue(encoding: parse),
        evidence: try JSONValue(encoding: evidence))
    }
  }

  /// A yes or no from likelihoods or from a text.
  private func decision(_ group: [Reply], _ wave: Wave) throws -> CandidateRow {
    let reply = group[0]
    let stage = reply.ask.key.stage
    var evidence: [String: JSONValue] = [:]
    let answer: Parse.Answer
    if reply.row.text == nil {
      let odds = group.reduce(0) { sum, reply in
        sum + (reply.ask.purpose.yes ? 1 : -1) * (reply.row.logProbability ?? 0)
      }
      let base = calibration[stage] ?? 0
      answer = Parse.Answer(odds - base > configuration.question(stage).threshold)
      evidence = ["logOdds": .double(odds), "calibration": .double(base)]
    } else {
      answer = reader.answer(to: stage, in: reply.text)
      evidence = ["text": .string(reply.text)]
    }
    return row(
      follower(reply), reply, wave, parse: try JSONValue(encoding: answer),
      evidence: .object(evidence))
  }

  private func labels(in reply: Reply, _ wave: Wave) throws -> CandidateRow {
    let labels = reader.labels(in: reply.text, reply.finishReason)
    return row(
      follower(reply), reply, wave, parse: try JSONValue(encoding: labels),
      evidence: try evidence(of: reply, text: ""))
  }

  private func input(in reply: Reply, _ wave: Wave) throws -> CandidateRow {
    let parse = reader.input(in: reply.text)
    return row(
      follower(reply), reply, wave, parse: try JSONValue(encoding: parse),
      evidence: try evidence(of: reply, text: parse.input))
  }

  /// An input made for a label; where the model cannot score, it is an instance at once.
  private func labelledInput(in reply: Reply, _ wave: Wave) throws -> [CandidateRow] {
    let label = reply.ask.purpose.label
    let found = reader.input(in: reply.text, for: label)
    let evidence = try evidence(of: reply, text: found.input)
    var rows = [
      row(
        follower(reply), reply, wave, parse: try JSONValue(encoding: found), evidence: evidence)
    ]
    if !context.capabilities.scores {
      let parse = try JSONValue(encoding: Parse.Instance(input: found.input, output: label))
      var instance = row(
        follower(reply, stage: .label), reply, wave, parse: parse, evidence: evidence)
      instance.stage = Stage.label.rawValue
      rows.append(instance)
    }
    return rows
  }

  /// The inputs made for labels as instances, each with how sure the model is of its label.
  private func labelled(_ group: [Reply], _ wave: Wave) throws -> [CandidateRow] {
    guard let item = group[0].ask.purpose.item.flatMap({ corpus.item($0) }) else { return [] }
    let scores = LabelScores(group)
    return try item.followers(.labelledInput).compactMap { source in
      guard let parse = source.parsed(as: Parse.Input.self), let label = parse.label,
        var evidence = source.evidence(as: InstanceEvidence.self),
        let probability = scores.probability(of: label, after: parse.input)
      else { return nil }
      evidence.probability = probability
      // The input may be of a round with another judge, or without one.
      evidence.awaitsJudge = awaitsJudge
      var found = row(
        "\(item.id)/label-\(source.request)", group[0], wave,
        parse: try JSONValue(encoding: Parse.Instance(input: parse.input, output: label)),
        evidence: try JSONValue(encoding: evidence))
      found.request = source.request
      return found
    }
  }

  private func answer(in reply: Reply, _ wave: Wave) throws -> CandidateRow {
    let parse = reader.answer(in: reply.text, to: reply.ask.purpose.input)
    return row(
      follower(reply), reply, wave, parse: try JSONValue(encoding: parse),
      evidence: try evidence(of: reply, text: parse.output))
  }

  private func judgement(in reply: Reply, _ wave: Wave) throws -> CandidateRow {
    let score = reader.score(in: reply.text, of: reply.ask.purpose.instance)
    var evidence: [String: JSONValue] = ["text": .string(reply.text)]
    evidence["failure"] = reply.row.failure.map(JSONValue.string)
    return row(
      follower(reply), reply, wave, parse: try JSONValue(encoding: score),
      evidence: .object(evidence))
  }

  /// All instances of one completion; a row that holds nothing if there are none.
  private func instances(in reply: Reply, _ wave: Wave) throws -> [CandidateRow] {
    let found = reader.instances(in: reply.text, reply.finishReason, reply.ask.purpose.kind)
    if found.isEmpty {
      let evidence = try evidence(of: reply, text: "")
      return [row(follower(reply), reply, wave, parse: [:], evidence: evidence)]
    }
    let draws = context.stream(reply.ask.key).stream("choice")
    return try found.enumerated().map { index, instance in
      var evidence = InstanceEvidence(
        finish: FinishReason.stop.rawValue, logProbability: likelihood(reply),
        draw: draws.uniform(at: UInt64(index)))
      evidence.awaitsJudge = awaitsJudge
      return row(
        follower(reply) + "-\(index)", reply, wave, parse: try JSONValue(encoding: instance),
        evidence: try JSONValue(encoding: evidence))
    }
  }
}

extension BootstrapState {
  private var reader: CompletionReader {
    CompletionReader(
      prompts: context.prompts, configuration: configuration,
      continuesTurn: context.capabilities.continuesAnyTurn)
  }

  private func evidence(of reply: Reply, text: String) throws -> JSONValue {
    let overlaps = reply.ask.purpose.shownTexts.map { corpus.pool.overlap(of: $0, and: text) }
    var evidence = InstanceEvidence(
      finish: reply.finish, logProbability: likelihood(reply), shownOverlap: overlaps.max() ?? 0)
    evidence.awaitsJudge = awaitsJudge
    return try JSONValue(encoding: evidence)
  }

  /// How likely what was written is, as evidence. A model that scores no given texts may still tell
  /// it of its own, but then not of all that it would be compared with, so it is left to the
  /// completion's row.
  private func likelihood(_ reply: Reply) -> Double? {
    context.models[reply.ask.key.stage].capabilities.scores ? reply.meanLogProbability : nil
  }

  /// Whether instances that are found now count only once a judge has seen them; nil if not.
  private var awaitsJudge: Bool? { context.models.judge == nil ? nil : true }

  /// The id of what a request found for an instruction.
  private func follower(_ reply: Reply, stage: Stage? = nil) -> String {
    let key = reply.ask.key
    // What may be asked in several rounds names the round, as each counts its requests from 0.
    let round = answersOnly || key.stage == .judge ? "r\(context.round)-" : ""
    return "\(reply.ask.purpose.item ?? "")/\(round)\((stage ?? key.stage).rawValue)-\(key.number)"
  }

  private func row(
    _ id: String, _ reply: Reply, _ wave: Wave, parse: JSONValue, evidence: JSONValue
  ) -> CandidateRow {
    let ask = reply.ask
    var sampling = JSONValue.null
    if case .generate(let request) = ask.body {
      sampling = (try? JSONValue(encoding: request.sampling)) ?? .null
    }
    return CandidateRow(
      id: id, round: context.round, wave: wave.number, stage: ask.key.stage.rawValue,
      request: ask.key.number, of: ask.purpose.item, parse: parse, evidence: evidence,
      shown: ask.shown, prompt: ask.prompt,
      model: reply.row.model ?? context.models[ask.key.stage].identity.fingerprint,
      sampling: sampling)
  }
}
