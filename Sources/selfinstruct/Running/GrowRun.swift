import Bootstrapping
import Foundation
import LanguageModels
import Storage
import TaskCorpus

/// Grows a corpus and says what came of it.
struct GrowRun: Sendable {
  let grower: Grower
  /// What the grower's models spend.
  let account: SpendingAccount
  /// Writes one object of JSON instead of text.
  let asJSON: Bool
  /// Whether nobody watches: what was done is then written down, too.
  let isNight: Bool

  /// Grows rounds, or as many as a target takes; the first signal stops in good order.
  ///
  /// - Throws: What the grower throws, and `EarlyEnd` if a round is not full.
  func grow(rounds: Int, target: Int?, answersOnly: Bool) async throws {
    let began = Date()
    let outcome = try await Self.noting(isNight: isNight, of: grower.corpus, account, asJSON) {
      try await outcomeOfRounds(rounds, target, answersOnly: answersOnly)
    }
    try Self.tell(outcome, [], of: grower.corpus, account, asJSON, isNight: isNight, since: began)
  }

  /// Says what came of a run, and writes it down where nobody watches.
  ///
  /// - Throws: `EarlyEnd` if a round is not full.
  static func tell(
    _ outcome: GrowOutcome, _ decisions: [ImprovementText.Decision], of corpus: CorpusDirectory,
    _ account: SpendingAccount, _ asJSON: Bool, isNight: Bool, since began: Date
  ) throws {
    try Console.result(
      asJSON
        ? try GrowReport.json(outcome, decisions, corpus, account.spending).encodedLine()
        : try GrowReport.text(outcome, decisions, corpus, account.spending))
    let early = GrowReport.earlyEnd(outcome, corpus)
    let isPlanned = isNight && outcome.ending == .limited
    if isNight {
      try noteNight(
        began, outcome, isPlanned ? .done : early?.code ?? .done, of: corpus,
        account.spending.cost)
    }
    guard let early else { return }
    if isPlanned { return Console.note(early.message) }
    throw early
  }

  /// Shows what would be asked, and what it would take.
  func dryRun(rounds: Int, target: Int?, answersOnly: Bool) throws {
    let tasks = try CorpusStatus(of: grower.corpus).tasks
    let forecast =
      answersOnly
      ? try grower.forecastOfAnswers()
      : grower.forecast(rounds: rounds, target: target, tasks: tasks)
    let requests = try DryRun.requests(of: grower)
    for request in requests where !answersOnly || [.answer, .judge].contains(request.stage) {
      try Console.result(asJSON ? request.json.encodedLine() : request.text)
    }
    let limits = account.spending.limits
    try Console.result(
      asJSON
        ? JSONValue.object(["forecast": ForecastText.json(forecast, limits)]).encodedLine()
        : ForecastText.line(forecast, limits))
    Console.note("nothing was asked and nothing was written")
  }

  /// Grows rounds, saying only how far it is.
  func outcomeOfRounds(
    _ rounds: Int, _ target: Int?, answersOnly: Bool
  ) async throws -> GrowOutcome {
    let progress = Progress()
    let stop = StopSignal()
    defer { progress.clear() }
    return try await Interruption.handling(
      stop: { stop.give() },
      during: {
        try await grower.run(
          rounds: rounds, target: target, answersOnly: answersOnly, stop: stop
        ) { event in
          Self.tell(event, account, progress)
        }
      })
  }

  private static func noteNight(
    _ began: Date, _ outcome: GrowOutcome, _ code: Outcome.Code, of corpus: CorpusDirectory,
    _ cost: Double
  ) throws {
    try NightRow(
      began: began, seconds: Date().timeIntervalSince(began), ending: outcome.ending.rawValue,
      reason: outcome.limit?.limit.rawValue, code: Int(code.rawValue), added: outcome.added,
      tasks: outcome.tasks, instructions: outcome.instructions,
      promptTokens: outcome.promptTokens, tokens: outcome.tokens, cost: cost
    ).append(to: corpus)
  }

  /// Works, and of a night that fails leaves a row; one that found another at work leaves no trace.
  static func noting<Result>(
    isNight: Bool, of corpus: CorpusDirectory, _ account: SpendingAccount, _ asJSON: Bool,
    _ work: () async throws -> Result
  ) async throws -> Result {
    let began = Date()
    do {
      return try await work()
    } catch {
      let outcome = Outcome(of: error)
      if isNight, outcome.code != .locked {
        let row = row(began, outcome, of: corpus, account.spending)
        if corpus.hasLedger { try? row.append(to: corpus) }
        // Who is notified of nights gets what it failed with.
        if asJSON { try? Console.result(JSONValue(encoding: row).encodedLine()) }
      }
      throw error
    }
  }

