import LanguageModels
import Randomness
import Storage

/// Finds out which model an endpoint serves and how it is to be asked.
struct EndpointProbe {
  /// What was found.
  struct Finding: Sendable {
    /// With the name of its model and its API.
    var endpoint: Endpoint
    var dialect: EndpointDialect
    /// Tokens of prompt and completion together, where the endpoint tells.
    var contextLength: Int?
    /// What it took to find out.
    var promptTokens = 0
    var completionTokens = 0
  }

  private let endpoint: Endpoint
  private let patience: EndpointPatience
  private let call: EndpointCall
  private let note: @Sendable (String) -> Void

  init(
    _ endpoint: Endpoint, _ patience: EndpointPatience, _ transport: any HTTPTransport,
    _ note: @escaping @Sendable (String) -> Void
  ) {
    self.endpoint = endpoint
    self.patience = patience
    self.note = note
    call = EndpointCall(transport, endpoint, patience.request)
  }

  /// Asks for the models and for one short answer.
  ///
  /// - Throws: `EndpointError` if the endpoint cannot be used, `CancellationError`.
  func finding() async throws -> Finding {
    if endpoint.key != nil, endpoint.url.isOpenToOthers, !endpoint.allowsOpenKey {
      throw EndpointError.openKey(url: endpoint.url.text)
    }
    var found = Finding(endpoint: endpoint, dialect: EndpointDialect())
    let models = try await models()
    if let name = endpoint.modelName {
      if let models, !models.isEmpty, !models.contains(where: { $0.name == name }) {
        throw EndpointError.model(
          url: endpoint.url.text, named: name, served: models.map(\.name))
      }
    } else {
      guard let models, models.count == 1, let only = models.first else {
        throw EndpointError.model(
          url: endpoint.url.text, named: nil, served: (models ?? []).map(\.name))
      }
      found.endpoint.modelName = only.name
    }
    found.contextLength = models?.first { $0.name == found.endpoint.modelName }?.contextLength
    var reasons: [Endpoint.API: String] = [:]
    // Instruct models do best in their own conversation form, so that is tried first.
    for api in endpoint.api.map({ [$0] }) ?? [.chat, .completions] {
      switch try await answers(api, &found) {
      case nil:
        found.endpoint.api = api
        return found
      case let reason?: reasons[api] = reason
      }
    }
    throw EndpointError.noAPI(
      url: endpoint.url.text, chat: reasons[.chat] ?? "not asked",
      completions: reasons[.completions] ?? "not asked")
  }

  /// The models that the endpoint lists; nil if it lists none to anybody.
  private func models() async throws -> [(name: String, contextLength: Int?)]? {
    let reply: HTTPReply
    let start = ContinuousClock.now
    do {
      reply = try await repeating { try await call.models() }
    } catch let failure as TransportFailure {
      throw EndpointError.unreachable(
        url: endpoint.url.text, attempts: failure.isLasting ? 1 : patience.attempts,
        seconds: Int((ContinuousClock.now - start) / .seconds(1)),
        last: failure.description)
    }
    let body = AttemptOutcome.shown(reply.body)
    switch reply.status {
    case 200..<300: break
    case 401, 402, 403:
      throw EndpointError.refused(
        url: endpoint.url.text, path: "/models", status: reply.status, body: body)
    default:
      // Some servers answer and list nothing; then the name has to be given.
      if endpoint.modelName != nil { return nil }
      throw EndpointError.refused(
        url: endpoint.url.text, path: "/models", status: reply.status, body: body)
    }
    guard let rows = (try? JSONValue(parsing: reply.body))?["data"]?.array else { return nil }
    return rows.compactMap { row in
      guard let name = row["id"]?.string else { return nil }
      return (name, row["max_model_len"]?.int ?? row["meta"]?["n_ctx_train"]?.int)
    }
  }

  /// Sends again what broke off, a few times.
  private func repeating(_ send: () async throws -> HTTPReply) async throws -> HTTPReply {
    for attempt in 1... {
      let trouble: String
      do {
        let reply = try await send()
        if reply.status < 500 && reply.status != 429 || attempt >= patience.attempts {
          return reply
        }
        trouble = "HTTP \(reply.status) '\(AttemptOutcome.shown(reply.body))'"
      } catch let failure as TransportFailure {
        if failure.isLasting || attempt >= patience.attempts { throw failure }
        trouble = failure.description
      }
      if attempt == 1 { tellTrouble(trouble) }
      try await Task.sleep(for: patience.wait(after: attempt))
    }
    throw CancellationError()
  }

  private func tellTrouble(_ reason: String) {
    note("\(endpoint.url.text): \(reason); trying again, \(patience.attempts) times in all")
  }

  /// Asks for a short answer, learning which fields are refused.
  ///
  /// - Returns: Nil if it came, else why it did not.
  private func answers(_ api: Endpoint.API, _ found: inout Finding) async throws -> String? {
    var request = GenerationRequest(
      prompt: .completion("Say hello."), maxNewTokens: 8, stream: RandomStream(seed: 0))
    request.sampling.temperature = 0.5
    request.sampling.topP = 0.9
    request.stopStrings = ["\n\n"]
    var attempts = 0
    // Each of the fields may be refused once.
    for _ in 0...EndpointDialect.optional.count + patience.attempts {
      let fields = CompletionMessage.fields(
        request, model: found.endpoint.modelName ?? "", api: api, found.dialect,
        extra: endpoint.extraBody)
      switch try await call.ask(api, fields, request) {
      case .answered(let answer):
        found.promptTokens += answer.promptTokens
        found.completionTokens += answer.completionTokens
        return nil
      case .rejected(let refusal):
        guard let lesson = found.dialect.learn(from: refusal) else { return refusal.description }
        note("\(endpoint.url.text): \(lesson)")
      case .barred(.refused(let url, let path, let status, let body)):
        if [401, 402, 403].contains(status) {
          throw EndpointError.refused(url: url, path: path, status: status, body: body)
        }
        return "HTTP \(status)"
      case .barred(let error): throw error
      case .busy(let reason, _), .broken(let reason, _):
        attempts += 1
        if attempts >= patience.attempts { return reason }
        if attempts == 1 { tellTrouble(reason) }
        try await Task.sleep(for: patience.wait(after: attempts))
      }
    }
    return "it goes on refusing fields"
  }
}
