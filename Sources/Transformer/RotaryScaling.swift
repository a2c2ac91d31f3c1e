/// How Llama 3.1 and later stretch their rotary angles for long texts.
///
/// A frequency whose wave is short stays, one whose wave is long is divided by `factor`, and between
/// the two the divisor goes over from one to the other:
///
///     r = originalLength * frequency / (2 pi)          waves in a text of the original length
///     s = clamp((r - lowFactor) / (highFactor - lowFactor), 0, 1)
///     divided = frequency * (s + (1 - s) / factor)
struct RotaryScaling: Hashable, Sendable {
  var factor: Double
  var lowFactor: Double
  var highFactor: Double
  var originalLength: Double

  /// What frequencies are divided by.
  func divisors(of frequencies: [Double]) -> [Double] {
    frequencies.map { frequency in
      let waves = originalLength * frequency / (2 * .pi)
      let share = min(max((waves - lowFactor) / (highFactor - lowFactor), 0), 1)
      return 1 / (share + (1 - share) / factor)
    }
  }

  /// Those of published models, by which numbers in a file that holds divisors alone are known again.
  static let published = [8.0, 32].map {
    RotaryScaling(factor: $0, lowFactor: 1, highFactor: 4, originalLength: 8192)
  }
}
