import Foundation

/// The learning rate over the steps of a run.
package struct Schedule: Codable, Hashable, Sendable {
  package enum Shape: String, Codable, CaseIterable, Sendable {
    /// Down to 0 along half a cosine.
    case cosine
    /// Down to 0 along a line.
    case linear
    case constant
  }

  package var shape = Shape.cosine
  /// The highest rate.
  package var rate = 2e-5
  /// The share of all steps over which the rate rises, rounded up; 0 to 1.
  package var warmup = 0.03

  package init(shape: Shape = .cosine, rate: Double = 2e-5, warmup: Double = 0.03) {
    self.shape = shape
    self.rate = rate
    self.warmup = warmup
  }

  /// The rate of a step, counted from 0.
  ///
  /// The first of W steps of warm-up has rate / W and not 0: a round is short, and a step at rate 0 is
  /// wasted.
  package func rate(at step: Int, of steps: Int) -> Double {
    let rising = Int((warmup * Double(steps)).rounded(.up))
    if step < rising { return rate * Double(step + 1) / Double(rising) }
    let progress = Double(step - rising) / Double(max(1, steps - rising))
    return switch shape {
    case .cosine: rate * 0.5 * (1 + cos(.pi * min(1, progress)))
    case .linear: rate * max(0, 1 - progress)
    case .constant: rate
    }
  }
}
