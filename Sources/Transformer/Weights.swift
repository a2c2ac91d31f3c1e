import Kernels
import TensorFiles

/// The weights of a decoder, packed for its products; one object serves every worker.
package final class Weights: Sendable {
  /// One layer.
  struct Layer: Sendable {
    let attentionNorm: [Float]
    /// Queries, keys and values in one product.
    let projection: Product
    let attentionOutput: Product
    let feedForwardNorm: [Float]
    /// Gates and ups in one product.
    let gateUp: Product
    let down: Product
  }

  package let configuration: DecoderConfiguration
  package let precision: Precision
  let embedding: EmbeddingTable
  let layers: [Layer]
  let finalNorm: [Float]
  let output: Product

  /// Reads and packs all tensors; each is widened to f32, packed and let go.
  /// - Throws: `TensorFileError` for a missing tensor or a wrong shape, `KernelError` when memory
  ///   is missing.
  package init<Names: TensorNames>(
    from source: any TensorSource, named names: Names.Type,
    configuration: DecoderConfiguration, precision: Precision
  ) throws {
    let loader = WeightLoader<Names>(
      source: source, configuration: configuration, precision: precision)
    self.configuration = configuration
    self.precision = precision
    layers = try (0..<configuration.layers).map(loader.layer)
    finalNorm = try loader.vector(names.finalNorm)
    let shape = [configuration.vocabulary, configuration.channels]
    let table = try source.floats(of: names.embedding, shape: shape)
    embedding = EmbeddingTable(table, channels: configuration.channels, precision: precision)
    output = try loader.product(
      configuration.tiesOutput ? table : source.floats(of: names.output, shape: shape),
      outputs: configuration.vocabulary, inputs: configuration.channels)
  }

  /// The name of what multiplies: a kernel of oneDNN's, or our panels.
  package var kernel: String { output.kernel }
}

/// The rows that tokens begin as.
struct EmbeddingTable: ~Copyable, Sendable {
  private let rows: Buffer<UInt8>
  private let channels: Int
  private let precision: Precision

  init(_ table: [Float], channels: Int, precision: Precision) {
    var rows = Buffer<UInt8>(zeros: table.count * precision.bytes)
    var operand = rows.mutableBytes(in: 0..<rows.count)
    narrow(table.span, as: precision, into: &operand)
    self.rows = rows
    self.channels = channels
    self.precision = precision
  }

  /// Writes a token's row.
  /// - Precondition: `token` is below the vocabulary and `row` holds `channels` numbers.
  func copyRow(_ token: Int32, into row: inout MutableSpan<Float>) {
    let rowBytes = channels * precision.bytes
    let start = Int(token) * rowBytes
    precondition(
      token >= 0 && start + rowBytes <= rows.count,
      "embedding: token is \(token); expected 0 ..< \(rows.count / rowBytes)")
    widen(rows.bytes(in: start..<start + rowBytes), as: precision, into: &row)
  }
}

/// The numbers of one layer, in f32 and in our order.
struct LayerNumbers {
  let attentionNorm: [Float]
  /// Rows of queries, keys and values.
  let projection: [Float]
  let attentionOutput: [Float]
  let feedForwardNorm: [Float]
  /// Rows of gates and ups.
  let gateUp: [Float]
  let down: [Float]
}

/// Reads tensors under one format's names.
struct WeightLoader<Names: TensorNames> {
  let source: any TensorSource
  let configuration: DecoderConfiguration
  let precision: Precision

  func layer(_ number: Int) throws -> Weights.Layer {
    let c = configuration
    let numbers = try numbers(ofLayer: number)
    return Weights.Layer(
      attentionNorm: numbers.attentionNorm,
      projection: try product(
        numbers.projection, outputs: c.projectionWidth, inputs: c.channels),
      attentionOutput: try product(
        numbers.attentionOutput, outputs: c.channels, inputs: c.heads * c.headSize),
      feedForwardNorm: numbers.feedForwardNorm,
      gateUp: try product(numbers.gateUp, outputs: 2 * c.hidden, inputs: c.channels),
      down: try product(numbers.down, outputs: c.channels, inputs: c.hidden))
  }

  func numbers(ofLayer number: Int) throws -> LayerNumbers {
    let c = configuration
    let keyRows = c.keyHeads * c.headSize
    return LayerNumbers(
      attentionNorm: try vector(Names.layer(number, .attentionNorm)),
      projection: try rotaryRows(number, .query, heads: c.heads)
        + rotaryRows(number, .key, heads: c.keyHeads)
        + matrix(number, .value, keyRows, c.channels),
      attentionOutput: try matrix(
        number, .attentionOutput, c.channels, c.heads * c.headSize),
      feedForwardNorm: try vector(Names.layer(number, .feedForwardNorm)),
      gateUp: try matrix(number, .gate, c.hidden, c.channels)
        + matrix(number, .up, c.hidden, c.channels),
      down: try matrix(number, .down, c.channels, c.hidden))
  }

  func vector(_ name: String) throws -> [Float] {
    try source.floats(of: name, shape: [configuration.channels])
  }

  func product(_ weights: [Float], outputs: Int, inputs: Int) throws -> Product {
    try Product(weights: weights.span, outputs: outputs, inputs: inputs, precision: precision)
  }

  private func matrix(
    _ number: Int, _ part: LayerPart, _ rows: Int, _ columns: Int
  ) throws -> [Float] {
    try source.floats(of: Names.layer(number, part), shape: [rows, columns])
  }

  private func rotaryRows(_ number: Int, _ part: LayerPart, heads: Int) throws -> [Float] {
    let size = configuration.headSize
    let channels = configuration.channels
    let stored = try matrix(number, part, heads * size, channels)
    guard Names.interleavesRotaryRows else { return stored }
    var halves: [Float] = []
    halves.reserveCapacity(stored.count)
    for head in 0..<heads {
      for row in 0..<size {
        // Row i of the first half stands at 2i in the file, row i of the second at 2i + 1.
        let from = row < size / 2 ? 2 * row : 2 * (row - size / 2) + 1
        let start = (head * size + from) * channels
        halves.append(contentsOf: stored[start..<start + channels])
      }
    }
    return halves
  }
}
