import Bootstrapping
import Filtering
import Foundation
import LanguageModels
import Storage
import TaskCorpus
import Training

/// What a run says of the tasks it made.
enum GrowReport {
  /// How far a round is, in one line.
  static func line(_ state: GrowProgress, _ spending: SpendingMeter) -> String {
    let funnel = state.funnel
    let left = state.secondsLeft.map { ", \(duration($0)) left" } ?? ""
    return "round \(state.round): \(state.taken) of \(state.tasks) tasks, "
      + "\(funnel.instructionsKept) of \(funnel.instructions) instructions kept, wave "
      + "\(state.waves + 1) at \(state.answered) of \(state.asked), "
      + "\(Int(state.tokensPerSecond)) tokens a second\(left)\(forecast(state, spending))"
  }

  /// What is spent and what the round will have taken at the pace so far, where there are prices or
  /// limits.
  private static func forecast(_ state: GrowProgress, _ spending: SpendingMeter) -> String {
    guard spending.cost > 0 || !spending.limits.isEmpty else { return "" }
    let tokens = Double(state.promptTokens + state.tokens)
    func amounts(_ share: Double) -> String {
      let cost = spending.cost * share
      return "\(Int(tokens * share)) tokens"
        + (cost > 0 ? ", cost \(SpendingMeter.money(cost))" : "")
    }
    guard state.takenNow > 0 else { return ", \(amounts(1))" }
    let share = Double(state.tasks - state.taken) / Double(state.takenNow)
    return ", \(amounts(1)); \(amounts(share)) more to come"
  }

  /// The rounds with their funnels, a few tasks, and where they are.
  static func text(
    _ outcome: GrowOutcome, _ decisions: [ImprovementText.Decision], _ corpus: CorpusDirectory,
    _ spending: SpendingMeter
  ) throws -> String {
    var rounds = outcome.rounds.map(text)
    // A decision stands after its round, or before all where that was grown earlier.
    for decision in decisions {
      let place = outcome.rounds.firstIndex { $0.round > decision.round } ?? outcome.rounds.count
      let earlier = decisions.count { $0.round < decision.round }
      rounds.insert(
        ImprovementText.text(of: decision, in: ModelsFolder(corpus.path + "/models")),
        at: min(place + earlier, rounds.count))
    }
    let new = outcome.rounds.reduce(0) { $0 + ($1.work == .answers ? 0 : $1.tasks) }
    let examples = try examples(of: corpus, last: new).map(text)
    let cost = spending.cost > 0 ? ", cost \(SpendingMeter.money(spending.cost))" : ""
    let place = "\(corpus.tasksPath): \(tasks(outcome.tasks)) in all\(cost)"
    return (rounds + examples + [place]).joined(separator: "\n\n")
  }

  /// The same as one object.
  static func json(
    _ outcome: GrowOutcome, _ decisions: [ImprovementText.Decision], _ corpus: CorpusDirectory,
    _ spending: SpendingMeter
  ) throws -> JSONValue {
    [
      "added": .int(outcome.added), "promptTokens": .int(outcome.promptTokens),
      "tokens": .int(outcome.tokens), "cost": .double(spending.cost),
      "limit": outcome.limit.map { .string($0.limit.rawValue) } ?? .null,
      "corpus": .string(corpus.path), "ending": .string(outcome.ending.rawValue),
      "tasks": .int(outcome.tasks),
      "improvements": .array(
        try decisions.map { round, record in
          ["round": .int(round), "improvement": try JSONValue(encoding: record)]
        }),
      "rounds": .array(
        try outcome.rounds.map { round in
          [
            "round": .int(round.round), "work": .string(round.work.rawValue),
            "closed": .bool(round.isClosed),
            "tasks": .int(round.tasks), "funnel": try JSONValue(encoding: round.funnel),
            "seconds": .double((round.seconds * 1000).rounded() / 1000),
            "stageSeconds": .object(
              secondsByStage(round.stageSeconds).mapValues { seconds in
                .double((seconds * 1000).rounded() / 1000)
              }),
            "manifest": .string(round.manifestPath),
          ]
        }),
    ]
  }

  /// So many tasks, in words.
  static func tasks(_ count: Int) -> String { "\(count) task\(count == 1 ? "" : "s")" }

  /// Why a run ended before its rounds were full; nil if they are.
  static func earlyEnd(_ outcome: GrowOutcome, _ corpus: CorpusDirectory) -> EarlyEnd? {
    switch outcome.ending {
    case .done: nil
    case .stopped:
      EarlyEnd(
        code: .stopped, message: "stopped; the same command goes on where this ended")
    case .limited:
      EarlyEnd(
        code: .stopped,
        message: "stopped by --\(outcome.limit?.limit.rawValue ?? "limit"): "
          + "\(outcome.limit?.description ?? ""); the same command goes on where this ended")
    case .collapsed:
      EarlyEnd(
        code: .collapsed,
        message: "error: \(corpus.path): nothing more is being accepted; expected "
          + (outcome.rounds.last?.work == .answers ? "other answers" : "new tasks") + "\n"
          + (outcome.stall.map(text) ?? ""))
    }
  }

