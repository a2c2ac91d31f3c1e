import Bootstrapping
import Storage
import TaskCorpus

/// Grows a corpus and says what came of it.
struct GrowRun: Sendable {
  let grower: Grower
  let session: ModelSession
  /// Writes one object of JSON instead of text.
  let asJSON: Bool

  /// Grows rounds; the first signal stops in good order.
  ///
  /// - Throws: What the grower throws, and `EarlyEnd` if a round is not full.
  func grow(rounds: Int) async throws {
    let progress = Progress()
    let stop = StopSignal()
    let outcome = try await Interruption.handling(
      stop: { stop.give() },
      during: {
        try await grower.run(rounds: rounds, stop: stop) { Self.tell($0, progress) }
      })
    progress.clear()
    try Console.result(
      asJSON
        ? try GrowReport.json(outcome, grower.corpus).encodedLine()
        : try GrowReport.text(outcome, grower.corpus))
    if let early = GrowReport.earlyEnd(outcome, grower.corpus) { throw early }
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

  private static func tell(_ event: GrowEvent, _ progress: Progress) {
    switch event {
    case .notice(let text):
      progress.clear()
      Console.note("note: \(text)")
    case .opened(let round, let tasks, let waves):
      progress.clear()
      let resumed = waves > 0 ? ", going on after wave \(waves)" : ""
      Console.note("round \(round): \(GrowReport.tasks(tasks)) wanted\(resumed)")
    case .progress(let state): progress.show(GrowReport.line(state))
    case .closed(let round, let tasks):
      progress.clear()
      Console.note("round \(round): ended with \(GrowReport.tasks(tasks))")
    }
  }
}
