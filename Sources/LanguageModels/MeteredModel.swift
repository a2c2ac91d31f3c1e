import Foundation

/// A model that is asked nothing more once a limit of spending would be passed.
///
/// Requests reach the model behind it a window at a time. When the next one might pass a limit,
/// what is underway is waited for, and the stream ends with `LimitReached`; at the end of the time
/// it does so at once.
package final class MeteredModel: LanguageModel {
  package var capabilities: ModelCapabilities { model.capabilities }
  package var identity: ModelIdentity { model.identity }

  private let model: any LanguageModel
  private let window: Int
  private let now: @Sendable () -> Date
  package let account: SpendingAccount

  /// - Parameters:
  ///   - account: What is spent, maybe by other models too, and may be.
  ///   - window: How many requests of one call are underway at most.
  ///   - now: The clock that the limits' end is compared with.
  package init(
    _ model: any LanguageModel, _ account: SpendingAccount, window: Int,
    now: @escaping @Sendable () -> Date = { Date() }
  ) {
    self.model = model
    self.window = max(1, window)
    self.now = now
    self.account = account
  }

  package func generate(
    _ requests: [GenerationRequest]
  ) -> AsyncThrowingStream<Generation, any Error> {
    metered(
      requests.map { ($0.prompt.byteCount, $0.maxNewTokens) },
      ask: { [model] indices in model.generate(indices.map { requests[$0] }) },
      tokens: { .init(prompt: $0.promptTokens, completion: $0.completionTokens) },
      place: \.index)
  }

  package func score(_ requests: [ScoringRequest]) -> AsyncThrowingStream<Score, any Error> {
    metered(
      requests.map { ($0.context.byteCount + $0.continuation.utf8.count, 0) },
      ask: { [model] indices in model.score(indices.map { requests[$0] }) },
      tokens: { .init(prompt: $0.contextTokens + $0.tokenLogProbabilities.count) },
      place: \.index)
  }

  /// What comes back from requests that are underway.
  private enum Arrival<Answer: Sendable>: Sendable {
    case answer(Answer)
    case failed(any Error)
    /// Another call gave something back, or the time is up.
    case look
  }

  /// A request that is underway.
  private struct Admission {
    var most: SpendingMeter.Tokens
    var since: Date
  }

  private func metered<Answer: Sendable>(
    _ sizes: [(promptBytes: Int, maxNewTokens: Int)],
    ask: @escaping @Sendable ([Int]) -> AsyncThrowingStream<Answer, any Error>,
    tokens: @escaping @Sendable (Answer) -> SpendingMeter.Tokens,
    place: any WritableKeyPath<Answer, Int> & Sendable
  ) -> AsyncThrowingStream<Answer, any Error> {
    AsyncThrowingStream { continuation in
      let work = Task {
        let (arrivals, arrive) = AsyncStream<Arrival<Answer>>.makeStream()
        var underway: [Int: Admission] = [:]
        var children: [Task<Void, Never>] = []
        if !account.limits.isEmpty { children.append(alarm { arrive.yield(.look) }) }
        defer {
          for child in children { child.cancel() }
          for admission in underway.values { account.withMeter { $0.release(admission.most) } }
        }
        var next = 0
        func take(_ answer: Answer) {
          let index = answer[keyPath: place]
          if let admission = underway.removeValue(forKey: index) {
            settle(admission, tokens(answer), sizes[index].promptBytes)
          }
          continuation.yield(answer)
        }
        do {
          var iterator = arrivals.makeAsyncIterator()
          while next < sizes.count || !underway.isEmpty {
            // What is underway may take long, or forever: the end of the time waits for nothing.
            if let over = account.withMeter({ $0.timeIsUp(at: now()) }) {
              arrive.finish()
              while let arrival = await iterator.next() {
                if case .answer(let answer) = arrival { take(answer) }
              }
              throw over
            }
            let (admitted, reached) = admit(from: next, of: sizes, besides: underway.count)
            next += admitted.count
            if !admitted.isEmpty {
              let places = admitted.map(\.place)
              for one in admitted { underway[one.place] = one.admission }
              children.append(
                Self.forward(ask(places), places, place) { arrive.yield($0) })
            }
            if let reached, isIdle { throw reached }
            guard let arrival = await iterator.next() else { throw CancellationError() }
            switch arrival {
            case .look: continue
            case .failed(let error): throw error
            case .answer(let answer): take(answer)
            }
          }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in work.cancel() }
    }
  }

  /// Reserves for as many of the next requests as window and limits allow.
  private func admit(
    from first: Int, of sizes: [(promptBytes: Int, maxNewTokens: Int)], besides underway: Int
  ) -> (admitted: [(place: Int, admission: Admission)], reached: LimitReached?) {
    var admitted: [(place: Int, admission: Admission)] = []
    let now = now()
    while first + admitted.count < sizes.count, underway + admitted.count < window {
      let size = sizes[first + admitted.count]
      let result = account.withMeter {
        $0.admit(promptBytes: size.promptBytes, maxNewTokens: size.maxNewTokens, now: now)
      }
      switch result {
      case .success(let most):
        admitted.append((first + admitted.count, Admission(most: most, since: now)))
      case .failure(let reached): return (admitted, reached)
      }
    }
    return (admitted, nil)
  }

  private func settle(
    _ admission: Admission, _ actual: SpendingMeter.Tokens, _ promptBytes: Int
  ) {
    let seconds = now().timeIntervalSince(admission.since)
    account.withMeter {
      $0.settle(admission.most, actual: actual, promptBytes: promptBytes, seconds: seconds)
    }
  }

  /// Whether waiting would change nothing: nothing is underway in any call.
  private var isIdle: Bool { account.withMeter { $0.underway == 0 } }

  /// Looks now and then whether another call gave something back or the time is up.
  private func alarm(_ look: @escaping @Sendable () -> Void) -> Task<Void, Never> {
    Task {
      while !Task.isCancelled {
        try? await Task.sleep(for: .milliseconds(100))
        look()
      }
    }
  }

  private static func forward<Answer: Sendable>(
    _ stream: AsyncThrowingStream<Answer, any Error>, _ places: [Int],
    _ place: any WritableKeyPath<Answer, Int> & Sendable,
    _ arrive: @escaping @Sendable (Arrival<Answer>) -> Void
  ) -> Task<Void, Never> {
    Task {
      do {
        var left = places.count
        for try await var answer in stream where places.indices.contains(answer[keyPath: place]) {
          answer[keyPath: place] = places[answer[keyPath: place]]
          left -= 1
          arrive(.answer(answer))
        }
        if left > 0 { arrive(.failed(MissingAnswers(count: left))) }
      } catch {
        arrive(.failed(error))
      }
    }
  }
}

/// A model ended its stream before it had answered everything.
package struct MissingAnswers: Error, Equatable, CustomStringConvertible {
  package var count: Int

  package init(count: Int) {
    self.count = count
  }

  package var description: String {
    "model: gave no answer to \(count) requests; expected one to each\n"
      + "  help: run the command again, the answers so far are kept"
  }
}

extension Prompt {
  /// How long the prompt is, as UTF-8; a turn of a conversation counts 16 bytes for its marks.
  var byteCount: Int {
    switch self {
    case .completion(let text): text.utf8.count
    case .chat(let turns, let open):
      (turns + [open]).reduce(0) { $0 + $1.content.utf8.count + 16 }
    }
  }
}
