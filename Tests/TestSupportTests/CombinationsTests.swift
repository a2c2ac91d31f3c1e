import TestSupport
import Testing

@Suite struct CombinationsTests {
  private struct Stop: Error {}

  @Test func `loops try every combination in order`() {
    var seen: [[Int]] = []
    withEvery("a", in: [1, 2]) { first in
      withEvery("b", in: [3, 4]) { second in seen.append([first, second]) }
    }
    #expect(seen == [[1, 3], [1, 4], [2, 3], [2, 4]])
  }

  @Test func `the trace names the values the loops stand at`() {
    #expect(CombinationTrace.suffix == "")
    withEvery("a", in: [1]) { _ in
      withEvery("b", in: ["x"]) { _ in #expect(CombinationTrace.suffix == " in a = 1, b = x") }
    }
    #expect(CombinationTrace.suffix == "")
  }

  @Test func `a failure inside stays a failure and does not end the loop`() {
    var count = 0
    withKnownIssue {
      withEvery("a", in: [1, 2, 3]) { value in
        count += 1
        #expect(value != 2)
      }
    }
    #expect(count == 3)
  }

  @Test func `an error thrown inside passes through`() {
    #expect(throws: Stop.self) {
      try withEvery("a", in: [1]) { _ in throw Stop() }
    }
  }
}
