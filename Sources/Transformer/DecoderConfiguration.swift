import Foundation

/// The shape of a llama-architecture decoder: RMS norms, rotary grouped-query attention, gated
/// feed-forward, no biases.
package struct DecoderConfiguration: Hashable, Sendable {
  /// Width of the residual stream.
  package var channels: Int
  /// Width of the gated unit.
  package var hidden: Int
  /// Number of layers.
  package var layers: Int
  /// Query heads.
  package var heads: Int
  /// Heads of keys and values; divides `heads`.
  package var keyHeads: Int
  /// Channels of a head.
  package var headSize: Int
  /// Rows of the embedding and of the output.
  package var vocabulary: Int
  /// Positions the model was made for.
  package var contextLength: Int
  /// Base of the rotary angles.
  package var rotaryBase: Double
  /// What each of the `headSize / 2` frequencies is divided by, for texts longer than those the angles
  /// were made for; empty for nothing.
  package var rotaryDivisors: [Double] = []
  /// Added to the mean square in every norm.
  package var epsilon: Float
  /// Whether the output uses the embedding's weights.
  package var tiesOutput: Bool

  package init(
    channels: Int, hidden: Int, layers: Int, heads: Int, keyHeads: Int, headSize: Int,
    vocabulary: Int, contextLength: Int, rotaryBase: Double, epsilon: Float, tiesOutput: Bool
  ) {
    self.channels = channels
    self.hidden = hidden
    self.layers = layers
    self.heads = heads
    self.keyHeads = keyHeads
    self.headSize = headSize
    self.vocabulary = vocabulary
    self.contextLength = contextLength
    self.rotaryBase = rotaryBase
    self.epsilon = epsilon
    self.tiesOutput = tiesOutput
  }

  /// The frequencies of the rotary angles before they are divided.
  var rotaryFrequencies: [Double] {
    (0..<headSize / 2).map { pow(rotaryBase, -2 * Double($0) / Double(headSize)) }
  }

  /// Columns of the fused projection: all query heads, then key heads, then value heads.
  var projectionWidth: Int { (heads + 2 * keyHeads) * headSize }

  /// Checks that this is a decoder we can run.
  /// - Parameter path: The file that said so, for the message.
  /// - Throws: `TransformerError.unsupported`, naming the first value out of range.
  package func validate(path: String) throws(TransformerError) {
    func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws(TransformerError) {
      guard range ~= value else {
        throw .unsupported(
          file: path, what: name, is: "\(value)",
          expected: "\(range.lowerBound) to \(range.upperBound)")
      }
    }
    try check("embedding length", channels, 1...65_536)
    try check("feed-forward length", hidden, 1...1_048_576)
    try check("number of layers", layers, 1...1_024)
    try check("number of heads", heads, 1...1_024)
    try check("number of key-value heads", keyHeads, 1...1_024)
    try check("vocabulary", vocabulary, 1...4_194_304)
    try check("context length", contextLength, 1...16_777_216)
    try check("head size", headSize, 16...256)
    guard headSize % 16 == 0 else {
      throw .unsupported(
        file: path, what: "head size", is: "\(headSize)", expected: "a multiple of 16")
    }
    guard heads % keyHeads == 0 else {
      throw .unsupported(
        file: path, what: "number of key-value heads", is: "\(keyHeads)",
        expected: "a divisor of the \(heads) heads")
    }
    guard rotaryBase.isFinite, rotaryBase > 0, epsilon.isFinite, epsilon >= 0 else {
      throw .unsupported(
        file: path, what: "rotary base and norm epsilon", is: "\(rotaryBase) and \(epsilon)",
        expected: "positive numbers")
    }
    let divisors = rotaryDivisors
    guard divisors.isEmpty || divisors.count == headSize / 2,
      divisors.allSatisfy({ $0.isFinite && $0 > 0 })
    else {
      throw .unsupported(
        file: path, what: "scaling of rotary angles", is: "\(divisors.count) numbers",
        expected: "\(headSize / 2), all positive")
    }
  }
}
