/// The products of a layer; each reads one or more of its matrices.
enum LayerProduct: Int, CaseIterable, Sendable {
  case projection, attentionOutput, gateUp, down

  /// In the order of its outputs.
  var parts: [LayerPart] {
    switch self {
    case .projection: [.query, .key, .value]
    case .attentionOutput: [.attentionOutput]
    case .gateUp: [.gate, .up]
    case .down: [.down]
    }
  }
}

extension DecoderConfiguration {
  /// Rows of a matrix.
  func outputs(of part: LayerPart) -> Int {
    switch part {
    case .query: heads * headSize
    case .key, .value: keyHeads * headSize
    case .gate, .up: hidden
    case .attentionOutput, .down, .attentionNorm, .feedForwardNorm: channels
    }
  }

  /// Columns of the matrices that a product reads.
  func inputs(of product: LayerProduct) -> Int {
    switch product {
    case .projection, .gateUp: channels
    case .attentionOutput: heads * headSize
    case .down: hidden
    }
  }
}
