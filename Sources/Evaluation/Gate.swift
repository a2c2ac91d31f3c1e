import Foundation
import Randomness

/// Decides whether a model may take the place of another.
///
/// The primary metric has to improve: the paired-bootstrap interval of its difference excludes 0. Each
/// other metric is a guard, which objects if it is worse by more than its margin for sure: its
/// interval lies wholly beyond the margin, at a level that Holm's step-down procedure (1979) corrects
/// for the number of guards.
package enum Gate {
  /// One metric of both models.
  package struct Comparison: Codable, Equatable, Sendable {
    /// What a metric says.
    package enum Verdict: String, Codable, Sendable {
      /// Of the primary metric.
      case improved, notImproved
      /// Of a guard.
      case passed, objected

      /// As people read it in a table; nothing where there is nothing to say.
      package var words: String {
        switch self {
        case .improved: "improved"
        case .notImproved: "not improved"
        case .passed: ""
        case .objected: "objects"
        }
      }
    }

    /// What it says, in words; nothing where there is nothing to say.
    package var remark: String {
      let isWorse = metric.isLowerBetter ? lower > 0 : upper < 0
      return verdict == .passed && isWorse ? "worse, within the margin" : verdict.words
    }

    package var metric: Metric
    package var before: Double
    package var after: Double
    /// Of the difference, after less before, with the bounds of its interval.
    package var difference: Double
    package var lower: Double
    package var upper: Double
    /// How much the interval is meant to leave out on each side: 0.025 of a 95 % interval.
    package var tail: Double
    /// By how much it may become worse; nil of the primary metric.
    package var margin: Double?
    package var verdict: Verdict

    package init(
      metric: Metric, before: Double, after: Double, difference: Double, lower: Double,
      upper: Double, tail: Double, margin: Double?, verdict: Verdict
    ) {
      self.metric = metric
      self.before = before
      self.after = after
      self.difference = difference
      self.lower = lower
      self.upper = upper
      self.tail = tail
      self.margin = margin
      self.verdict = verdict
    }
  }

  /// Whether a model takes the place, and why.
  package struct Decision: Codable, Equatable, Sendable {
    package var isPromoted: Bool
    /// One sentence that names what decided.
    package var reason: String
    /// The primary metric, then the guards in the order of `Metric`.
    package var comparisons: [Comparison]
    /// What was taken of one model and not of the other, or of other units.
    /// Nil where there is nothing of the kind.
    package var notCompared: [Metric]?

    package init(
      isPromoted: Bool, reason: String, comparisons: [Comparison], notCompared: [Metric]? = nil
    ) {
      self.isPromoted = isPromoted
      self.reason = reason
      self.comparisons = comparisons
      self.notCompared = notCompared
    }
  }

  /// Compares two models by what was taken of both.
  ///
  /// - Parameter stream: What units are drawn by.
  /// - Throws: `EvaluationError.notMeasured` if the primary metric was not taken of both.
  package static func decide(
    from before: ModelEvaluation, to after: ModelEvaluation, _ configuration: GateConfiguration,
    drawnFrom stream: RandomStream
  ) throws(EvaluationError) -> Decision {
    let tail = (1 - configuration.confidence) / 2
    func bootstrap(_ metric: Metric) -> PairedBootstrap? {
      guard let first = before[metric], let second = after[metric], first.isSound, second.isSound,
        first.units.map(\.id) == second.units.map(\.id)
      else { return nil }
      return PairedBootstrap(
        first, second, resamples: configuration.resamples,
        from: stream.stream(metric.rawValue))
    }
    func comparison(
      _ metric: Metric, _ draws: PairedBootstrap, tail: Double, _ verdict: Comparison.Verdict
    ) -> Comparison {
      let interval = draws.interval(tail: tail)
      return Comparison(
        metric: metric, before: before[metric]?.value ?? 0, after: after[metric]?.value ?? 0,
        difference: draws.difference, lower: interval.lowerBound, upper: interval.upperBound,
        tail: tail,
        margin: metric == configuration.primary ? nil : configuration.margins[metric],
        verdict: verdict)
    }
    let primary = configuration.primary
    guard let draws = bootstrap(primary) else { throw .notMeasured(primary) }
    let interval = draws.interval(tail: tail)
    let isBetter = primary.isLowerBetter ? interval.upperBound < 0 : interval.lowerBound > 0
    var comparisons = [comparison(primary, draws, tail: tail, isBetter ? .improved : .notImproved)]
    let guards = Metric.allCases.filter { $0 != primary }.compactMap { metric in
      bootstrap(metric).map { Guard(metric, $0, configuration.margins[metric]) }
    }
    let levels = holm(guards.map(\.probability), level: tail) { guards[$0].objects(tail: $1) }
    for (one, level) in zip(guards, levels) {
      comparisons.append(
        comparison(
          one.metric, one.draws, tail: level.tail, level.isRejected ? .objected : .passed))
    }
    let notCompared = Metric.allCases.filter { metric in
      (before[metric] != nil || after[metric] != nil)
        && !comparisons.contains { $0.metric == metric }
    }
    let gap =
      notCompared.isEmpty
      ? "" : "; not compared: " + notCompared.map(\.title).joined(separator: ", ")
    return Decision(
      isPromoted: isBetter && !comparisons.contains { $0.verdict == .objected },
      reason: reason(comparisons) + gap, comparisons: comparisons,
      notCompared: notCompared.isEmpty ? nil : notCompared)
  }

  /// A guard and how likely its draws are no worse than the margin.
  private struct Guard {
    let metric: Metric
    let draws: PairedBootstrap
    let margin: Double

    init(_ metric: Metric, _ draws: PairedBootstrap, _ margin: Double) {
      self.metric = metric
      self.draws = draws
      self.margin = margin
    }

    var probability: Double {
      metric.isLowerBetter
        ? draws.probability(atMost: margin) : draws.probability(atLeast: -margin)
    }

    /// Whether the interval lies wholly beyond the margin.
    func objects(tail: Double) -> Bool {
      let interval = draws.interval(tail: tail)
      return metric.isLowerBetter ? interval.lowerBound > margin : interval.upperBound < -margin
    }
  }

  /// Holm's procedure: the one with the smallest probability is tested at level / k, the next at
  /// level / (k - 1), and so on until one is not rejected.
  ///
  /// - Parameter rejects: The test of one of them at a level.
  /// - Returns: For each whether it is rejected, and the level that it was tested at; of those after the
  ///   first that was not, the level of that one.
  package static func holm(
    _ probabilities: [Double], level: Double, rejects: (Int, Double) -> Bool
  ) -> [(isRejected: Bool, tail: Double)] {
    let order = probabilities.indices.sorted { (probabilities[$0], $0) < (probabilities[$1], $1) }
    var levels = probabilities.map { _ in (isRejected: false, tail: level) }
    var isOpen = true
    var tail = level
    for (rank, index) in order.enumerated() {
      if isOpen {
        tail = level / Double(probabilities.count - rank)
        isOpen = rejects(index, tail)
      }
      levels[index] = (isOpen, tail)
    }
    return levels
  }

  private static func reason(_ comparisons: [Comparison]) -> String {
    guard let primary = comparisons.first else { return "" }
    let objections = comparisons.filter { $0.verdict == .objected }.map(sentence)
    if primary.verdict == .notImproved {
      let also = objections.isEmpty ? "" : "; and " + objections.joined(separator: "; ")
      let isWorse =
        primary.metric.isLowerBetter ? primary.lower > 0 : primary.upper < 0
      return
        "\(sentence(primary)), which is \(isWorse ? "worse for sure" : "no sure improvement")\(also)"
    }
    return objections.isEmpty
      ? "\(sentence(primary)), and no guard objects"
      : objections.joined(separator: "; ")
  }

  private static func sentence(_ comparison: Comparison) -> String {
    func number(_ value: Double) -> String { String(format: "%.4f", value) }
    let level = String(format: "%.6g", 100 * (1 - 2 * comparison.tail))
    let beyond = comparison.verdict == .objected
    let margin =
      comparison.margin.map { beyond ? ", wholly beyond the margin of \(number($0))" : "" } ?? ""
    return "\(comparison.metric.title) went from \(number(comparison.before)) to "
      + "\(number(comparison.after)) (\(level) % interval of the difference "
      + "\(number(comparison.lower)) to \(number(comparison.upper))\(margin))"
  }
}
