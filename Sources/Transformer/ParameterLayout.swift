/// Where each tensor of a decoder stands in one long run of numbers; weights, gradients and moments
/// have the same layout.
///
/// Tensors that one product reads lie one behind the other: queries, keys and values, and gates and
/// ups.
package struct ParameterLayout: Hashable, Sendable {
  /// One tensor.
  package struct Tensor: Hashable, Sendable {
    /// Hugging Face's name for it.
    package let name: String
    package let shape: [Int]
    package let range: Range<Int>
    /// Whether weight decay applies: to matrices, not to norms.
    package var decays: Bool { shape.count > 1 }
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

  package init(of c: DecoderConfiguration) {
    let (queries, keys) = (c.heads * c.headSize, c.keyHeads * c.headSize)
    typealias Names = HuggingFaceNames
    embedding = add(Names.embedding, c.vocabulary, c.channels)
    for number in 0..<c.layers {
      func name(_ part: LayerPart) -> String { Names.layer(number, part) }
      let attentionNorm = add(name(.attentionNorm), c.channels)
      let query = add(name(.query), queries, c.channels)
      _ = add(name(.key), keys, c.channels)
      let value = add(name(.value), keys, c.channels)
      let attentionOutput = add(name(.attentionOutput), c.channels, queries)
      let feedForwardNorm = add(name(.feedForwardNorm), c.channels)
      let gate = add(name(.gate), c.hidden, c.channels)
      let up = add(name(.up), c.hidden, c.channels)
      let down = add(name(.down), c.channels, c.hidden)
      layers.append(
        Layer(
          attentionNorm: attentionNorm, projection: query.lowerBound..<value.upperBound,
          attentionOutput: attentionOutput, feedForwardNorm: feedForwardNorm,
          gateUp: gate.lowerBound..<up.upperBound, down: down))
    }
    finalNorm = add(Names.finalNorm, c.channels)
    output = c.tiesOutput ? embedding : add(Names.output, c.vocabulary, c.channels)
  }

  private mutating func add(_ name: String, _ shape: Int...) -> Range<Int> {
    let range = count..<count + shape.reduce(1, *)
    tensors.append(Tensor(name: name, shape: shape, range: range))
    return range
  }
}
