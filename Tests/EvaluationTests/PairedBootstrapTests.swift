import Randomness
import TestSupport
import Testing

@testable import Evaluation

@Suite struct PairedBootstrapTests {
  struct Case: Decodable, CustomTestStringConvertible {
    var before: [Double]
    var after: [Double]
    var count: [Double]
    var difference: Double
    var low: Double
    var high: Double
    var error: Double

    var testDescription: String { "\(before.count) units" }

    var bootstrap: PairedBootstrap {
      PairedBootstrap(
        measurement(before), measurement(after), resamples: 20_000, from: RandomStream(seed: 5))
    }

    private func measurement(_ sums: [Double]) -> MetricSample {
      MetricSample(
        units: zip(sums, count).enumerated().map { place, unit in
          MetricSample.Unit(id: "\(place)", sum: unit.0, count: unit.1)
        })
    }
  }

  static let cases: [Case] = (try? Fixture("bootstrap.json").json()) ?? []

  @Test(arguments: cases) func `intervals are scipy's`(_ one: Case) {
    let draws = one.bootstrap
    let interval = draws.interval(tail: 0.025)
    expectClose(draws.difference, one.difference, absolute: 1e-9, because: "sums are rounded")
    // A quantile of 20,000 draws strays by a fiftieth of a standard error.
    for (mine, other) in [(interval.lowerBound, one.low), (interval.upperBound, one.high)] {
      expectClose(
        (mine - other) / one.error, 0, absolute: 0.08, because: "both draw by chance")
    }
  }

  @Test func `there are cases, and a wider interval holds a narrower one`() throws {
    #expect(Self.cases.count == 4)
    let draws = try #require(Self.cases.first).bootstrap
    let (wide, narrow) = (draws.interval(tail: 0.001), draws.interval(tail: 0.1))
    #expect(wide.lowerBound < narrow.lowerBound && narrow.upperBound < wide.upperBound)
  }

  @Test func `what is hard for both says nothing about either`() {
    let hard = (0..<100).map { Double($0 * $0) }
    func measurement(_ shift: Double) -> MetricSample {
      MetricSample(
        units: hard.enumerated().map { .init(id: "\($0)", sum: $1 + shift, count: 1) })
    }
    let draws = PairedBootstrap(
      measurement(0), measurement(-0.5), resamples: 1000, from: RandomStream(seed: 1))
    let interval = draws.interval(tail: 0.025)
    expectClose(
      [interval.lowerBound, interval.upperBound], [-0.5, -0.5], absolute: 1e-9,
      because: "sums are rounded")
    #expect(draws.probability(atLeast: 0) < 0.005)
    #expect(draws.probability(atMost: 0) == 1)
  }

  @Test func `a bound lies outside of an interval as long as its probability is below the tail`()
    throws
  {
    let draws = try #require(Self.cases.last).bootstrap
    for bound in [-0.05, -0.02, 0.0, 0.01, 0.03] {
      for tail in [0.001, 0.01, 0.025, 0.1, 0.3] {
        let interval = draws.interval(tail: tail)
        // Where the two stand at one draw, it counts in one of them.
        let (above, below) = (draws.probability(atMost: bound), draws.probability(atLeast: bound))
        #expect(interval.lowerBound > bound ? above < tail * 1.02 : above > tail * 0.98)
        #expect(interval.upperBound < bound ? below < tail * 1.02 : below > tail * 0.98)
      }
    }
  }

  @Test func `Student's quantiles are those of the tables`() {
    for (share, degrees, quantile) in [
      (0.025, 10.0, -2.2281), (0.025, 30, -2.0423), (0.005, 20, -2.8453), (0.1, 120, -1.2886),
      (0.95, 15, 1.7531),
    ] {
      expectClose(
        Student.quantile(share, degreesOfFreedom: degrees), quantile, absolute: 2e-4,
        because: "tables have four places")
    }
  }

  @Test func `units that nothing was counted for are drawn like others`() {
    func measurement(_ sums: [Double], _ counts: [Double]) -> MetricSample {
      MetricSample(
        units: zip(sums, counts).enumerated().map { .init(id: "\($0)", sum: $1.0, count: $1.1) })
    }
    let none = measurement([0, 0], [0, 0])
    let draws = PairedBootstrap(none, none, resamples: 1000, from: RandomStream(seed: 1))
    #expect(none.value == 0 && draws.interval(tail: 0.025) == 0...0)
  }
}