  /// Why nothing more is being accepted, and what may help.
  private static func text(_ stall: StallDiagnosis) -> String {
    var lines: [String] = []
    if stall.instructions > 0 {
      lines.append("  of the last \(stall.instructions) instructions none came to a task")
    }
    for cause in stall.causes {
      let share = Int((100 * Double(cause.count) / Double(max(1, stall.instructions))).rounded())
      lines.append(
        "  \(padded("\(share)%", 4))  \(cause.rule.rawValue): \(cause.evidence), as for "
          + quoted(cause.example))
    }
    for breeder in stall.breeders {
      lines.append(
        "  seed \(quoted(breeder.seed)) led to \(breeder.count) that are near copies: "
          + quoted(breeder.instruction))
    }
    if let hurdle = stall.lastHurdle {
      lines.append(
        "  of \(stall.kept) that were kept \(hurdle.count) ended by \(hurdle.rule.rawValue): "
          + "\(hurdle.evidence), as for \(quoted(hurdle.example))")
    }
    let rule = (stall.lastHurdle ?? stall.causes.first)?.rule
    let way =
      switch rule {
      case .novelty:
        "add seeds on other subjects, or raise instructions.sampling.temperature (of classification "
          + "tasks instructions.labelSampling.temperature)"
      case .judge: "lower rules.judge.minimum in selfinstruct.json, or take another judge"
      default:
        "loosen \(rule.map { "rules.\(setting($0))" } ?? "the rules") in selfinstruct.json, or "
          + "take a stronger model"
      }
    return (lines + ["  help: \(way); or end the round as it is with --close-round"])
      .joined(separator: "\n")
  }

  /// The key of a rule's setting: `copiedInput` for `copied-input`.
  private static func setting(_ rule: RuleName) -> String {
    let words = rule.rawValue.split(separator: "-")
    return words.prefix(1).joined() + words.dropFirst().map(\.capitalized).joined()
  }

  private static func text(_ round: RoundSummary) -> String {
    let funnel = round.funnel
    let read = funnel.stages.reduce(0) { $0 + $1.answered }
    // An earlier round may have asked for more than it needed.
    let isSurplus = read == 0 && round.tasks > 0
    let source = isSurplus ? "what an earlier round had left" : "\(read) answers"
    var lines = [
      "round \(round.round): \(tasks(round.tasks)) \(round.work == .answers ? "answered again " : "")"
        + "from \(source) in \(duration(round.seconds))"
        + (round.isClosed ? "" : ", unfinished"),
      isSurplus ? "" : leftovers(round),
      row("instructions", funnel.instructions, "kept", funnel.instructionsKept),
      drops(funnel.instructionsDropped),
      row("followed up", funnel.itemsSettled, "with an instance", funnel.tasksFinished),
      drops(funnel.itemsDropped),
      "  " + padded("instances") + padded("\(funnel.instances)", 8),
      drops(funnel.instancesDropped),
      "  " + padded("tokens") + padded("\(funnel.promptTokens)", 8) + "  of prompts"
        + padded("\(funnel.tokens)", 8) + "  of answers",
      times(round.stageSeconds),
    ]
    lines.removeAll(where: \.isEmpty)
    return lines.joined(separator: "\n")
  }

  /// Tasks that an earlier round had finished and not taken, and those that this one leaves.
  private static func leftovers(_ round: RoundSummary) -> String {
    let own = round.funnel.tasksFinished - round.funnel.surplus
    let counts = [
      round.tasks > own ? "\(round.tasks - own) of them left over by earlier rounds" : nil,
      round.funnel.surplus > 0 ? "\(round.funnel.surplus) more left for the next" : nil,
    ].compactMap(\.self)
    return round.work == .answers || counts.isEmpty ? "" : "  " + counts.joined(separator: ", ")
  }

  private static func row(_ name: String, _ count: Int, _ verb: String, _ kept: Int) -> String {
    "  " + padded(name) + padded("\(count)", 8) + padded("\(kept)", 8) + "  \(verb)"
  }

  private static func drops(_ counts: [Funnel.RuleCount]) -> String {
    if counts.isEmpty { return "" }
    let most = counts.sorted { $0.count > $1.count }
    return "    dropped by "
      + most.map { "\($0.rule.rawValue) \($0.count)" }.joined(separator: ", ")
  }

  /// What each stage took, longest first.
  private static func times(_ times: [RoundManifest.StageTime]) -> String {
    if times.isEmpty { return "" }
    let longest = times.sorted { $0.seconds > $1.seconds }
    return "  " + padded("time")
      + longest.map { "\($0.stage.rawValue) \(duration($0.seconds))" }.joined(separator: ", ")
  }

  /// What each stage took; a manifest that was edited may name one more than once.
  private static func secondsByStage(_ times: [RoundManifest.StageTime]) -> [String: Double] {
    Dictionary(times.map { ($0.stage.rawValue, $0.seconds) }, uniquingKeysWith: +)
  }

  /// Up to three tasks, spread over the last ones.
  private static func examples(
    of corpus: CorpusDirectory, last count: Int
  ) throws -> [InstructionTask] {
    guard FileManager.default.fileExists(atPath: corpus.tasksPath) else { return [] }
    let rows = Array(try JSONLines.read(corpus.tasksPath).suffix(count))
    let places = Set([0, rows.count / 2, rows.count - 1].filter(rows.indices.contains))
    return try places.sorted().map { try InstructionTask(json: rows[$0].json()) }
  }

  private static func text(_ task: InstructionTask) -> String {
    var lines = ["task:   " + indented(task.instruction)]
    if let instance = task.instances.first {
      if !instance.input.isEmpty { lines.append("input:  " + indented(instance.input)) }
      lines.append("output: " + indented(instance.output))
    }
    return lines.joined(separator: "\n")
  }

  private static func indented(_ text: String) -> String {
    text.replacing("\n", with: "\n        ")
  }

  private static func padded(_ text: String, _ width: Int = -14) -> String {
    let fill = String(repeating: " ", count: max(0, abs(width) - text.count))
    return width < 0 ? text + fill : fill + text
  }

  /// A time in words.
  static func duration(_ seconds: Double) -> String {
    // A manifest may hold any number, also one that no integer can be.
    let whole = seconds.isNaN ? 0 : Int(min(max(seconds, 0), 1e15).rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole / 60 % 60) min"
  }
}
