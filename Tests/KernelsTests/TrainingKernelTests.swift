import Foundation
import Kernels
import TestSupport
import Testing

/// The kernels of training against naive twins in Double.
@Suite struct TrainingKernelTests {
  /// Numbers that look random and are the same everywhere.
  private struct Draw {
    var state: UInt64

    mutating func next() -> Float {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 32)) / 0x1p31
    }

    mutating func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in next() } }
  }

  private static func buffer(_ numbers: [Float]) -> SharedBuffer<Float> {
    let buffer = SharedBuffer<Float>(zeros: numbers.count)
    var span = buffer.mutableSpan(in: 0..<numbers.count)
    for index in numbers.indices { span[index] = numbers[index] }
    return buffer
  }

  private static func copy(_ buffer: SharedBuffer<Float>) -> [Float] {
    let span = buffer.span
    return span.indices.map { span[$0] }
  }

  /// Attention of one document, row by row in Double: the output, and the derivative by queries,
  /// keys and values, given that by the output.
  private static func naive(
    _ a: DocumentAttention, rows: Int, _ projection: [Float], _ gradient: [Float]
  ) -> (output: [Double], gradient: [Double]) {
    let size = a.headSize
    let stride = (a.heads + 2 * a.keyHeads) * size
    var output = [Double](repeating: 0, count: rows * a.heads * size)
    var slopes = [Double](repeating: 0, count: rows * stride)
    for row in 0..<rows {
      for head in 0..<a.heads {
        let query = row * stride + head * size
        let key = (a.heads + head / (a.heads / a.keyHeads)) * size
        let value = key + a.keyHeads * size
        let place = (row * a.heads + head) * size
        func dot(_ x: Int, _ y: Int) -> Double {
          (0..<size).reduce(0) { $0 + Double(projection[x + $1]) * Double(projection[y + $1]) }
        }
        let scores = (0...row).map { Double(a.scale) * dot(query, $0 * stride + key) }
        let top = scores.max() ?? 0
        let sum = scores.reduce(0) { $0 + exp($1 - top) }
        let weights = scores.map { exp($0 - top) / sum }
        let reached: [Double] = (0...row).map { other in
          (0..<size).reduce(0.0) { sum, d in
            sum + Double(gradient[place + d]) * Double(projection[other * stride + value + d])
          }
        }
        let mean = zip(weights, reached).reduce(0.0) { $0 + $1.0 * $1.1 }
        for other in 0...row {
          let slope = weights[other] * (reached[other] - mean) * Double(a.scale)
          for d in 0..<size {
            let (k, v) = (other * stride + key + d, other * stride + value + d)
            output[place + d] += weights[other] * Double(projection[v])
            slopes[query + d] += slope * Double(projection[k])
            slopes[k] += slope * Double(projection[query + d])
            slopes[v] += weights[other] * Double(gradient[place + d])
          }
        }
      }
    }
    return (output, slopes)
  }

  @Test(arguments: [1, 63, 64, 65, 130], [(6, 2, 64), (3, 1, 80), (2, 2, 16), (7, 1, 32)])
  func `attention of a document and its derivative are the naive ones`(
    rows: Int, shape: (heads: Int, keyHeads: Int, headSize: Int)
  ) {
    let attention = DocumentAttention(
      heads: shape.heads, keyHeads: shape.keyHeads, headSize: shape.headSize, scale: 0.25)
    var draw = Draw(state: UInt64(rows * shape.heads))
    let width = (shape.heads + 2 * shape.keyHeads) * shape.headSize
    let queries = shape.heads * shape.headSize
    // A document before it must not be seen.
    let before = 3
    let projection = draw.numbers((before + rows) * width)
    let gradient = draw.numbers((before + rows) * queries)
    let (input, given) = (Self.buffer(projection), Self.buffer(gradient))
    let output = SharedBuffer<Float>(zeros: gradient.count)
    let slopes = SharedBuffer<Float>(zeros: projection.count)
    var scratch = Buffer<Float>(zeros: attention.scratch(rows: rows))
    for keyHead in 0..<shape.keyHeads {
      attention.attend(
        before..<before + rows, keyHead: keyHead, projection: input, into: output,
        scratch: &scratch)
      attention.attendBackward(
        before..<before + rows, keyHead: keyHead, projection: input, outputGradient: given,
        into: slopes, scratch: &scratch)
    }
    let expected = Self.naive(
      attention, rows: rows, Array(projection[(before * width)...]),
      Array(gradient[(before * queries)...]))
    expectClose(
      Self.copy(output)[(before * queries)...].map(Double.init), expected.output, absolute: 1e-5,
      because: "sums of up to 130 terms of about 1 are taken in f32")
    expectClose(
      Self.copy(slopes)[(before * width)...].map(Double.init), expected.gradient, absolute: 1e-4,
      because: "sums of up to 130 times 7 terms of about 1 are taken in f32")
    #expect(Self.copy(output)[..<(before * queries)].allSatisfy { $0 == 0 })
  }

  @Test(arguments: [1, 15, 16, 17, 576]) func `the derivative of a norm is the naive one`(
    channels: Int
  ) {
    var draw = Draw(state: UInt64(channels))
    let rows = 3
    let (x, weight, dy) = (
      draw.numbers(rows * channels), draw.numbers(channels), draw.numbers(rows * channels)
    )
    let epsilon = 1e-3
    var dx = [Double](repeating: 1, count: rows * channels)
    var dw = [Double](repeating: 2, count: channels)
    for row in 0..<rows {
      let range = row * channels..<(row + 1) * channels
      let squares = x[range].reduce(0) { $0 + Double($1) * Double($1) }
      let scale = 1 / (squares / Double(channels) + epsilon).squareRoot()
      let common = range.reduce(0) {
        $0 + Double(weight[$1 - range.lowerBound]) * Double(dy[$1]) * Double(x[$1])
      }
      for index in range {
        let w = Double(weight[index - range.lowerBound])
        dx[index] +=
          scale * w * Double(dy[index])
          - Double(x[index]) * scale * scale * scale / Double(channels) * common
        dw[index - range.lowerBound] += Double(dy[index]) * Double(x[index]) * scale
      }
    }
    let (ours, sums) = (
      Self.buffer([Float](repeating: 1, count: dx.count)),
      Self.buffer([Float](repeating: 2, count: channels))
    )
    var target = ours.mutableSpan(in: 0..<ours.count)
    var weightGradient = sums.mutableSpan(in: 0..<channels)
    rmsNormalizeBackward(
      x.span, weight: weight.span, epsilon: Float(epsilon), gradient: dy.span, into: &target,
      weightGradient: &weightGradient)
    expectClose(
      Self.copy(ours).map(Double.init), dx, absolute: 2e-5, because: "sums are taken in f32")
    expectClose(
      Self.copy(sums).map(Double.init), dw, absolute: 1e-5, because: "sums are taken in f32")
  }

  @Test(arguments: [1, 16, 21]) func `the derivative of the gated unit is its slope`(hidden: Int) {
    var draw = Draw(state: UInt64(hidden))
    let input = draw.numbers(2 * 2 * hidden).map { 4 * $0 }
    let gradient = draw.numbers(2 * hidden)
    var operand = Buffer<UInt8>(zeros: input.count * 4)
    var bytes = operand.mutableBytes(in: 0..<operand.count)
    gateBackward(input.span, hidden: hidden, gradient: gradient.span, into: &bytes, as: .f32)
    let ours = SharedBuffer<Float>(zeros: input.count)
    var target = ours.mutableSpan(in: 0..<input.count)
    widen(operand.bytes(in: 0..<operand.count), as: .f32, into: &target)
    var expected: [Double] = []
    for row in 0..<2 {
      for part in 0..<2 {
        for c in 0..<hidden {
          let gate = Double(input[row * 2 * hidden + c])
          let up = Double(input[row * 2 * hidden + hidden + c])
          let dy = Double(gradient[row * hidden + c])
          let sigmoid = 1 / (1 + exp(-gate))
          expected.append(
            part == 0
              ? dy * up * (sigmoid + gate * sigmoid * (1 - sigmoid)) : dy * gate * sigmoid)
        }
      }
    }
    expectClose(
      Self.copy(ours).map(Double.init), expected, absolute: 1e-5, because: "values are f32")
  }

  @Test(arguments: [Precision.f32, .bf16], [1, 2, 255, 256, 257, 600])
  func `the gradient of weights is the sum over rows`(precision: Precision, rows: Int) throws {
    let (outputs, inputs) = (37, 45)
    var draw = Draw(state: UInt64(rows))
    // Halves of small integers: exact in bf16, and so are their products and sums in f32.
    func halves(_ count: Int) -> [Float] { draw.numbers(count).map { ($0 * 8).rounded() / 2 } }
    let (x, dy, sums) = (
      halves(rows * inputs), halves(rows * outputs), halves(outputs * inputs)
    )
    func operand(_ numbers: [Float]) -> Buffer<UInt8> {
      var operand = Buffer<UInt8>(zeros: numbers.count * precision.bytes)
      var bytes = operand.mutableBytes(in: 0..<operand.count)
      narrow(numbers.span, as: precision, into: &bytes)
      return operand
    }
    let packed = PackedRows(rows: rows, columns: inputs, precision: precision)
    for part in 0..<(rows + PackedRows.partRows - 1) / PackedRows.partRows {
      let range = part * PackedRows.partRows..<min(rows, (part + 1) * PackedRows.partRows)
      let input = operand(Array(x[range.lowerBound * inputs..<range.upperBound * inputs]))
      packed.pack(input.bytes(in: 0..<input.count), rows: range.count, part: part)
    }
    let ours = Self.buffer([7] + sums)
    let gradient = operand(dy)
    let context = try ProductContext()
    for piece in [0..<14, 14..<30, 30..<outputs] {
      try packed.addGradient(
        piece, of: outputs, gradient: gradient.bytes(in: 0..<gradient.count), rows: rows,
        to: ours, from: 1, with: context)
    }
    var expected = sums
    for o in 0..<outputs {
      for i in 0..<inputs {
        for row in 0..<rows {
          expected[o * inputs + i] += dy[row * outputs + o] * x[row * inputs + i]
        }
      }
    }
    #expect(Self.copy(ours) == [7] + expected)
  }

  @Test(arguments: Product.Kernel.allCases.filter { $0 != .oneDNN }, [Precision.f32, .bf16])
  func `weights that stand across give the same bits`(
    kernel: Product.Kernel, precision: Precision
  ) throws {
    let (outputs, inputs, rows) = (70, 33, 5)
    var draw = Draw(state: 5)
    let weights = draw.numbers(outputs * inputs)
    let across = (0..<inputs).flatMap { i in (0..<outputs).map { weights[$0 * inputs + i] } }
    var operand = Buffer<UInt8>(zeros: Product.paddedRows(rows) * inputs * precision.bytes)
    var bytes = operand.mutableBytes(in: 0..<operand.count)
    narrow(draw.numbers(rows * inputs).span, as: precision, into: &bytes)
    func multiplied(_ product: Product) throws -> [Float] {
      let output = SharedBuffer<Float>(zeros: Product.paddedRows(rows) * outputs)
      try product.multiply(
        operand.bytes(in: 0..<operand.count), rows: rows, into: output,
        with: ProductContext())
      return Array(Self.copy(output).prefix(rows * outputs))
    }
    let plain = try Product(
      weights: weights.span, outputs: outputs, inputs: inputs, precision: precision,
      kernel: kernel)
    let turned = try Product(
      weights: across.span, outputs: outputs, inputs: inputs, isAcross: true,
      precision: precision, kernel: kernel)
    #expect(try multiplied(plain) == multiplied(turned))
  }

  @Test func `steps of AdamW are those of the paper in Double`() {
    let count = 37
    var draw = Draw(state: 9)
    let start = draw.numbers(count)
    var (w, m, v) = (
      start.map(Double.init), [Double](repeating: 0, count: count),
      [Double](repeating: 0, count: count)
    )
    let (weights, means, squares) = (
      Self.buffer(start), SharedBuffer<Float>(zeros: count), SharedBuffer<Float>(zeros: count)
    )
    for number in 1...20 {
      let gradient = draw.numbers(count)
      var step = AdamWStep(number, rate: 0.01)
      step.decay = 0.1
      step.gradientScale = 0.5
      var target = weights.mutableSpan(in: 0..<count)
      var first = means.mutableSpan(in: 0..<count)
      var second = squares.mutableSpan(in: 0..<count)
      step.apply(to: &target, means: &first, squares: &second, gradient: gradient.span)
      for i in 0..<count {
        let g = Double(gradient[i]) * 0.5
        m[i] = 0.9 * m[i] + 0.1 * g
        v[i] = 0.999 * v[i] + 0.001 * g * g
        let mean = m[i] / (1 - pow(0.9, Double(number)))
        let square = v[i] / (1 - pow(0.999, Double(number)))
        w[i] = w[i] * (1 - 0.01 * 0.1) - 0.01 * mean / (square.squareRoot() + 1e-8)
      }
    }
    expectClose(Self.copy(weights).map(Double.init), w, absolute: 1e-5, because: "values are f32")
    expectClose(Self.copy(squares).map(Double.init), v, absolute: 1e-6, because: "values are f32")
  }

  @Test func `the derivative of a log-probability adds up to nothing`() {
    var draw = Draw(state: 3)
    let logits = draw.numbers(1000).map { 20 * $0 }
    let buffer = Self.buffer(logits)
    var span = buffer.mutableSpan(in: 0..<logits.count)
    let found = takeLogProbability(of: 17, from: &span, coefficient: -2)
    let top = Double(logits.max() ?? 0)
    let sum = logits.reduce(0) { $0 + exp(Double($1) - top) }
    let probabilities = logits.map { exp(Double($0) - top) / sum }
    #expect(abs(found - (Double(logits[17]) - top - log(sum))) < 1e-6)
    var expected = probabilities.map { 2 * $0 }
    expected[17] -= 2
    expectClose(
      Self.copy(buffer).map(Double.init), expected, absolute: 1e-6, because: "values are f32")
    var untouched = buffer.mutableSpan(in: 0..<logits.count)
    let before = Self.copy(buffer)
    _ = takeLogProbability(of: 17, from: &untouched, coefficient: nil)
    #expect(Self.copy(buffer) == before)
  }
}