  private static func row(
    _ began: Date, _ outcome: Outcome, of corpus: CorpusDirectory, _ spent: SpendingMeter
  ) -> NightRow {
    NightRow(
      began: began, seconds: Date().timeIntervalSince(began), ending: "failed",
      reason: outcome.message, code: Int(outcome.code.rawValue),
      tasks: (try? CorpusStatus(of: corpus))?.tasks ?? 0,
      promptTokens: spent.spent.prompt, tokens: spent.spent.completion, cost: spent.cost)
  }

  /// Sees to it that no other run has the corpus, before anything is asked.
  static func requireFree(_ corpus: CorpusDirectory) throws {
    guard corpus.hasLedger else { return }
    let lock = try corpus.lock()
    withExtendedLifetime(lock) {}
  }

  /// So many seconds may getting ready take in any case.
  private static let grace = 10.0

  /// Gets ready; at the end of the time that a run has, gives that up.
  static func inTime<Ready: Sendable>(
    _ limits: SpendingLimits, _ work: @escaping @Sendable () async throws -> Ready
  ) async throws -> Ready {
    guard let end = limits.end else { return try await work() }
    let soonest = Date().addingTimeInterval(grace)
    return try await working(
      until: max(end.date, soonest),
      else: EarlyEnd(
        code: .failed,
        message:
          "error: --\(end.limit.rawValue): the time is up and not every model has answered; "
          + "expected models that do"), work)
  }

  /// Works until a time; then the work is cancelled.
  ///
  /// - Parameter end: Nil for no end.
  /// - Throws: `failure` when the time is up; what the work throws.
  static func working<Success: Sendable>(
    until end: Date?, else failure: any Error,
    _ work: @escaping @Sendable () async throws -> Success
  ) async throws -> Success {
    guard let end else { return try await work() }
    return try await withThrowingTaskGroup(of: Success.self) { group in
      group.addTask { try await work() }
      group.addTask {
        try await Task.sleep(for: .seconds(max(0, end.timeIntervalSinceNow)))
        throw failure
      }
      defer { group.cancelAll() }
      guard let success = try await group.next() else { throw CancellationError() }
      return success
    }
  }

  /// Ends an unfinished round.
  static func closeRound(_ corpus: CorpusDirectory, asJSON: Bool) throws {
    guard let closed = try RoundClosing.close(corpus) else {
      return try Console.result(
        asJSON ? "{}" : "\(corpus.path): no round is unfinished; nothing to close")
    }
    let summary: JSONValue = ["round": .int(closed.round), "tasks": .int(closed.tasks)]
    try Console.result(
      asJSON ? summary.encodedLine() : "round \(closed.round) is closed with \(closed.tasks) tasks")
  }

  /// Shows every stage on a few prompts.
  func preview(_ count: Int) async throws {
    let steps = try await Interruption.cancelling {
      try await Preview.run(grower, count: count)
    }
    for step in steps {
      try Console.result(asJSON ? step.json.encodedLine() : step.text)
    }
    let stages = Set(steps.map(\.stage))
    if stages.isSubset(of: [.instruction, .ranking]) {
      Console.note(
        "note: the rules dropped all \(count), so the later stages had nothing to do; try more, as "
          + "--preview \(4 * count)")
    }
    Console.note("nothing was written")
  }

  private static func tell(_ event: GrowEvent, _ account: SpendingAccount, _ progress: Progress) {
    switch event {
    case .notice(let text):
      progress.clear()
      Console.note("note: \(text)")
    case .forecast(let forecast):
      Console.note(ForecastText.line(forecast, account.spending.limits))
    case .opened(let round, let work, let tasks, let waves):
      progress.clear()
      let resumed = waves > 0 ? ", going on after wave \(waves)" : ""
      Console.note("round \(round): \(GrowReport.tasks(tasks)) \(work.wish)\(resumed)")
    case .progress(let state): progress.show(GrowReport.line(state, account.spending))
    case .closed(let round, let tasks):
      progress.clear()
      Console.note("round \(round): ended with \(GrowReport.tasks(tasks))")
    }
  }
}

extension RoundWork {
  /// What is wanted of tasks, as it stands after their number.
  fileprivate var wish: String {
    switch self {
    case .newTasks: "wanted"
    case .completion: "to complete"
    case .answers: "to answer again"
    }
  }
}
