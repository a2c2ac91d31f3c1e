import Testing

@testable import HTTPModels

@Suite struct EndpointDialectTests {
  @Test func `a field is refused only if it is named as a word and was sent`() {
    var dialect = EndpointDialect()
    #expect(dialect.learn(from: "stopped early, stop_sequence unknown", sent: ["stop"]) == nil)
    #expect(dialect.learn(from: "'seed' is unknown", sent: ["stop"]) == nil)
    #expect(dialect.learn(from: "Unrecognized argument: Stop", sent: ["stop"]) != nil)
    #expect(dialect.refused == ["stop"])
    #expect(dialect.learn(from: "Unrecognized argument: stop", sent: ["stop"]) == nil)
    #expect(dialect.learn(from: "top_p may not be used", sent: ["top_p", "temperature"]) != nil)
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
