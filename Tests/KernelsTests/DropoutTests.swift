import Kernels
import TestSupport
import Testing

@Suite struct DropoutTests {
  private static func kept(
    _ numbers: [Float], rows: [UInt64], _ dropout: Dropout, _ precision: Precision
  ) -> [Float] {
    let operands = operand(numbers, precision, rows: 1)
    var output = Buffer<UInt8>(zeros: operands.count)
    var bytes = output.mutableBytes(in: 0..<output.count)
    dropout.copyKept(
      operands.bytes(in: 0..<operands.count), rows: rows, as: precision, into: &bytes)
    var widened = Buffer<Float>(zeros: numbers.count)
    var span = widened.mutableSpan
    widen(output.bytes(in: 0..<output.count), as: precision, into: &span)
    return numbers.indices.map { widened.span[$0] }
  }

  @Test(arguments: Precision.allCases, [1, 7, 16, 33])
  func `a number falls out or counts for those that do, the same forward and back`(
    precision: Precision, columns: Int
  ) {
    let rows: [UInt64] = [3, 4, 1 << 60]
    let ones = [Float](repeating: 1, count: rows.count * columns)
    let dropout = Dropout(share: 0.5, tensor: 2)
    let forward = Self.kept(ones, rows: rows, dropout, precision)
    #expect(forward.allSatisfy { $0 == 0 || $0 == 2 })
    var sums = Buffer<Float>(zeros: ones.count)
    var span = sums.mutableSpan
    dropout.addKept(ones.span, rows: rows, to: &span)
    #expect(ones.indices.map { sums.span[$0] } == forward)
    // A row depends on its key alone.
    let alone = Self.kept(Array(ones[..<columns]), rows: [4], dropout, precision)
    #expect(alone == Array(forward[columns..<2 * columns]))
  }

  @Test func `shares are what was asked for, and places and keys differ`() {
    let (rows, columns) = ([UInt64](0..<64), 512)
    let ones = [Float](repeating: 1, count: rows.count * columns)
    for share in [0, 0.05, 0.3, 0.9] {
      let found = Self.kept(ones, rows: rows, Dropout(share: share, tensor: 0), .f32)
      let left = Double(found.count { $0 != 0 }) / Double(found.count)
      // Six standard deviations of so many draws.
      let deviation = (share * (1 - share) / Double(found.count)).squareRoot()
      #expect(abs(left - (1 - share)) <= 6 * deviation, "\(share): \(left)")
      expectClose(
        Double(found.max() ?? 0), 1 / (1 - share), relative: 1e-6, because: "f32 rounds")
    }
    let half = Dropout(share: 0.5, tensor: 0)
    let first = Self.kept(ones, rows: rows, half, .f32)
    let other = Self.kept(ones, rows: rows, Dropout(share: 0.5, tensor: 1), .f32)
    let same = Double(zip(first, other).count { $0 == $1 }) / Double(first.count)
    #expect(abs(same - 0.5) < 0.02)
    let next = Self.kept(ones, rows: rows.map { $0 + 1 }, half, .f32)
    #expect(Array(first[columns...]) == Array(next[..<(first.count - columns)]))
  }
}
