import Foundation
import LanguageModels
import Storage
import Synchronization
import Testing

@testable import HTTPModels

@Suite struct HTTPModelTests {
  @Test func `a chat endpoint is found and answers`() async throws {
    let server = FakeServer.answering { _ in FakeServer.chat("The Rhine.") }
    let model = try await server.model()
    #expect(model.identity.name == "tiny")
    #expect(model.capabilities.chats && !model.capabilities.completes)
    #expect(!model.capabilities.scores && !model.capabilities.continuesAnyTurn)
    #expect(model.capabilities.contextLength == 4096)
    let answers = try await model.generations([request()])
    #expect(answers.map(\.text) == ["The Rhine."])
    #expect(answers[0].promptTokens == 7 && answers[0].completionTokens == 3)
    let sent = try #require(server.received.last)
    #expect(sent.path == "/v1/chat/completions")
    #expect(sent.fields["messages"] == [["role": "user", "content": "Name a river."]])
    #expect(sent.fields["max_tokens"] == 20)
    #expect(sent.fields["model"] == "tiny")
  }

  @Test func `an endpoint without chat is asked for completions`() async throws {
    let server = FakeServer.answering { message in
      message.path == "/v1/completions"
        ? FakeServer.reply(200, ["choices": [["text": " Rhine", "finish_reason": "length"]]])
        : FakeServer.refusal(404, "not here")
    }
    let model = try await server.model()
    #expect(model.capabilities.completes && !model.capabilities.chats)
    let answers = try await model.generations([request()])
    #expect(answers[0].text == " Rhine" && answers[0].finishReason == .length)
    // Nobody counted tokens: four bytes are one.
    #expect(answers[0].completionTokens == 2)
  }

