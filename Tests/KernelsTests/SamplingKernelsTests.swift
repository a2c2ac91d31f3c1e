import Foundation
import Kernels
import Randomness
import TestSupport
import Testing

@Suite struct SamplingKernelsTests {
  private func logits(_ count: Int) -> [Float] {
    var random = RandomStream(seed: 5).stream("logits", count).generator()
    return (0..<count).map { _ in Float.random(in: -30...30, using: &random) }
  }

  private func blocks(_ row: [Float]) -> [ArraySlice<Float>] {
    stride(from: 0, to: row.count, by: 64).map { row[$0..<min($0 + 64, row.count)] }
  }

  @Test func `maxima are those of each block, whatever the length`() {
    withEvery("count", in: [0, 1, 7, 8, 15, 16, 17, 63, 64, 65, 127, 128, 129, 1023]) { count in
      var row = logits(count)
      let expected = blocks(row).map { $0.max() ?? 0 }
      let before = row
      var maxima = [Float](repeating: 7, count: samplingBlocks(of: count))
      var span = row.mutableSpan
      var output = maxima.mutableSpan
      blockMaxima(of: &span, into: &output)
      #expect(maxima == expected)
      #expect(row == before)
    }
  }

  @Test func `not a number becomes minus infinity and is no maximum`() {
    for count in [1, 5, 16, 70] {
      var row = [Float](repeating: .nan, count: count)
      if count > 5 { row[5] = -3 }
      row[count - 1] = .nan
      var maxima = [Float](repeating: 7, count: samplingBlocks(of: count))
      var span = row.mutableSpan
      var output = maxima.mutableSpan
      blockMaxima(of: &span, into: &output)
      #expect(maxima[0] == (count > 5 ? -3 : -.infinity))
      #expect(row.allSatisfy { $0 == -.infinity || $0 == -3 })
    }
  }

  @Test func `sums are those of a Double reference`() {
    withEvery("count", in: [1, 7, 8, 15, 16, 17, 63, 64, 65, 127, 128, 129, 1023]) { count in
      withEvery("scale", in: [Float(0.5), 1, 3]) { scale in
        var row = logits(count)
        if count > 8 { row[3] = -.infinity }
        let maximum = row.max() ?? 0
        let expected = blocks(row).map { block in
          block.reduce(0.0) { $0 + exp(Double(scale) * (Double($1) - Double(maximum))) }
        }
        var sums = [Float](repeating: 7, count: samplingBlocks(of: count))
        var output = sums.mutableSpan
        blockWeights(of: row.span, maximum: maximum, scale: scale, into: &output)
        for (found, wanted) in zip(sums, expected) {
          // The argument of the exponential is rounded to Float: up to 180 * 2^-24.
          expectClose(
            found, wanted, relative: 2e-5, absolute: 1e-36,
            because: "the argument, up to 180, is rounded to 24 bits")
        }
      }
    }
  }
}
