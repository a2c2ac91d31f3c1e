import Foundation
import Testing

@testable import HTTPModels

@Suite struct AttemptOutcomeTests {
  @Test func `Retry-After is read as seconds and as a date`() {
    let now = Date(timeIntervalSince1970: 1_700_000_000)  // Tue, 14 Nov 2023 22:13:20 GMT
    func wait(_ text: String?) -> Duration? { AttemptOutcome.wait(text, now: now) }
    #expect(wait("7") == .seconds(7))
    #expect(wait(" 0.5 ") == .seconds(0.5))
    #expect(wait("Tue, 14 Nov 2023 22:13:50 GMT") == .seconds(30))
    #expect(wait("Tue, 14 Nov 2023 22:00:00 GMT") == .zero)
    #expect(wait("1e400") == nil && wait("soon") == nil && wait(nil) == nil && wait("-3") == nil)
    #expect(wait("999999999999") == .seconds(24 * 3600))
  }

  @Test func `a body is shown in one short line`() {
    #expect(AttemptOutcome.shown(Array(#"{"error": {"message": "a\n b"}}"#.utf8)) == "a b")
    #expect(AttemptOutcome.shown(Array("x\u{1B}[31m\u{7}y\r\nz".utf8)) == "x[31my z")
    #expect(AttemptOutcome.shown(Array(repeating: 0x61, count: 5000)).count == 303)
    #expect(AttemptOutcome.shown([0xFF, 0xFE]).isEmpty == false)
  }
}
