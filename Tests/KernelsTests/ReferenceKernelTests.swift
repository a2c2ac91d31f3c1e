import Kernels
import TestSupport
import Testing

/// `Fixtures/kernels.json` holds parts of a llama layer as transformers computes them in float32
/// (`Scripts/fixtures/make_kernels.py`).
@Suite struct ReferenceKernelTests {
  struct Parts: Decodable {
    struct Norm: Decodable {
      let input: [Float]
      let weight: [Float]
      let output: [Float]
    }

    struct Gate: Decodable {
      let hidden: Int
      let input: [Float]
      let output: [Float]
    }

    struct Rotation: Decodable {
      let position: Int
      let cosines: [Float]
      let sines: [Float]
      let heads: [Float]
      let output: [Float]
    }

    struct Attention: Decodable {
      let heads: Int
      let keyHeads: Int
      let headSize: Int
      let queries: [Float]
      let keys: [[Float]]
      let values: [[Float]]
      let output: [Float]
    }

    let norm: Norm
    let gate: Gate
    let rotation: [Rotation]
    let attention: Attention
  }

  private let parts: Parts

  init() throws {
    parts = try Fixture("kernels.json").json()
  }

  @Test func `normalizing equals transformers'`() {
    let norm = parts.norm
    let channels = norm.weight.count
    var buffer = Buffer<UInt8>(zeros: norm.input.count * 4)
    var bytes = buffer.mutableBytes(in: 0..<buffer.count)
    rmsNormalize(norm.input.span, weight: norm.weight.span, epsilon: 1e-5, into: &bytes, as: .f32)
    let found = numbers(buffer, norm.input.count, .f32)
    withEvery("row", in: 0..<3) { row in
      let range = row * channels..<(row + 1) * channels
      expectClose(
        Array(found[range]), Array(norm.output[range]), relative: 1e-6,
        because: "two float32 sums of \(channels) squares")
    }
  }

  @Test func `the gated unit equals transformers'`() {
    let gated = parts.gate
    var buffer = Buffer<UInt8>(zeros: gated.output.count * 4)
    var bytes = buffer.mutableBytes(in: 0..<buffer.count)
    gate(gated.input.span, hidden: gated.hidden, into: &bytes, as: .f32)
    expectClose(
      numbers(buffer, gated.output.count, .f32), gated.output, relative: 1e-6,
      because: "two float32 exponentials")
  }

  @Test func `turning heads equals transformers'`() {
    #expect(parts.rotation.map(\.position) == [0, 1, 77, 2047])
    for rotation in parts.rotation {
      var heads = rotation.heads
      var span = heads.mutableSpan
      rotate(&span, cosines: rotation.cosines.span, sines: rotation.sines.span)
      expectClose(
        heads, rotation.output, relative: 1e-6,
        because: "two products in float32, position \(rotation.position)")
    }
  }

  @Test func `grouped attention equals transformers'`() throws {
    let attention = parts.attention
    let store = try KeyValueStore(
      pages: 2, layers: 1, keyHeads: attention.keyHeads, headSize: attention.headSize,
      precision: .f32)
    for (position, (keys, values)) in zip(attention.keys, attention.values).enumerated() {
      store.storeAll(
        keys: keys, values: values, page: Int32(1 - position / 64), slot: position % 64, layer: 0)
    }
    let run = AttentionRows.Run(pages: [1, 0], start: attention.keys.count - 1, count: 1)
    let found = store.attendAll(
      [run], queries: attention.queries, heads: attention.heads, layer: 0)
    expectClose(
      found, attention.output, relative: 1e-5,
      because: "two float32 sums over \(attention.keys.count) positions")
  }
}
