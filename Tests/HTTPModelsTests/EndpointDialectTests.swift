import Testing

@testable import HTTPModels

@Suite struct EndpointDialectTests {
  @Test func `a field is refused only if it is named as a word and was sent`() {
    var dialect = EndpointDialect()
    #expect(dialect.learn("stopped early, stop_sequence unknown", ["stop"]) == nil)
    #expect(dialect.learn("'seed' is unknown", ["stop"]) == nil)
    #expect(dialect.learn("Unrecognized argument: Stop", ["stop"]) != nil)
    #expect(dialect.refused == ["stop"])
    #expect(dialect.learn("Unrecognized argument: stop", ["stop"]) == nil)
    #expect(dialect.learn("top_p may not be used", ["top_p", "temperature"]) != nil)
    #expect(dialect.refused == ["stop", "top_p"])
  }

  @Test func `room for thinking grows up to a bound`() {
    var dialect = EndpointDialect()
    var lessons = 0
    while dialect.learnThinking(wasCut: true) != nil { lessons += 1 }
    #expect(dialect.thinkingTokens == 1 << 14 && lessons == 4)
    #expect(dialect.learnThinking(wasCut: false) != nil)
    #expect(dialect.learnThinking(wasCut: false) == nil)
  }
}

extension EndpointDialect {
  fileprivate mutating func learn(_ body: String, _ sent: Set<String>) -> String? {
    learn(from: AttemptOutcome.Refusal(status: 400, body: body, sent: sent))
  }
}
