import LanguageModels
import Storage

/// Continues prompts and writes the answers in the order of the requests.
struct GenerationRun: Sendable {
  let session: ModelSession
  /// Writes rows of JSON instead of texts.
  let asJSON: Bool
  /// Rows of JSON say the ids of prompt and completion and how likely each of the latter was.
  let tellsLogProbabilities: Bool

  /// Answers all requests; a signal ends it early, with those before the first gap written.
  ///
  /// - Throws: What the model throws, and `EarlyEnd.stopped` after a signal.
  func run(_ requests: [GenerationRequest]) async throws {
    try await Interruption.cancelling {
      let progress = Progress()
      var rows = RowsInOrder()
      var done = 0
      for try await answer in session.model.generate(requests) {
        done += 1
        let row = text(answer, requests[answer.index], of: requests.count)
        let ready = rows.take(row, number: answer.index)
        if !ready.isEmpty { progress.clear() }
        for row in ready { try Console.result(row) }
        progress.show("\(done) of \(requests.count) answers, \(session.pace)")
      }
      progress.clear()
      if Task.isCancelled { throw EarlyEnd.stopped(written: rows.count, of: requests.count) }
    }
  }

  private func text(
    _ answer: Generation, _ request: GenerationRequest, of count: Int
  ) -> String {
    if asJSON { return row(answer, request.prompt).encodedLine() }
    if let failure = answer.failure { Console.note("request \(answer.index + 1): \(failure)") }
    return count == 1 ? answer.text : "[\(answer.index + 1)]\n\(answer.text)\n"
  }

  private func row(_ answer: Generation, _ prompt: Prompt) -> JSONValue {
    var row: [String: JSONValue] = [
      "completion": .string(answer.text),
      "finish_reason": .string(answer.finishReason.rawValue),
      "tokens": .int(answer.completionTokens),
    ]
    row["error"] = answer.failure.map(JSONValue.string)
    if tellsLogProbabilities {
      row["prompt_ids"] = .array(answer.promptIDs.map { .int(Int($0)) })
      row["token_ids"] = .array(answer.tokens.map { .int(Int($0)) })
      row["token_logprobs"] = .array(answer.tokenLogProbabilities.map(JSONValue.init(shortest:)))
    }
    switch prompt {
    case .completion(let text): row["prompt"] = .string(text)
    case .chat(let turns, let open):
      let all = open.content.isEmpty ? turns : turns + [open]
      row["messages"] = .array(
        all.map { ["role": .string($0.role.rawValue), "content": .string($0.content)] })
    }
    return .object(row)
  }
}
