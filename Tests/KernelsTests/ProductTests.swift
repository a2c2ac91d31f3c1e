import Kernels
import Synchronization
import TestSupport
import Testing

@Suite struct ProductTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var outputs: Int
    var inputs: Int
    var testDescription: String { "[\(outputs), \(inputs)]" }
  }

  /// The embedded model's products, less its vocabulary, and odd ones.
  static let shapes = [
    Shape(outputs: 960, inputs: 576), Shape(outputs: 576, inputs: 576),
    Shape(outputs: 3072, inputs: 576), Shape(outputs: 576, inputs: 1536),
    Shape(outputs: 17, inputs: 48), Shape(outputs: 1, inputs: 1), Shape(outputs: 65, inputs: 33),
  ]

  static func product(_ shape: Shape, _ precision: Precision) throws -> ([Float], Product) {
    let weights = randomFloats(shape.outputs * shape.inputs, seed: 11, scale: 0.2)
    let product = try Product(
      weights: weights.span, outputs: shape.outputs, inputs: shape.inputs, precision: precision)
    return (weights, product)
  }

  static func run(_ product: Product, _ input: [Float], rows: Int) throws -> [Float] {
    let padded = Product.paddedRows(rows)
    let operands = operand(input, product.precision, rows: padded * product.inputs)
    var output = Buffer<Float>(zeros: padded * product.outputs)
    var target = output.mutableSpan
    try product.multiply(
      operands.bytes(in: 0..<operands.count), rows: rows, into: &target, with: ProductContext())
    return (0..<rows * product.outputs).map { output.span[$0] }
  }

  @Test(arguments: shapes, Precision.supported)
  func `a product equals the formula in Double`(shape: Shape, precision: Precision) throws {
    let (weights, product) = try Self.product(shape, precision)
    let rows = 5
    let input = randomFloats(rows * shape.inputs, seed: 12)
    let rounded =
      precision == .bf16 ? (input.map(Naive.bf16), weights.map(Naive.bf16)) : (input, weights)
    expectClose(
      try Self.run(product, input, rows: rows).map(Double.init),
      Naive.multiply(rounded.0, weights: rounded.1, outputs: shape.outputs, inputs: shape.inputs),
      relative: 1e-5, because: "exact products of the rounded operands, summed in f32")
  }

  @Test(arguments: shapes, Precision.supported)
  func `a row has the same bits wherever it stands and whatever stands beside it`(
    shape: Shape, precision: Precision
  ) throws {
    let (_, product) = try Self.product(shape, precision)
    let row = randomFloats(shape.inputs, seed: 13)
    let alone = try Self.run(product, row, rows: 1)
    for rows in [2, 3, 7, 24, 31, 33, 64, 100, 257] {
      let noise = randomFloats(rows * shape.inputs, seed: UInt64(rows))
      for place in Set([0, rows / 2, rows - 2, rows - 1].filter { $0 >= 0 }) {
        var input = noise
        input.replaceSubrange(place * shape.inputs..<(place + 1) * shape.inputs, with: row)
        let output = try Self.run(product, input, rows: rows)
        let found = output[place * shape.outputs..<(place + 1) * shape.outputs]
        #expect(Array(found) == alone, "row \(place) of \(rows)")
      }
    }
  }

  @Test func `there is room for the last call of every row count, and little more`() {
    let counts = [1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256]
    for rows in 1...600 {
      let last = counts.first { $0 >= rows % 256 } ?? 256
      let fitting = rows - rows % 256 + (rows % 256 == 0 ? 0 : last)
      // Older kernels are held to calls of 24 rows.
      #expect(Product.paddedRows(rows) == max(fitting, (rows + 23) / 24 * 24))
    }
  }

  @Test(arguments: shapes, Precision.supported)
  func `two threads running one product at once do not disturb each other`(
    shape: Shape, precision: Precision
  ) throws {
    let (_, product) = try Self.product(shape, precision)
    let inputs = (0..<2).map { randomFloats(40 * shape.inputs, seed: 20 + UInt64($0)) }
    let expected = try inputs.map { try Self.run(product, $0, rows: 40) }
    let wrong = Atomic<Int>(0)
    WorkerPool(threads: 2) {}.run(60) { index, _ in
      let found = try? Self.run(product, inputs[index % 2], rows: 40)
      if found != expected[index % 2] { wrong.add(1, ordering: .relaxed) }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }
}
