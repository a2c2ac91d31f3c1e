import Foundation
import Randomness

/// How much a metric differs between two models, by drawing units again (Efron and Tibshirani, "An
/// Introduction to the Bootstrap", 1993, chapter 13).
///
/// Units are drawn with replacement, the same for both models, so that what is hard for both says
/// nothing about either. Percentile intervals of few units are too short by as much as a normal one is
/// beside Student's; they are expanded by that (Hesterberg, "What Teachers Should Know About the
/// Bootstrap", 2015, section 4.5), with as many units as weigh alike:
///
///     n = (sum_u count(u))^2 / sum_u count(u)^2
///     tail' = Phi(-sqrt(n / (n - 1)) t(tail, n - 1))
package struct PairedBootstrap: Sendable {
  /// The metric of the second model less that of the first.
  package let difference: Double
  /// The same of each draw, ascending.
  private let draws: [Double]
  /// So many units that weigh alike would tell as much; 2 at least.
  private let effectiveUnits: Double

  /// - Parameters:
  ///   - before: What the first model came to.
  ///   - after: What the second came to, with the same units in the same order.
  ///   - resamples: How often the units are drawn again.
  /// - Precondition: Both have the same units, at least one.
  /// - Complexity: O(resamples * units).
  package init(
    _ before: MetricSample, _ after: MetricSample, resamples: Int, from stream: RandomStream
  ) {
    precondition(
      !before.units.isEmpty && before.units.map(\.id) == after.units.map(\.id),
      "PairedBootstrap: the units differ; expected the same, in one order")
    difference = after.value - before.value
    let (first, second) = (before.units, after.units)
    let counts = zip(first, second).map { $0.count + $1.count }
    let total = counts.reduce(0, +)
    let squares = counts.reduce(0) { $0 + $1 * $1 }
    effectiveUnits = squares > 0 ? max(2, total * total / squares) : 2
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

  /// The interval that is meant to leave out so much on each side.
  ///
  /// - Parameter tail: Above 0, below 0.5; of a 95 % interval 0.025.
  package func interval(tail: Double) -> ClosedRange<Double> {
    // So that a bound lies outside of the interval if and only if its probability is below the tail.
    let left = Int((expanded(tail) * Double(draws.count + 1)).rounded(.down)) - 1
    let index = min(max(left, 0), (draws.count - 1) / 2)
    return draws[index]...draws[draws.count - 1 - index]
  }

  /// The least tail whose interval lies above a bound: how likely a difference that large is by chance
  /// if it is really the bound, the draw that was seen counted in (Davison and Hinkley, "Bootstrap
  /// Methods and their Application", 1997, equation 4.11).
  package func probability(atMost bound: Double) -> Double {
    tail(of: Double(1 + draws.count { $0 <= bound }) / Double(draws.count + 1))
  }

  /// The same of intervals that lie below a bound.
  package func probability(atLeast bound: Double) -> Double {
    tail(of: Double(1 + draws.count { $0 >= bound }) / Double(draws.count + 1))
  }

  /// The share of draws to leave out for a tail.
  private func expanded(_ tail: Double) -> Double {
    Normal.share(
      below: (effectiveUnits / (effectiveUnits - 1)).squareRoot()
        * Student.quantile(tail, degreesOfFreedom: effectiveUnits - 1))
  }

  /// The tail for which so large a share of draws is left out.
  private func tail(of share: Double) -> Double {
    if share >= 0.5 { return share }
    var (low, high) = (0.0, 0.5)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if expanded(middle) < share { low = middle } else { high = middle }
    }
    return high
  }
}

/// The standard normal distribution.
enum Normal {
  static func share(below value: Double) -> Double { 0.5 * erfc(-value / 2.0.squareRoot()) }

  /// - Parameter share: Above 0, below 1.
  static func quantile(_ share: Double) -> Double {
    var (low, high) = (-40.0, 40.0)
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if self.share(below: middle) < share { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}

/// Student's t distribution.
enum Student {
  /// By the expansion in powers of 1 / degrees of freedom about the normal quantile (Abramowitz and
  /// Stegun, 1964, 26.7.5); within 0.001 from 10 degrees of freedom on, for tails of 0.001 and more.
  static func quantile(_ share: Double, degreesOfFreedom degrees: Double) -> Double {
    let z = Normal.quantile(share)
    let (z3, z5) = (z * z * z, z * z * z * z * z)
    let (z7, z9) = (z5 * z * z, z5 * z * z * z * z)
    let terms = [
      (z3 + z) / 4,
      (5 * z5 + 16 * z3 + 3 * z) / 96,
      (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / 384,
      (79 * z9 + 776 * z7 + 1482 * z5 - 1920 * z3 - 945 * z) / 92_160,
    ]
    return z
      + terms.enumerated().reduce(0) { $0 + $1.element / pow(degrees, Double($1.offset + 1)) }
  }
}
