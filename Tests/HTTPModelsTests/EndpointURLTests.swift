import Foundation
import Storage
import TestSupport
import Testing

@testable import HTTPModels

@Suite struct EndpointURLTests {
  @Test func `a slash at the end changes nothing`() throws {
    #expect(try EndpointURL("http://h:1/v1//").text == "http://h:1/v1")
    #expect(
      try EndpointURL("http://h:1/v1/").appending("/models")
        == "http://h:1/v1/models")
  }

  @Test(arguments: [
    "http://", "http:///v1", "ftp://a/v1", "http://user:pw@host/v1", "http://h/v1?key=1",
    "http://h/v1#a", "http://ho st/v1",
  ])
  func `what is no address of an endpoint is refused`(text: String) {
    #expect(throws: EndpointError.self) { try EndpointURL(text) }
  }

  @Test func `a password in an address is not repeated`() {
    let error = #expect(throws: EndpointError.self) { try EndpointURL("http://u:geheim@host/v1") }
    #expect(error.map { "\($0)".contains("geheim") } == false)
  }

  @Test func `plain http is open to others except on this machine`() throws {
    for text in [
      "http://localhost:1/v1", "http://127.0.0.1/v1", "http://127.8.8.8/v1", "http://[::1]:8/v1",
      "https://a.b/v1",
    ] {
      #expect(try !EndpointURL(text).isOpenToOthers, "\(text)")
    }
    for text in ["http://10.0.0.1/v1", "http://127.evil.com/v1", "http://localhost.evil.com/v1"] {
      #expect(try EndpointURL(text).isOpenToOthers, "\(text)")
    }
  }

  @Test func `a key goes over plain http only when that is wished for`() async throws {
    let server = FakeServer.answering { _ in FakeServer.chat("Yes.") }
    var endpoint = Endpoint(try EndpointURL("http://example.org/v1"))
    endpoint.key = try APIKey("secret", from: "test")
    await #expect(throws: EndpointError.openKey(url: "http://example.org/v1")) {
      try await HTTPModel.connect([endpoint], .short, server) { _ in }
    }
    #expect(server.received.isEmpty)
    endpoint.allowsOpenKey = true
    _ = try await HTTPModel.connect([endpoint], .short, server) { _ in }
    #expect(server.received.allSatisfy { $0.hasKey })
  }

  @Test func `OpenAI's key goes to OpenAI alone`() throws {
    let variables = ["OPENAI_API_KEY": "open"]
    let openAI = try EndpointURL("https://api.openai.com/v1")
    let other = try EndpointURL("https://api.openai.com.example.org/v1")
    #expect(try APIKey.find(for: openAI, variable: nil, file: nil, in: variables) != nil)
    #expect(try APIKey.find(for: other, variable: nil, file: nil, in: variables) == nil)
    let both = ["SELFINSTRUCT_API_KEY": "first", "SELFINSTRUCT_JUDGE_API_KEY": "second"]
    func header(_ usual: [String]) throws -> String? {
      try APIKey.find(for: other, variable: nil, file: nil, usual: usual, in: both)?.header
    }
    #expect(try header(["SELFINSTRUCT_JUDGE_API_KEY", APIKey.usualVariable]) == "Bearer second")
    #expect(try header(["SELFINSTRUCT_ANSWER_API_KEY"]) == nil)
    let named = variables.merging(["SELFINSTRUCT_API_KEY": "own"]) { $1 }
    #expect(
      try APIKey.find(for: other, variable: nil, file: nil, in: named)?.header == "Bearer own")
  }

  @Test func `a key is one word, and shown nowhere`() throws {
    let folder = try TemporaryDirectory()
    let path = try folder.write("sk-abc\n", to: "key")
    let url = try EndpointURL("https://h/v1")
    let key = try #require(try APIKey.find(for: url, variable: nil, file: path, in: [:]))
    #expect(key.header == "Bearer sk-abc")
    #expect("\(key) \(String(reflecting: key))".contains("abc") == false)
    #expect(
      String(decoding: key.masked(Array("x sk-abcsk-abc y".utf8)), as: UTF8.self)
        == "x (key)(key) y")
    #expect(String(decoding: key.masked(Array("sk-ab".utf8)), as: UTF8.self) == "sk-ab")
    // JSON may write a slash, and any other character, otherwise.
    let odd = try APIKey("a/b+c", from: "test")
    for echo in ["a/b+c", #"a\/b\u002Bc"#, #"\u0061/b\u002bc"#] {
      #expect(String(decoding: odd.masked(Array("<\(echo)>".utf8)), as: UTF8.self) == "<(key)>")
    }
    #expect(String(decoding: odd.masked(Array(#"a\/b\u002"#.utf8)), as: UTF8.self) == #"a\/b\u002"#)
    for text in ["", "a b", "a\nb", "ä"] {
      let path = try folder.write(text, to: "bad")
      #expect(throws: EndpointError.self) {
        try APIKey.find(for: url, variable: nil, file: path, in: [:])
      }
    }
    #expect(throws: EndpointError.self) {
      try APIKey.find(for: url, variable: "NOT_SET", file: nil, in: [:])
    }
  }
}
