import LanguageModels
import Storage

/// One request to one endpoint.
struct EndpointCall: Sendable {
  private let transport: any HTTPTransport
  private let endpoint: Endpoint
  private let timeout: Duration

  init(_ transport: any HTTPTransport, _ endpoint: Endpoint, _ timeout: Duration) {
    self.transport = transport
    self.endpoint = endpoint
    self.timeout = timeout
  }

  /// Asks for a completion.
  ///
  /// - Throws: `CancellationError` alone; all else is an outcome.
  func ask(
    _ api: Endpoint.API, _ fields: [String: JSONValue], _ request: GenerationRequest
  ) async throws -> AttemptOutcome {
    let path = "/" + api.path
    let message = HTTPMessage(
      url: endpoint.url.appending(path),
      body: Array(JSONValue.object(fields).encodedLine().utf8), key: endpoint.key)
    do {
      let reply = try await transport.send(message, timeout: timeout)
      return AttemptOutcome.of(reply, to: request, sent: Set(fields.keys), endpoint.url, path)
    } catch let failure as TransportFailure {
      return AttemptOutcome.of(failure, endpoint.url)
    }
  }

  /// What the endpoint says of its models.
  ///
  /// - Throws: `TransportFailure`, `CancellationError`.
  func models() async throws -> HTTPReply {
    let message = HTTPMessage(url: endpoint.url.appending("/models"), body: nil, key: endpoint.key)
    return try await transport.send(message, timeout: min(timeout, .seconds(30)))
  }
}
