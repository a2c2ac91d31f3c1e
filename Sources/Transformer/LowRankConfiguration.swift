/// Which matrices of a decoder get a low-rank update, and how large it is.
package struct LowRankConfiguration: Codable, Hashable, Sendable {
  /// A matrix of each layer, under the name that PEFT has for it.
  package enum Target: String, Codable, CaseIterable, Sendable {
    case query = "q_proj"
    case key = "k_proj"
    case value = "v_proj"
    case attentionOutput = "o_proj"
    case gate = "gate_proj"
    case up = "up_proj"
    case down = "down_proj"

    package var part: LayerPart {
      switch self {
      case .query: .query
      case .key: .key
      case .value: .value
      case .attentionOutput: .attentionOutput
      case .gate: .gate
      case .up: .up
      case .down: .down
      }
    }
  }

  /// Rows of each A and columns of each B; 1 to 256.
  package var rank = 16
  /// The update counts alpha / rank times; above 0.
  package var alpha = 32.0
  /// The share of inputs that an update does not see in a step; 0 to below 1.
  package var dropout = 0.0
  /// At least one, none twice.
  package var targets = Target.allCases

  package init() {}

  /// What the update is multiplied by.
  package var scale: Float { Float(alpha / Double(rank)) }
}

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
