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

  /// Rows of each A and columns of each B; 1 to 256; 16 as in TRL.
  package var rank = 16
  /// The update counts alpha / rank times; above 0; twice the rank as in TRL.
  package var alpha = 32.0
  /// The share of inputs that an update does not see in a step; 0 to below 1; 0 as in PEFT.
  package var dropout = 0.0
  /// At least one, none twice; all, as Dettmers et al. (QLoRA, 2023) advise.
  package var targets = Target.allCases

  package init() {}

  /// What the update is multiplied by.
  package var scale: Float { Float(alpha / Double(rank)) }
}
