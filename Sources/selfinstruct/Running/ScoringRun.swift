import LanguageModels
import LocalModels
import Storage

/// Scores continuations and writes the rows in the order of the requests.
struct ScoringRun: Sendable {
  let model: LocalModel

  /// Scores all requests; a signal ends it early, with those before the first gap written.
  ///
  /// - Throws: What the model throws, and `EarlyEnd.stopped` after a signal.
  func run(_ requests: [ScoringInput]) async throws {
    try await Interruption.cancelling {
      let progress = Progress()
      var rows = RowsInOrder()
      var done = 0
      for try await score in model.score(requests) {
        done += 1
        let ready = rows.take(row(score).encodedLine(), number: score.index)
        if !ready.isEmpty { progress.clear() }
        for row in ready { try Console.result(row) }
        progress.show("\(done) of \(requests.count) continuations")
      }
      progress.clear()
      if Task.isCancelled { throw EarlyEnd.stopped(written: rows.count, of: requests.count) }
    }
  }

  private func row(_ score: Score) -> JSONValue {
    [
      "sum_logprob": .double(score.sum),
      "tokens": .int(score.tokenLogProbabilities.count),
      "is_greedy": .bool(score.isGreedy),
      "token_logprobs": .array(score.tokenLogProbabilities.map(JSONValue.init(shortest:))),
    ]
  }
}
