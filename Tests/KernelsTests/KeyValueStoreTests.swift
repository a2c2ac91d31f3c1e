import Kernels
import TestSupport
import Testing

@Suite struct KeyValueStoreTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var heads: Int
    var keyHeads: Int
    var headSize: Int
    var testDescription: String { "\(heads) heads, \(keyHeads) key heads, size \(headSize)" }
  }

  static let shapes = [
    Shape(heads: 9, keyHeads: 3, headSize: 64), Shape(heads: 1, keyHeads: 1, headSize: 16),
    Shape(heads: 4, keyHeads: 2, headSize: 32), Shape(heads: 7, keyHeads: 1, headSize: 48),
    Shape(heads: 5, keyHeads: 5, headSize: 128), Shape(heads: 2, keyHeads: 1, headSize: 256),
  ]
  static let lengths = [1, 2, 63, 64, 65, 127, 128, 130]

  /// Keys and values of 130 positions, stored at layer 1 of three scattered pages.
  struct Filled {
    let store: KeyValueStore
    let keys: [[Float]]
    let values: [[Float]]
    let pages: [Int32] = [4, 0, 2]

    init(_ shape: Shape, _ precision: Precision) throws {
      let width = shape.keyHeads * shape.headSize
      store = try KeyValueStore(
        pages: 5, layers: 2, keyHeads: shape.keyHeads, headSize: shape.headSize,
        precision: precision)
      func round(_ row: [Float]) -> [Float] { precision == .bf16 ? row.map(Naive.bf16) : row }
      keys = (0..<130).map { round(randomFloats(width, seed: 100 + UInt64($0))) }
      values = (0..<130).map { round(randomFloats(width, seed: 500 + UInt64($0))) }
      for (position, (key, value)) in zip(keys, values).enumerated() {
        store.store(
          keys: key.span, values: value.span, page: pages[position / 64], slot: position % 64,
          layer: 1)
      }
    }

    func attend(_ queries: [Float], _ shape: Shape, length: Int) -> [Float] {
      var buffer = Buffer<UInt8>(zeros: queries.count * store.precision.bytes)
      var bytes = buffer.mutableBytes(in: 0..<buffer.count)
      store.attend(
        queries: queries.span, heads: shape.heads, pages: pages.span, length: length, layer: 1,
        scale: 0.25, into: &bytes)
      return numbers(buffer, queries.count, store.precision)
    }
  }

  @Test(arguments: shapes, Precision.supported)
  func `attention equals the formula in Double`(shape: Shape, precision: Precision) throws {
    let filled = try Filled(shape, precision)
    let queries = randomFloats(shape.heads * shape.headSize, seed: 9)
    for length in Self.lengths {
      expectClose(
        filled.attend(queries, shape, length: length).map(Double.init),
        Naive.attend(
          queries, keys: Array(filled.keys.prefix(length)),
          values: Array(filled.values.prefix(length)), heads: shape.heads,
          keyHeads: shape.keyHeads, scale: 0.25),
        relative: precision == .bf16 ? 0x1p-8 : 1e-5,
        because: "sums of \(length) terms in f32, result rounded to the operand")
    }
  }

  @Test(arguments: Precision.supported)
  func `positions past the length change no bit, whatever they hold`(
    precision: Precision
  ) throws {
    let shape = Shape(heads: 9, keyHeads: 3, headSize: 64)
    let filled = try Filled(shape, precision)
    let queries = randomFloats(shape.heads * shape.headSize, seed: 9)
    let before = filled.attend(queries, shape, length: 70)
    let poison = [Float](repeating: .nan, count: shape.keyHeads * shape.headSize)
    for slot in 6..<64 {
      filled.store.store(keys: poison.span, values: poison.span, page: 0, slot: slot, layer: 1)
    }
    #expect(filled.attend(queries, shape, length: 70) == before)
  }

  @Test func `large scores do not overflow`() throws {
    let shape = Shape(heads: 1, keyHeads: 1, headSize: 16)
    let filled = try Filled(shape, .f32)
    let queries = randomFloats(16, seed: 9, scale: 1e4)
    let found = filled.attend(queries, shape, length: 130)
    #expect(found.filter { !$0.isFinite } == [])
  }
}
