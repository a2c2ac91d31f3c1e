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
    Shape(outputs: 65, inputs: 1023), Shape(outputs: 33, inputs: 1025),
  ]

  /// What multiplies, and in what; oneDNN only where it can.
  struct Way: Sendable, CustomTestStringConvertible {
    var kernel: Product.Kernel
    var precision: Precision
    var testDescription: String { "\(kernel) \(precision)" }
  }

  static let ways: [Way] = Product.Kernel.allCases.flatMap { kernel in
    Precision.allCases.map { Way(kernel: kernel, precision: $0) }
  }
  .filter { $0.kernel != .oneDNN || ($0.precision == .bf16 && Precision.best == .bf16) }

  static func product(_ shape: Shape, _ way: Way) throws -> ([Float], Product) {
    let weights = randomFloats(shape.outputs * shape.inputs, seed: 11, scale: 0.2)
    let product = try Product(
      weights: weights.span, outputs: shape.outputs, inputs: shape.inputs,
      precision: way.precision, kernel: way.kernel)
    return (weights, product)
  }

  static func run(_ product: Product, _ input: [Float], rows: Int) throws -> [Float] {
    let padded = Product.paddedRows(rows)
    let operands = operand(input, product.precision, rows: padded * product.inputs)
    let output = SharedBuffer<Float>(zeros: padded * product.outputs)
    try product.multiply(
      operands.bytes(in: 0..<operands.count), rows: rows, into: output, with: ProductContext())
    return (0..<rows * product.outputs).map { output.span[$0] }
  }

  @Test(arguments: shapes, ways)
  func `a product equals the formula in Double`(shape: Shape, way: Way) throws {
    let (weights, product) = try Self.product(shape, way)
    let rows = 5
    let input = randomFloats(rows * shape.inputs, seed: 12)
    let rounded =
      way.precision == .bf16 ? (input.map(Naive.bf16), weights.map(Naive.bf16)) : (input, weights)
    expectClose(
      try Self.run(product, input, rows: rows).map(Double.init),
      Naive.multiply(rounded.0, weights: rounded.1, outputs: shape.outputs, inputs: shape.inputs),
      relative: 1e-5, because: "exact products of the rounded operands, summed in f32")
  }

  @Test(arguments: shapes, ways)
  func `a row has the same bits wherever it stands and whatever stands beside it`(
    shape: Shape, way: Way
  ) throws {
    let (_, product) = try Self.product(shape, way)
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

  /// Whether the processor has other registers than AVX2's to compare.
  static let hasAVX512 =
    (try? product(Shape(outputs: 1, inputs: 1), Way(kernel: .panels, precision: .f32)))?.1.kernel
    == "panels:avx512"

  @Test(.enabled(if: hasAVX512), arguments: shapes, Precision.allCases)
  func `panels have the same bits as dot products, in AVX-512 and in AVX2 registers`(
    shape: Shape, precision: Precision
  ) throws {
    let input = randomFloats(17 * shape.inputs, seed: 14)
    let outputs = try [Product.Kernel.panels, .panelsAVX512, .panelsAVX2].map { kernel in
      let (_, product) = try Self.product(shape, Way(kernel: kernel, precision: precision))
      return try Self.run(product, input, rows: 17)
    }
    #expect(outputs[0] == outputs[1] && outputs[0] == outputs[2])
  }

  /// Another version may add in another order.
  static let hasReference = Precision.best == .bf16 && Product.libraryVersion / 100 == 206

  @Test(
    .enabled(if: hasReference, "needs oneDNN 2.6 and a processor that multiplies bf16"),
    arguments: shapes + [Shape(outputs: 64, inputs: 2100), Shape(outputs: 64, inputs: 1024)])
  func `panels in bf16 have the bits of oneDNN's product`(shape: Shape) throws {
    let input = randomFloats(17 * shape.inputs, seed: 16)
    let outputs = try [Product.Kernel.panels, .oneDNN].map { kernel in
      let (_, product) = try Self.product(shape, Way(kernel: kernel, precision: .bf16))
      return try Self.run(product, input, rows: 17)
    }
    #expect(outputs[0] == outputs[1])
  }

  @Test(arguments: shapes, ways)
  func `a product chunk by chunk has the bits of the whole`(shape: Shape, way: Way) throws {
    let (_, product) = try Self.product(shape, way)
    let rows = 3
    let input = randomFloats(rows * shape.inputs, seed: 15)
    let padded = Product.paddedRows(rows)
    let operands = operand(input, product.precision, rows: padded * product.inputs)
    let output = SharedBuffer<Float>(zeros: padded * product.outputs)
    for chunk in (0..<product.chunks).reversed() {
      let context = try ProductContext()
      let bytes = operands.bytes(in: 0..<operands.count)
      try product.prepare(bytes, rows: rows, with: context)
      try product.multiplyPrepared(
        bytes, rows: rows, chunk: chunk, into: output, with: context)
    }
    let found = (0..<rows * product.outputs).map { output.span[$0] }
    #expect(found == (try Self.run(product, input, rows: rows)))
    let columns = (0..<product.chunks).flatMap { Array(product.columns(of: $0)) }
    #expect(columns == Array(0..<shape.outputs))
    if shape.outputs >= 512 { #expect(product.chunks >= 8) }
  }

  @Test func `there is room for the last call of every row count, and little more`() {
    let counts = [1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256]
    for rows in 1...600 {
      let last = counts.first { $0 >= rows % 256 } ?? 256
      #expect(Product.paddedRows(rows) == rows - rows % 256 + (rows % 256 == 0 ? 0 : last))
    }
  }

  @Test(arguments: shapes, ways)
  func `two threads running one product at once do not disturb each other`(
    shape: Shape, way: Way
  ) throws {
    let (_, product) = try Self.product(shape, way)
    let inputs = (0..<2).map { randomFloats(40 * shape.inputs, seed: 20 + UInt64($0)) }
    let expected = try inputs.map { try Self.run(product, $0, rows: 40) }
    let wrong = Atomic<Int>(0)
    WorkerPool(threads: 2) { _ in }.run(60) { index, _ in
      let found = try? Self.run(product, inputs[index % 2], rows: 40)
      if found != expected[index % 2] { wrong.add(1, ordering: .relaxed) }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }
}
