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
        store.storeAll(
          keys: key, values: value, page: pages[position / 64], slot: position % 64, layer: 1)
      }
    }

    func attend(_ queries: [Float], _ shape: Shape, length: Int) -> [Float] {
      let run = AttentionRows.Run(pages: pages, start: length - 1, count: 1)
      return store.attendAll([run], queries: queries, heads: shape.heads, layer: 1)
    }
  }

  @Test(arguments: shapes, Precision.allCases)
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

  @Test(arguments: Precision.allCases)
  func `positions past the length change no bit, whatever they hold`(
    precision: Precision
  ) throws {
    let shape = Shape(heads: 9, keyHeads: 3, headSize: 64)
    let filled = try Filled(shape, precision)
    let queries = randomFloats(shape.heads * shape.headSize, seed: 9)
    let before = filled.attend(queries, shape, length: 70)
    let poison = [Float](repeating: .nan, count: shape.keyHeads * shape.headSize)
    for slot in 6..<64 {
      filled.store.storeAll(keys: poison, values: poison, page: 0, slot: slot, layer: 1)
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

  @Test(arguments: shapes, Precision.allCases)
  func `a row has the same bits whoever attends beside it, to the same pages or to others`(
    shape: Shape, precision: Precision
  ) throws {
    let filled = try Filled(shape, precision)
    let width = shape.heads * shape.headSize
    let other: [Int32] = [4, 2, 0]
    let runs = [
      AttentionRows.Run(pages: filled.pages, start: 100, count: 3),
      AttentionRows.Run(pages: other, start: 126, count: 4),
      AttentionRows.Run(pages: filled.pages, start: 0, count: 2),
      AttentionRows.Run(pages: filled.pages, start: 60, count: 40),
    ]
    let rows = runs.reduce(0) { $0 + $1.count }
    let queries = randomFloats(rows * width, seed: 31)
    let together = filled.store.attendAll(runs, queries: queries, heads: shape.heads, layer: 1)
    var alone: [Float] = []
    for run in runs {
      for row in 0..<run.count {
        let own = AttentionRows.Run(pages: run.pages, start: run.start + row, count: 1)
        alone += filled.store.attendAll(
          [own], queries: Array(queries[alone.count..<alone.count + width]), heads: shape.heads,
          layer: 1)
      }
    }
    #expect(together == alone)
  }

  @Test(arguments: shapes, Precision.allCases)
  func `copied positions are those of the page they came from`(
    shape: Shape, precision: Precision
  ) throws {
    let filled = try Filled(shape, precision)
    let queries = randomFloats(shape.heads * shape.headSize, seed: 9)
    filled.store.copyPositions(37, from: filled.pages[1], to: 1)
    let run = AttentionRows.Run(pages: [filled.pages[0], 1], start: 100, count: 1)
    let copied = filled.store.attendAll([run], queries: queries, heads: shape.heads, layer: 1)
    #expect(copied == filled.attend(queries, shape, length: 101))
    let longer = AttentionRows.Run(pages: [filled.pages[0], 1], start: 101, count: 1)
    let past = filled.store.attendAll([longer], queries: queries, heads: shape.heads, layer: 1)
    #expect(past != filled.attend(queries, shape, length: 102))
  }
}

extension KeyValueStore {
  /// Stores `[keyHeads, headSize]` keys and values.
  func storeAll(keys: [Float], values: [Float], page: Int32, slot: Int, layer: Int) {
    for head in 0..<keyHeads {
      let range = head * headSize..<(head + 1) * headSize
      store(
        keys: keys.span.extracting(range), values: values.span.extracting(range), page: page,
        slot: slot, layer: layer, keyHead: head)
    }
  }

  /// Attends for all heads of all rows, with a scale of 0.25.
  func attendAll(
    _ runs: [AttentionRows.Run], queries: [Float], heads: Int, layer: Int
  ) -> [Float] {
    let rows = AttentionRows(runs)
    let output = SharedBuffer<UInt8>(zeros: queries.count * precision.bytes)
    for head in 0..<keyHeads {
      attend(
        0..<rows.count, of: rows, queries: queries.span, stride: heads * headSize, heads: heads,
        keyHead: head, layer: layer, scale: 0.25, into: output)
    }
    var numbers = [Float](repeating: 0, count: queries.count)
    var span = numbers.mutableSpan
    widen(output.bytes, as: precision, into: &span)
    return numbers
  }
}
