/// What is sent to a server.
struct HTTPMessage: Sendable {
  var url: String
  /// Sent by POST as JSON; a GET where it is nil.
  var body: [UInt8]?
  var key: APIKey?
}

/// What a server answered, whatever its status.
struct HTTPReply: Sendable {
  var status: Int
  /// By names in lower case.
  var headers: [String: String] = [:]
  var body: [UInt8] = []
}

/// Why no whole answer came.
enum TransportFailure: Error, Equatable, Sendable, CustomStringConvertible {
  case timedOut(seconds: Int)
  case tooLarge(limit: Int)
  /// Nothing can be sent to it, as when it is not running.
  case unconnected(String)
  /// What was begun broke off.
  case broken(String)
  /// The certificate is not trusted: no repetition changes that.
  case untrusted(String)

  /// Whether the next second will change nothing: what does not run, or is mistyped, is told at once.
  var isLasting: Bool {
    switch self {
    case .unconnected, .untrusted: true
    case .timedOut, .tooLarge, .broken: false
    }
  }

  var description: String {
    switch self {
    case .timedOut(let seconds): "no whole answer within \(seconds) s"
    case .tooLarge(let limit): "an answer of more than \(limit >> 20) MB"
    case .unconnected(let reason), .broken(let reason), .untrusted(let reason): reason
    }
  }
}

/// Sends messages, any number at once.
protocol HTTPTransport: Sendable {
  /// Sends one message and waits for the whole answer.
  ///
  /// - Throws: `TransportFailure`, or `CancellationError` if the task is cancelled.
  func send(_ message: HTTPMessage, timeout: Duration) async throws -> HTTPReply
}
