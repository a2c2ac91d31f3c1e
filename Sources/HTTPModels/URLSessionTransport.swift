import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// The transport over one `URLSession`, whose connections are kept and used again.
///
/// Redirects are not followed, as they would carry the key elsewhere; nothing is cached and no cookie
/// kept. Certificates are verified as the system does.
final class URLSessionTransport: NSObject, HTTPTransport {
  /// A message on its way.
  private struct Pending {
    var continuation: CheckedContinuation<HTTPReply, any Error>
    var task: URLSessionDataTask
    var deadline: ContinuousClock.Instant
    var timeout: Duration
    var reply = HTTPReply(status: 0)
    /// Why it is being cancelled.
    var failure: TransportFailure?
  }

  private struct State {
    var session: URLSession?
    var pending: [Int: Pending] = [:]
  }

  /// An answer of so many bytes is no answer of a language model to us.
  private let bodyLimit: Int
  private let state = Mutex(State())
  private let watch = Mutex<Task<Void, Never>?>(nil)

  /// - Parameter connections: How many messages to one host may be on their way at once.
  init(connections: Int, bodyLimit: Int = 8 << 20) {
    self.bodyLimit = bodyLimit
    super.init()
    let configuration = URLSessionConfiguration.ephemeral
    // With its default of 6 hundreds of requests would wait in line.
    configuration.httpMaximumConnectionsPerHost = connections
    configuration.urlCache = nil
    configuration.httpCookieStorage = nil
    configuration.httpShouldSetCookies = false
    // Ours is the one clock: a timeout of the session's own would say less.
    configuration.timeoutIntervalForRequest = 24 * 3600
    let queue = OperationQueue()
    queue.maxConcurrentOperationCount = 1
    let session = URLSession(
      configuration: configuration, delegate: Relay(self), delegateQueue: queue)
    state.withLock { $0.session = session }
    let task = Task { [weak self] in
      while !Task.isCancelled {
        try? await Task.sleep(for: .milliseconds(50))
        self?.expire(at: .now)
      }
    }
    watch.withLock { $0 = task }
  }

  deinit {
    watch.withLock { $0?.cancel() }
    state.withLock { $0.session?.invalidateAndCancel() }
  }

  func send(_ message: HTTPMessage, timeout: Duration) async throws -> HTTPReply {
    var request = URLRequest(url: message.url)
    request.httpMethod = message.body == nil ? "GET" : "POST"
    request.httpBody = message.body.map { Data($0) }
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    request.setValue("application/json", forHTTPHeaderField: "Accept")
    if let key = message.key { request.setValue(key.header, forHTTPHeaderField: "Authorization") }
    guard let task = state.withLock({ $0.session?.dataTask(with: request) }) else {
      throw CancellationError()
    }
    var reply = try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let pending = Pending(
          continuation: continuation, task: task, deadline: .now + timeout, timeout: timeout)
        state.withLock { $0.pending[task.taskIdentifier] = pending }
        task.resume()
        // Cancelled before it was known here.
        if Task.isCancelled { task.cancel() }
      }
    } onCancel: {
      task.cancel()
    }
    if let key = message.key { reply.body = key.masked(reply.body) }
    return reply
  }

  private func expire(at now: ContinuousClock.Instant) {
    let late = state.withLock { state in
      let late = state.pending.filter { $0.value.deadline <= now && $0.value.failure == nil }
      for (id, pending) in late {
        let seconds = Int((pending.timeout / .seconds(1)).rounded(.up))
        state.pending[id]?.failure = .timedOut(seconds: seconds)
      }
      return late.values.map(\.task)
    }
    for task in late { task.cancel() }
  }

  private func receive(_ response: URLResponse, of id: Int) {
    guard let response = response as? HTTPURLResponse else { return }
    var headers: [String: String] = [:]
    for (name, value) in response.allHeaderFields {
      headers["\(name)".lowercased()] = "\(value)"
    }
    state.withLock { state in
      state.pending[id]?.reply.status = response.statusCode
      state.pending[id]?.reply.headers = headers
    }
  }

  /// - Returns: Whether that is more than is taken.
  private func receive(_ data: Data, of id: Int) -> Bool {
    state.withLock { state in
      guard let size = state.pending[id]?.reply.body.count, state.pending[id]?.failure == nil
      else { return false }
      if size + data.count > bodyLimit {
        state.pending[id]?.failure = .tooLarge(limit: bodyLimit)
        state.pending[id]?.reply.body = []
        return true
      }
      // In place: a copy of the whole for each piece would take seconds of a large one.
      state.pending[id]?.reply.body.append(contentsOf: data)
      return false
    }
  }

  private func end(_ id: Int, _ error: (any Error)?) {
    guard let pending = state.withLock({ $0.pending.removeValue(forKey: id) }) else { return }
    if let failure = pending.failure {
      pending.continuation.resume(throwing: failure)
    } else if let error {
      pending.continuation.resume(throwing: Self.failure(of: error))
    } else if pending.reply.status == 0 {
      pending.continuation.resume(throwing: TransportFailure.broken("the answer has no status"))
    } else {
      pending.continuation.resume(returning: pending.reply)
    }
  }

  private static func failure(of error: any Error) -> any Error {
    let number = (error as NSError).code
    switch URLError.Code(rawValue: number) {
    case .cancelled: return CancellationError()
    case .timedOut: return TransportFailure.unconnected("the connection timed out")
    case .cannotConnectToHost: return TransportFailure.unconnected("the connection was refused")
    case .cannotFindHost, .dnsLookupFailed:
      return TransportFailure.unconnected("the host's name was not found")
    case .networkConnectionLost: return TransportFailure.broken("the connection was cut")
    case .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasBadDate,
      .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid:
      return TransportFailure.untrusted("its certificate is not trusted")
    default: return TransportFailure.broken("the connection failed (code \(number))")
    }
  }

  /// Passes on what the session tells, and does not keep the transport alive: a session keeps its
  /// delegate for good.
  private final class Relay: NSObject, URLSessionDataDelegate {
    private let lock: Mutex<WeakTransport>

    init(_ transport: URLSessionTransport) {
      lock = Mutex(WeakTransport(transport: transport))
    }

    private var transport: URLSessionTransport? { lock.withLock { $0.transport } }

    func urlSession(
      _ session: URLSession, task: URLSessionTask,
      willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
      completionHandler: @escaping (URLRequest?) -> Void
    ) {
      completionHandler(nil)
    }

    func urlSession(
      _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
      completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
      transport?.receive(response, of: dataTask.taskIdentifier)
      completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
      if transport?.receive(data, of: dataTask.taskIdentifier) == true { dataTask.cancel() }
    }

    func urlSession(
      _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
    ) {
      transport?.end(task.taskIdentifier, error)
    }
  }

  private struct WeakTransport {
    weak var transport: URLSessionTransport?
  }
}