  @Test func `a model that is not named has to be the only one`() async throws {
    let server = FakeServer { _ in FakeServer.reply(200, ["data": [["id": "a"], ["id": "b"]]]) }
    await #expect(
      throws: EndpointError.model(
        url: "http://127.0.0.1:1/v1", named: nil, served: ["a", "b"])
    ) { try await server.model() }
    await #expect(
      throws: EndpointError.model(
        url: "http://127.0.0.1:1/v1", named: "c", served: ["a", "b"])
    ) { try await server.model { $0.modelName = "c" } }
  }

  @Test func `fields that are refused are left out, said once`() async throws {
    let server = FakeServer.answering { message in
      for name in ["max_tokens", "temperature", "logprobs"] where message.fields[name] != nil {
        let instead = name == "max_tokens" ? " Use 'max_completion_tokens' instead." : ""
        return FakeServer.refusal(400, "Unsupported parameter: '\(name)'.\(instead)")
      }
      return FakeServer.chat("Yes.")
    }
    let notes = Notes()
    let model = try await server.model(note: notes.add)
    #expect(notes.all.count == 3)
    #expect(notes.all.contains { $0.contains("'temperature'") })
    let before = server.received.count
    #expect(try await model.generations([request()])[0].text == "Yes.")
    #expect(server.received.count == before + 1)
    #expect(server.received.last?.fields["max_completion_tokens"] == 20)
  }

  @Test(arguments: [429, 500, 502, 503])
  func `what may pass is asked for again`(status: Int) async throws {
    let server = FakeServer.answering { message in
      message.number % 3 == 0 ? FakeServer.chat("Yes.") : FakeServer.refusal(status, "later")
    }
    var patience = EndpointPatience.short
    patience.attempts = 1000
    let model = try await server.model(patience: patience)
    let answers = try await model.generations(Array(repeating: request(), count: 20))
    #expect(answers.count == 20 && answers.allSatisfy { $0.text == "Yes." })
    #expect(model.statistics.repeated > 0)
  }

  static let malformed: [(name: String, body: String)] = [
    ("no JSON", "hello"), ("nothing", ""), ("half", #"{"choices": [{"mess"#),
    ("no choices", "{}"), ("empty choices", #"{"choices": []}"#),
    ("wrong shape", #"{"choices": {"text": 3}}"#), ("a number", #"{"choices": [{"text": 3}]}"#),
  ]

  @Test(arguments: malformed.map(\.body))
  func `an answer that is none is asked for again`(body: String) async throws {
    let server = FakeServer.answering { message in
      message.number < 4 ? HTTPReply(status: 200, body: Array(body.utf8)) : FakeServer.chat("Yes.")
    }
    let model = try await server.model()
    #expect(try await model.generations([request()])[0].text == "Yes.")
  }

  @Test func `a request that keeps failing is given up and the others go on`() async throws {
    let server = FakeServer.answering { message in
      if message.fields["messages"]?.array?[0]["content"] == "bad" {
        return FakeServer.refusal(400, "context length exceeded")
      }
      if message.fields["messages"]?.array?[0]["content"] == "broken" {
        return FakeServer.refusal(500, "oops")
      }
      return FakeServer.chat("Yes.")
    }
    var patience = EndpointPatience.short
    patience.attempts = 3
    let model = try await server.model(patience: patience)
    let answers = try await model.generations(
      [request("bad"), request("broken")] + Array(repeating: request(), count: 9))
    #expect(answers.count == 11)
    #expect(answers[0].finishReason == .failed)
    #expect(answers[0].failure == "HTTP 400 'context length exceeded'")
    #expect(answers[1].failure?.contains("3 attempts") == true)
    #expect(answers.dropFirst(2).allSatisfy { $0.text == "Yes." && $0.failure == nil })
    #expect(model.statistics.failed == 2)
  }

  @Test func `a wrong key ends it at once`() async throws {
    let server = FakeServer { _ in FakeServer.refusal(401, "wrong key") }
    await #expect(
      throws: EndpointError.refused(
        url: "http://127.0.0.1:1/v1", path: "/models", status: 401, body: "wrong key")
    ) { try await server.model() }
    #expect(server.received.count == 1)
  }

  @Test func `an endpoint that stays away ends it`() async throws {
    let server = FakeServer.answering { message in
      if message.number > 1 { throw TransportFailure.unconnected("the connection was refused") }
      return FakeServer.chat("Yes.")
    }
    var patience = EndpointPatience.short
    patience.outage = .milliseconds(20)
    patience.attempts = 1000
    let model = try await server.model(patience: patience)
    await #expect(throws: EndpointError.self) {
      try await model.generations(Array(repeating: request(), count: 5))
    }
  }

  @Test func `of two endpoints one that refuses everything is left`() async throws {
    let server = FakeServer.answering { message in
      // Both have the same path; the key tells them apart.
      message.hasKey && message.number > 6
        ? FakeServer.refusal(403, "no more") : FakeServer.chat("Yes.")
    }
    var first = Endpoint(try EndpointURL("http://127.0.0.1:1/v1"))
    first.key = try APIKey("secret", from: "test")
    let second = Endpoint(try EndpointURL("http://127.0.0.1:2/v1"))
    let notes = Notes()
    let model = try await HTTPModel.connect([first, second], .short, server, notes.add)
    let answers = try await model.generations(Array(repeating: request(), count: 40))
    #expect(answers.count == 40 && answers.allSatisfy { $0.text == "Yes." })
    #expect(notes.all.contains { $0.contains("HTTP 403") })
  }

  @Test func `of endpoints with different models each answer names its own`() async throws {
    let server = FakeServer { message in
      // Others come in the meantime, so that one place is not enough.
      for _ in 0..<100 { await Task.yield() }
      return message.path == "/v1/models"
        ? FakeServer.reply(200, ["data": [["id": "tiny"], ["id": "small"]]])
        : FakeServer.chat(message.fields["model"]?.string ?? "none")
    }
    var first = Endpoint(try EndpointURL("http://127.0.0.1:1/v1"))
    var second = Endpoint(try EndpointURL("http://127.0.0.1:2/v1"))
    func answers() async throws -> (names: Set<String?>, identity: ModelIdentity) {
      let model = try await HTTPModel.connect([first, second], .short, server) { _ in }
      let answers = try await model.generations(Array(repeating: request(), count: 40))
      #expect(answers.allSatisfy { $0.model == nil || $0.model == $0.text })
      return (Set(answers.map(\.model)), model.identity)
    }
    (first.modelName, second.modelName) = ("tiny", "tiny")
    let same = try await answers()
    #expect(same.names == [nil] && same.identity.name == "tiny")
    second.modelName = "small"
    let different = try await answers()
    #expect(different.names == ["tiny", "small"] && different.identity.name == "small+tiny")
    #expect(different.identity.covers("tiny") && !different.identity.covers("large"))
  }

  @Test func `thinking is stripped and makes room for itself`() async throws {
    let server = FakeServer.answering { message in
      let limit = message.fields["max_tokens"]?.int ?? 0
      if limit < 1000 { return FakeServer.chat("<think>Rivers, well", finish: "length") }
      return FakeServer.chat("<think>Rivers.</think>\n\nThe Rhine.")
    }
    let notes = Notes()
    let model = try await server.model(note: notes.add)
    let answers = try await model.generations([request()])
    #expect(answers[0].text == "The Rhine.")
    #expect(notes.all.contains { $0.contains("thinks") })
  }

  @Test func `requests in flight are at most as many as allowed`() async throws {
    let flight = Mutex((now: 0, most: 0))
    let server = FakeServer.answering { message in
      if message.number < 2 { return FakeServer.chat("Yes.") }
      flight.withLock { flight in
        flight.now += 1
        flight.most = max(flight.most, flight.now)
      }
      for _ in 0..<20 { await Task.yield() }
      flight.withLock { $0.now -= 1 }
      return FakeServer.chat("Yes.")
    }
    let model = try await server.model { $0.maxConcurrency = 3 }
    async let one = model.generations(Array(repeating: request(), count: 50))
    async let other = model.generations(Array(repeating: request(), count: 50))
    #expect(try await one.count + other.count == 100)
    #expect(flight.withLock(\.most) == 3)
  }
}
