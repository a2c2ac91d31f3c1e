import Foundation
import LanguageModels
import Randomness
import Storage
import Synchronization

@testable import HTTPModels

/// A transport that answers by a function and remembers what it was sent.
final class FakeServer: HTTPTransport {
  /// One message as tests look at it.
  struct Message: Sendable {
    var path: String
    var fields: [String: JSONValue]
    var hasKey: Bool
    /// How many came before it.
    var number: Int
  }

  private let messages = Mutex<[Message]>([])
  private let reply: @Sendable (Message) async throws -> HTTPReply

  init(_ reply: @escaping @Sendable (Message) async throws -> HTTPReply) {
    self.reply = reply
  }

  var received: [Message] { messages.withLock { $0 } }

  func send(_ message: HTTPMessage, timeout: Duration) async throws -> HTTPReply {
    let fields = message.body.flatMap { try? JSONValue(parsing: $0) }?.object ?? [:]
    let path = URL(string: message.url)?.path() ?? ""
    let hasKey = message.key != nil
    let seen = messages.withLock { messages in
      messages.append(
        Message(path: path, fields: fields, hasKey: hasKey, number: messages.count))
      return messages[messages.count - 1]
    }
    return try await reply(seen)
  }

  static func reply(_ status: Int, _ value: JSONValue, headers: [String: String] = [:])
    -> HTTPReply
  {
    HTTPReply(status: status, headers: headers, body: Array(value.encodedLine().utf8))
  }

  static let models = reply(200, ["data": [["id": "tiny", "max_model_len": 4096]]])

  /// What a chat endpoint says.
  static func chat(_ text: String, finish: String = "stop", message: JSONValue = [:]) -> HTTPReply {
    var fields = message.object ?? [:]
    fields["content"] = .string(text)
    return reply(
      200,
      [
        "choices": [["message": .object(fields), "finish_reason": .string(finish)]],
        "usage": ["prompt_tokens": 7, "completion_tokens": 3],
      ])
  }

  static func refusal(_ status: Int, _ message: String) -> HTTPReply {
    reply(status, ["error": ["message": .string(message)]])
  }

  /// A server that lists one model and answers the rest by a function.
  static func answering(
    _ reply: @escaping @Sendable (Message) async throws -> HTTPReply
  ) -> FakeServer {
    FakeServer { message in
      message.path == "/v1/models" ? models : try await reply(message)
    }
  }

  /// The model behind this server, with waits that tests can bear.
  func model(
    _ change: (inout Endpoint) -> Void = { _ in }, patience: EndpointPatience = .short,
    note: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws -> HTTPModel {
    var endpoint = Endpoint(try EndpointURL("http://127.0.0.1:1/v1"))
    change(&endpoint)
    return try await HTTPModel.connect([endpoint], patience, self, note)
  }
}

extension EndpointPatience {
  static var short: EndpointPatience {
    var patience = EndpointPatience()
    patience.firstWait = .milliseconds(1)
    patience.longestWait = .milliseconds(4)
    return patience
  }
}

/// Gathers sentences.
final class Notes: Sendable {
  private let sentences = Mutex<[String]>([])
  var all: [String] { sentences.withLock { $0 } }

  func add(_ sentence: String) {
    sentences.withLock { $0.append(sentence) }
  }
}

/// A request for a short answer.
func request(_ text: String = "Name a river.", stops: [String] = []) -> GenerationRequest {
  var request = GenerationRequest(
    prompt: .chat([ChatTurn(.user, text)]), maxNewTokens: 20, stream: RandomStream(seed: 5))
  request.stopStrings = stops
  return request
}
