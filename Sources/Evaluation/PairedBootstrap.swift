import Randomness

/// How much a metric differs between two models, by drawing units again (Efron and Tibshirani, "An
/// Introduction to the Bootstrap", 1993, chapter 13: the percentile interval).
///
/// Units are drawn with replacement, the same for both models, so that what is hard for both says
/// nothing about either.
package struct PairedBootstrap: Sendable {
  /// The metric of the second model less that of the first.
  package let difference: Double
  /// The same of each draw, ascending.
  private let draws: [Double]

  /// - Parameters:
  ///   - before: What the first model came to.
  ///   - after: What the second came to, with the same units in the same order.
  ///   - resamples: How often the units are drawn again.
  /// - Precondition: Both have the same units, at least one.
  /// - Complexity: O(resamples * units).
  package init(
    _ before: Measurement, _ after: Measurement, resamples: Int, from stream: RandomStream
  ) {
    precondition(
      !before.units.isEmpty && before.units.map(\.id) == after.units.map(\.id),
      "PairedBootstrap: the units differ; expected the same, in one order")
    difference = after.value - before.value
    let (first, second) = (before.units, after.units)
    var generator = stream.generator()
    draws = (0..<resamples).map { _ in
      var sums = (0.0, 0.0)
      var counts = (0.0, 0.0)
      for _ in first.indices {
        let index = generator.below(first.count)
        sums.0 += first[index].sum
        counts.0 += first[index].count
        sums.1 += second[index].sum
        counts.1 += second[index].count
      }
      return (counts.1 > 0 ? sums.1 / counts.1 : 0) - (counts.0 > 0 ? sums.0 / counts.0 : 0)
    }.sorted()
  }

  /// The interval that leaves out so much of the draws on each side.
  ///
  /// - Parameter tail: 0 to 0.5; of a 95 % interval 0.025.
  package func interval(tail: Double) -> ClosedRange<Double> {
    // Of 10,000 draws the 250th from either end: one that leaves too much out would be too short.
    let left = min(max(Int((tail * Double(draws.count)).rounded(.down)), 0), (draws.count - 1) / 2)
    return draws[left]...draws[draws.count - 1 - left]
  }

  /// How likely draws are that lie at a bound or below it, the one that was seen counted in
  /// (Davison and Hinkley, "Bootstrap Methods and their Application", 1997, equation 4.11).
  package func probability(atMost bound: Double) -> Double {
    Double(1 + draws.count { $0 <= bound }) / Double(draws.count + 1)
  }

  /// The same of draws at a bound or above it.
  package func probability(atLeast bound: Double) -> Double {
    Double(1 + draws.count { $0 >= bound }) / Double(draws.count + 1)
  }
}
