import Foundation
import Kernels

/// Cosines and sines of the rotary angles of every position.
///
///     angle(position, i) = position * base^(-2 i / headSize),   i in 0 ..< headSize / 2
///
/// Computed in Double and rounded once.
struct RotaryTable: Sendable {
  private let half: Int
  private let cosines: [Float]
  private let sines: [Float]

  init(positions: Int, headSize: Int, base: Double) {
    half = headSize / 2
    let frequencies = (0..<headSize / 2).map { pow(base, -2 * Double($0) / Double(headSize)) }
    var cosines: [Float] = []
    var sines: [Float] = []
    cosines.reserveCapacity(positions * frequencies.count)
    sines.reserveCapacity(positions * frequencies.count)
    for position in 0..<positions {
      for frequency in frequencies {
        cosines.append(Float(cos(Double(position) * frequency)))
        sines.append(Float(sin(Double(position) * frequency)))
      }
    }
    self.cosines = cosines
    self.sines = sines
  }

  /// Turns the heads of one position.
  /// - Parameter heads: `[heads, headSize]`.
  func turn(_ heads: inout MutableSpan<Float>, at position: Int) {
    let range = position * half..<(position + 1) * half
    rotate(
      &heads, cosines: cosines.span.extracting(range), sines: sines.span.extracting(range))
  }
}
