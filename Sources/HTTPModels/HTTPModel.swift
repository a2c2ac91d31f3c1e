import LanguageModels
import Randomness
import Storage
import Synchronization

/// A model behind one or several OpenAI-compatible endpoints.
///
/// A request that keeps failing is answered with `FinishReason.failed`; the stream throws only when
/// nothing can be answered any more.
package final class HTTPModel: LanguageModel {
  package let capabilities: ModelCapabilities
  package let identity: ModelIdentity
  private let endpoints: [Endpoint]
  private let patience: EndpointPatience
  private let transport: any HTTPTransport
  private let pool: EndpointPool
  /// Tokens that finding out took, of prompts and of answers.
  package let probeTokens: (prompt: Int, completion: Int)
  private let counts = Mutex(EndpointCounts())

  /// What was done so far.
  package var statistics: EndpointCounts { counts.withLock { $0 } }

  /// Finds out how the endpoints are to be asked, which takes a short request or two to each.
  ///
  /// - Parameters:
  ///   - endpoints: One or more.
  ///   - note: Is told, once each, what an endpoint refuses and what is done instead.
  /// - Throws: `EndpointError` if none of them can be used.
  package static func connect(
    _ endpoints: [Endpoint], patience: EndpointPatience = EndpointPatience(),
    note: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws -> HTTPModel {
    let transport = PooledTransport(connections: endpoints.places)
    return try await connect(endpoints, patience, transport, note)
  }

  static func connect(
    _ endpoints: [Endpoint], _ patience: EndpointPatience, _ transport: any HTTPTransport,
    _ note: @escaping @Sendable (String) -> Void
  ) async throws -> HTTPModel {
    var probed: [EndpointProbe.Finding] = []
    var failure: (any Error)?
    for endpoint in endpoints {
      do {
        probed.append(
          try await EndpointProbe(endpoint, patience, transport, note).finding())
      } catch let error as EndpointError where endpoints.count > 1 {
        // The others may do; with none left the first trouble is told.
        note("\(error)\n  the other endpoints go on without it")
        failure = failure ?? error
      }
    }
    guard let first = probed.first else { throw failure ?? CancellationError() }
    let form = first.endpoint.api
    for other in probed where other.endpoint.api != form {
      throw EndpointError.unable(
        url: other.endpoint.url.text,
        what:
          "answer in another form than \(first.endpoint.url.text) does (--api names one for all)")
    }
    return HTTPModel(probed, patience, transport, note)
  }

  private init(
    _ probed: [EndpointProbe.Finding], _ patience: EndpointPatience, _ transport: any HTTPTransport,
    _ note: @escaping @Sendable (String) -> Void
  ) {
    endpoints = probed.map(\.endpoint)
    self.patience = patience
    self.transport = transport
    probeTokens = probed.reduce((0, 0)) { ($0.0 + $1.promptTokens, $0.1 + $1.completionTokens) }
    pool = EndpointPool(probed.map { ($0.endpoint, $0.dialect) }, patience, note: note)
    identity = Self.identity(of: endpoints)
    capabilities = Self.capabilities(
      by: endpoints.first?.api ?? .chat,
      contextLength: probed.compactMap(\.contextLength).min() ?? 0)
  }

  /// What an endpoint can do that is asked in one of the two ways.
  package static func capabilities(
    by api: Endpoint.API, contextLength: Int = 0
  ) -> ModelCapabilities {
    ModelCapabilities(
      scores: false, choosesAmong: false, completes: api == .completions, chats: api == .chat,
      continuesAnyTurn: false, languages: [], contextLength: contextLength)
  }

  /// The models behind endpoints as one.
  package static func identity(of endpoints: [Endpoint]) -> ModelIdentity {
    ModelIdentity(anyOf: Set(endpoints.compactMap(\.modelName).map(Self.shown)))
  }

  /// A model's name as it is recorded: of the path that some servers call a model by, the file.
  private static func shown(_ name: String) -> String {
    guard name.hasPrefix("/") else { return name }
    return name.split(separator: "/").last.map(String.init) ?? name
  }

  /// Which way of asking is used, for all endpoints.
  package var api: Endpoint.API { endpoints.first?.api ?? .chat }

  /// How many requests may be underway at once.
  package var places: Int { endpoints.places }

  /// How many answers each endpoint has given.
  package func answers() async -> [(url: String, count: Int)] {
    zip(endpoints, await pool.answers).map { ($0.url.text, $1) }
  }

  package func generate(
    _ requests: [GenerationRequest]
  ) -> AsyncThrowingStream<Generation, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        await pool.begin()
        do {
          try await answer(requests, continuation)
          await pool.end()
          continuation.finish()
        } catch {
          await pool.end()
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  /// - Precondition: Never called, as `capabilities.scores` is false.
  package func score(_ requests: [ScoringRequest]) -> AsyncThrowingStream<Score, any Error> {
    AsyncThrowingStream { continuation in
      let url = endpoints.first?.url.text ?? ""
      continuation.finish(
        throwing: EndpointError.unable(url: url, what: "tell how likely a given text is"))
    }
  }

  /// Has as many requests underway as there are places, each new one begun as another ends.
  private func answer(
    _ requests: [GenerationRequest],
    _ continuation: AsyncThrowingStream<Generation, any Error>.Continuation
  ) async throws {
    try await withThrowingTaskGroup(of: Generation.self) { group in
      var next = 0
      while next < min(places, requests.count) {
        let index = next
        group.addTask { try await self.answer(requests[index], index) }
        next += 1
      }
      while let answer = try await group.next() {
        continuation.yield(answer)
        guard next < requests.count else { continue }
        let index = next
        group.addTask { try await self.answer(requests[index], index) }
        next += 1
      }
    }
  }

  private func answer(_ request: GenerationRequest, _ index: Int) async throws -> Generation {
    if let problem = problem(with: request) { throw problem }
    let start = ContinuousClock.now
    var (counted, tries) = (0, 0)
    while true {
      let slot = try await pool.slot()
      let outcome: AttemptOutcome
      do {
        outcome = try await attempt(request, slot)
      } catch {
        await pool.giveBack(slot)
        throw error
      }
      tries += 1
      switch try await pool.finish(slot, outcome) {
      case .done(let answer): return generation(answer, index, by: slot.endpoint)
      case .failed(let reason): return failure(reason, index)
      case .again(let reason, let wait, let countsAsAttempt):
        if countsAsAttempt { counted += 1 }
        let spent = ContinuousClock.now - start
        if counted >= patience.attempts || spent > patience.overall {
          let seconds = Int(spent / .seconds(1))
          return failure("\(tries) attempts in \(seconds) s, the last: \(reason)", index)
        }
        counts.withLock { $0.repeated += 1 }
        try await Task.sleep(for: self.wait(wait, before: tries, request))
      }
    }
  }

  /// The wait before another attempt: what the server asks for, or twice as long each time; drawn
  /// between half and one and a half of that, so that not all come back at once.
  private func wait(_ asked: Duration?, before tries: Int, _ request: GenerationRequest) -> Duration
  {
    if asked == .zero { return .zero }
    let draw = request.stream.stream("retry").uniform(at: UInt64(tries))
    let wait = patience.wait(after: tries) * (0.5 + draw)
    return max(asked ?? .zero, .zero) + (asked == nil ? wait : min(wait, patience.firstWait))
  }

  private func attempt(
    _ request: GenerationRequest, _ slot: EndpointPool.Slot
  ) async throws -> AttemptOutcome {
    let api = slot.endpoint.api ?? .chat
    let fields = CompletionMessage.fields(
      request, model: slot.endpoint.modelName ?? "", api: api, slot.dialect,
      extra: slot.endpoint.extraBody)
    return try await EndpointCall(transport, slot.endpoint, patience.request)
      .ask(api, fields, request)
  }

  private func generation(
    _ answer: CompletionAnswer, _ index: Int, by endpoint: Endpoint
  ) -> Generation {
    counts.withLock { counts in
      counts.answered += 1
      counts.promptTokens += answer.promptTokens
      counts.completionTokens += answer.completionTokens
    }
    var generation = Generation(
      index: index, text: answer.text, finishReason: answer.finishReason,
      promptTokens: answer.promptTokens, completionTokens: answer.completionTokens,
      sumLogProbability: answer.sumLogProbability, scoredTokens: answer.scoredTokens)
    let name = endpoint.modelName.map(Self.shown)
    if identity.members != nil { generation.model = name }
    return generation
  }

  private func failure(_ reason: String, _ index: Int) -> Generation {
    counts.withLock { $0.failed += 1 }
    var generation = Generation(
      index: index, text: "", finishReason: .failed, promptTokens: 0, completionTokens: 0)
    generation.failure = reason
    return generation
  }

  /// What an endpoint cannot be asked for.
  private func problem(with request: GenerationRequest) -> EndpointError? {
    let url = endpoints.first?.url.text ?? ""
    if !request.choices.isEmpty { return .unable(url: url, what: "be held to a list of choices") }
    if request.ignoresEnd { return .unable(url: url, what: "go on past the model's end") }
    return nil
  }
}

/// What was asked of endpoints and what came of it.
package struct EndpointCounts: Equatable, Sendable {
  package var answered = 0
  /// Requests that were given up.
  package var failed = 0
  /// Attempts besides the first of each request.
  package var repeated = 0
  package var promptTokens = 0
  package var completionTokens = 0
}
