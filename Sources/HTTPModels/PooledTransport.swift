import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// The transport over one `HTTPClient`, whose connections are kept and used again.
///
/// Redirects are not followed, as they would carry the key elsewhere, and the environment's proxies
/// are not asked. Certificates are verified as the system does. Not Foundation's `URLSession`: on
/// Linux it keeps a core busy for as long as it waits for the answer to what it has posted.
final class PooledTransport: HTTPTransport {
  /// An answer of so many bytes is no answer of a language model to us.
  private let bodyLimit: Int
  private let client: HTTPClient

  /// - Parameter connections: How many messages to one host may be on their way at once.
  init(connections: Int, bodyLimit: Int = 8 << 20) {
    self.bodyLimit = bodyLimit
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
    // What is not there is told at once; how often it is tried again is decided above.
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.timeout = .init(connect: .seconds(10))
    configuration.httpVersion = .http1Only
    client = HTTPClient(
      eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration)
  }

  deinit {
    client.shutdown { _ in }
  }

  func send(_ message: HTTPMessage, timeout: Duration) async throws -> HTTPReply {
    var request = HTTPClientRequest(url: message.url)
    request.headers.add(name: "Accept", value: "application/json")
    if let body = message.body {
      request.method = .POST
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(body)
    }
    if let key = message.key { request.headers.add(name: "Authorization", value: key.header) }
    var reply: HTTPReply
    do {
      let deadline = NIODeadline.now() + .nanoseconds(Int64(timeout / .nanoseconds(1)))
      let response = try await client.execute(request, deadline: deadline)
      reply = HTTPReply(status: Int(response.status.code))
      for (name, value) in response.headers { reply.headers[name.lowercased()] = value }
      let body = try await response.body.collect(upTo: bodyLimit)
      reply.body = Array(body.readableBytesView)
    } catch {
      throw failure(of: error, timeout)
    }
    if let key = message.key { reply.body = key.masked(reply.body) }
    return reply
  }

  private func failure(of error: any Error, _ timeout: Duration) -> any Error {
    switch error {
    case let error as HTTPClientError:
      switch error {
      case .cancelled: return CancellationError()
      case .deadlineExceeded, .readTimeout, .writeTimeout:
        return TransportFailure.timedOut(seconds: Int((timeout / .seconds(1)).rounded(.up)))
      case .connectTimeout: return TransportFailure.unconnected("the connection timed out")
      case .remoteConnectionClosed: return TransportFailure.broken("the connection was cut")
      default: return TransportFailure.broken("the connection failed (\(error.shortDescription))")
      }
    case is NIOTooManyBytesError: return TransportFailure.tooLarge(limit: bodyLimit)
    case is NIOConnectionError: return TransportFailure.unconnected(Self.words(for: error))
    case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
      return TransportFailure.untrusted("its certificate is not trusted")
    case is CancellationError: return error
    case let error as IOError:
      switch error.errnoCode {
      case ECONNREFUSED: return TransportFailure.unconnected("the connection was refused")
      case EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL:
        return TransportFailure.unconnected("the host cannot be reached")
      case ECONNRESET, EPIPE: return TransportFailure.broken("the connection was cut")
      default: return TransportFailure.broken("the connection failed (error \(error.errnoCode))")
      }
    case is HTTPParserError: return TransportFailure.broken("the answer is no HTTP")
    default: return TransportFailure.broken("the connection failed (\(type(of: error)))")
    }
  }

  /// Why nothing could be connected with.
  private static func words(for error: any Error) -> String {
    let error = error as? NIOConnectionError
    if error?.dnsAError != nil, error?.dnsAAAAError != nil {
      return "the host's name was not found"
    }
    return "the connection was refused"
  }
}
