import Kernels
import TestSupport
import Testing

@Suite struct RowsTests {
  /// Straddle sixteen lanes.
  static let sizes = [1, 7, 15, 16, 17, 31, 33, 576, 1023]

  /// How far operands may be from a Double twin: rounding of the last step, and the sums before it.
  static func tolerance(_ precision: Precision) -> Double {
    switch precision {
    case .bf16: 0x1p-8
    case .f32: 2e-6
    }
  }

  @Test(arguments: sizes, Precision.allCases)
  func `normalizing equals the formula in Double`(channels: Int, precision: Precision) {
    let input = randomFloats(3 * channels, seed: 1)
    let weight = randomFloats(channels, seed: 2)
    var buffer = Buffer<UInt8>(zeros: input.count * precision.bytes)
    var bytes = buffer.mutableBytes(in: 0..<buffer.count)
    rmsNormalize(input.span, weight: weight.span, epsilon: 1e-5, into: &bytes, as: precision)
    expectClose(
      numbers(buffer, input.count, precision).map(Double.init),
      Naive.rmsNormalize(input, weight: weight, epsilon: 1e-5),
      relative: Self.tolerance(precision), because: "sums in f32, result rounded to the operand")
  }

  @Test(arguments: sizes, Precision.allCases)
  func `the gated unit equals the formula in Double`(hidden: Int, precision: Precision) {
    let input = randomFloats(3 * 2 * hidden, seed: 3, scale: 12)
    var buffer = Buffer<UInt8>(zeros: 3 * hidden * precision.bytes)
    var bytes = buffer.mutableBytes(in: 0..<buffer.count)
    gate(input.span, hidden: hidden, into: &bytes, as: precision)
    expectClose(
      numbers(buffer, 3 * hidden, precision).map(Double.init),
      Naive.gate(input, hidden: hidden), relative: Self.tolerance(precision),
      because: "the exponential is within 2 ulp, the result rounded to the operand")
  }

  @Test func `the gated unit stays finite far from zero`() {
    let input: [Float] = [-1000, -88, 88, 1000, 1, 1, 1, 1]
    var buffer = Buffer<UInt8>(zeros: 4 * 4)
    var bytes = buffer.mutableBytes(in: 0..<16)
    gate(input.span, hidden: 4, into: &bytes, as: .f32)
    let found = numbers(buffer, 4, .f32)
    #expect(abs(found[0]) < 1e-30 && abs(found[1]) < 1e-30)
    #expect(found[2] == 88 && found[3] == 1000)
  }

  @Test(arguments: sizes)
  func `rounding to bf16 is to nearest even`(count: Int) {
    let input = randomFloats(count, seed: 4, scale: 1e3) + [1.00390625, 1.01171875, -0, 3.4e38]
    #expect(numbers(operand(input, .bf16), input.count, .bf16) == input.map(Naive.bf16))
  }

  @Test func `rounding to bf16 keeps what is not finite`() {
    let found = numbers(operand([.nan, .infinity, -.infinity], .bf16), 3, .bf16)
    #expect(found[0].isNaN)
    #expect(found[1...] == [.infinity, -.infinity])
  }

  @Test func `rotating turns each pair by its angle`() {
    var heads: [Float] = [1, 0, 0, 2, 0, 1, 5, 0]
    var span = heads.mutableSpan
    // A quarter turn of the first pair, a half turn of the second.
    let cosines: [Float] = [0, -1]
    let sines: [Float] = [1, 0]
    rotate(&span, cosines: cosines.span, sines: sines.span)
    #expect(heads == [0, 0, 1, -2, -5, -1, 0, 0])
  }

  @Test(arguments: [1, 15, 16, 17, 1023, 1024, 1025, 49_152])
  func `the normalizer of logits equals the formula in Double`(count: Int) {
    let logits = randomFloats(count, seed: 5, scale: 20)
    let (logSum, best) = logSumExp(logits.span)
    expectClose(
      logSum, Naive.logSumExp(logits), absolute: 1e-6, because: "sums of 1,024 terms in f32")
    #expect(best == logits.firstIndex(of: logits.max() ?? 0))
  }

  @Test func `the first of equal maxima is named`() {
    let logits: [Float] = [1, 3, 2, 3]
    #expect(logSumExp(logits.span).indexOfMaximum == 1)
  }
}
