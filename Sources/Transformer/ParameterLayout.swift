/// Where each tensor of a decoder stands in one long run of numbers; weights, gradients and moments
/// have the same layout.
///
/// Tensors that one product reads lie one behind the other: queries, keys and values, and gates and
/// ups.
package struct ParameterLayout: Hashable, Sendable {
  /// What a tensor is in the decoder.
  package enum Role: Hashable, Sendable {
    case embedding, finalNorm, output
    case layer(Int, LayerPart)
  }

  /// One tensor.
  package struct Tensor: Hashable, Sendable {
    package let role: Role
    package let shape: [Int]
    package let range: Range<Int>
    /// Hugging Face's name for it.
    package var name: String { name(in: HuggingFaceNames.self) }

    /// A format's name for it.
    package func name<Names: TensorNames>(in names: Names.Type) -> String {
      switch role {
      case .embedding: names.embedding
      case .finalNorm: names.finalNorm
      case .output: names.output
      case .layer(let number, let part): names.layer(number, part)
      }
    }
  }

  /// What one layer's products and norms read.
  struct Layer: Hashable, Sendable {
    let attentionNorm, projection, attentionOutput: Range<Int>
    let feedForwardNorm, gateUp, down: Range<Int>
  }

  /// In the order of the run.
  package private(set) var tensors: [Tensor] = []
  private(set) var layers: [Layer] = []
  private(set) var embedding = 0..<0
  private(set) var finalNorm = 0..<0
  /// The embedding again where the output is tied to it.
  private(set) var output = 0..<0

  /// Numbers in all.
  package var count: Int { tensors.last?.range.upperBound ?? 0 }

  /// The same under Hugging Face's names.
  package var table: TensorTable {
    var table = TensorTable()
    for tensor in tensors { table.append(tensor.name, tensor.shape) }
    return table
  }

  package init(of c: DecoderConfiguration) {
    let (queries, keys) = (c.heads * c.headSize, c.keyHeads * c.headSize)
    embedding = add(.embedding, c.vocabulary, c.channels)
    for number in 0..<c.layers {
      let attentionNorm = add(.layer(number, .attentionNorm), c.channels)
      let query = add(.layer(number, .query), queries, c.channels)
      _ = add(.layer(number, .key), keys, c.channels)
      let value = add(.layer(number, .value), keys, c.channels)
      let attentionOutput = add(.layer(number, .attentionOutput), c.channels, queries)
      let feedForwardNorm = add(.layer(number, .feedForwardNorm), c.channels)
      let gate = add(.layer(number, .gate), c.hidden, c.channels)
      let up = add(.layer(number, .up), c.hidden, c.channels)
      let down = add(.layer(number, .down), c.channels, c.hidden)
      layers.append(
        Layer(
          attentionNorm: attentionNorm, projection: query.lowerBound..<value.upperBound,
          attentionOutput: attentionOutput, feedForwardNorm: feedForwardNorm,
          gateUp: gate.lowerBound..<up.upperBound, down: down))
    }
    finalNorm = add(.finalNorm, c.channels)
    output = c.tiesOutput ? embedding : add(.output, c.vocabulary, c.channels)
  }

  private mutating func add(_ role: Role, _ shape: Int...) -> Range<Int> {
    let range = count..<count + shape.reduce(1, *)
    tensors.append(Tensor(role: role, shape: shape, range: range))
    return range
  }
}
