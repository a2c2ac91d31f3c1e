import Testing

@testable import HTTPModels

@Suite struct ConcurrencyLimitTests {
  /// A server that serves so many at once, with answers in the order of the requests.
  ///
  /// - Returns: Answers and refusals, and the mean of what was in flight.
  private static func run(
    _ limit: inout ConcurrencyLimit, serving places: Int, requests: Int
  ) -> (refused: Int, mean: Double) {
    var flight: [(number: Int, isRefused: Bool)] = []
    var (done, refused, sum, steps) = (0, 0, 0, 0)
    while done < requests {
      while flight.count < limit.current {
        flight.append((limit.send(), flight.count { !$0.isRefused } >= places))
      }
      // A refusal comes at once, an answer in its turn.
      let next = flight.firstIndex { $0.isRefused } ?? 0
      let inFlight = flight.count
      let attempt = flight.remove(at: next)
      if attempt.isRefused {
        refused += 1
        limit.refused(attempt.number, inFlight: inFlight)
      } else {
        done += 1
        limit.answered(inFlight: inFlight)
        (sum, steps) = (sum + min(inFlight, places), steps + 1)
      }
    }
    return (refused, Double(sum) / Double(steps))
  }

  @Test(arguments: [3, 8, 24, 60, 200])
  func `a hidden limit is found and kept to`(places: Int) {
    var limit = ConcurrencyLimit(maximum: 256)
    _ = Self.run(&limit, serving: places, requests: 50 * places)
    let (refused, mean) = Self.run(&limit, serving: places, requests: 2000)
    #expect(mean >= 0.85 * Double(places), "\(mean)")
    #expect(Double(refused) <= 0.02 * 2000 * max(1, 24 / Double(places)), "\(refused)")
  }

  @Test func `without refusals all places are used`() {
    var limit = ConcurrencyLimit(maximum: 256)
    _ = Self.run(&limit, serving: 1000, requests: 300)
    #expect(limit.current == 256)
  }

  @Test func `a burst of refusals is one`() {
    var limit = ConcurrencyLimit(maximum: 64)
    let numbers = (0..<16).map { _ in limit.send() }
    for (place, number) in numbers[12...].enumerated() {
      limit.refused(number, inFlight: 16 - place)
    }
    // Four of sixteen: twelve were served.
    #expect(limit.current == 10)
  }

  @Test func `it never falls below one`() {
    var limit = ConcurrencyLimit(maximum: 4)
    for _ in 0..<50 {
      limit.refused(limit.send(), inFlight: 1)
      limit.slowed(limit.send())
    }
    #expect(limit.current == 1)
  }
}
