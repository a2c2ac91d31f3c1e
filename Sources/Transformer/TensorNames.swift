/// What a file format calls the tensors of a decoder, and how it orders rows.
package protocol TensorNames: Sendable {
  static var embedding: String { get }
  static var output: String { get }
  static var finalNorm: String { get }
  static func layer(_ number: Int, _ part: LayerPart) -> String

  /// Whether rows of queries and keys are stored in pairs (0, half, 1, half + 1, ...) as the
  /// interleaved rotary embedding wants them, and must be put back into halves for ours.
  static var interleavesRotaryRows: Bool { get }
}

/// The tensors of one layer.
package enum LayerPart: CaseIterable, Sendable {
  case attentionNorm, query, key, value, attentionOutput
  case feedForwardNorm, gate, up, down
}

/// llama.cpp's names.
package enum GGUFNames: TensorNames {
  package static let embedding = "token_embd.weight"
  package static let output = "output.weight"
  package static let finalNorm = "output_norm.weight"
  /// What rotary frequencies are divided by, where they are.
  package static let rotaryDivisors = "rope_freqs.weight"
  package static let interleavesRotaryRows = true

  package static func layer(_ number: Int, _ part: LayerPart) -> String {
    let name =
      switch part {
      case .attentionNorm: "attn_norm"
      case .query: "attn_q"
      case .key: "attn_k"
      case .value: "attn_v"
      case .attentionOutput: "attn_output"
      case .feedForwardNorm: "ffn_norm"
      case .gate: "ffn_gate"
      case .up: "ffn_up"
      case .down: "ffn_down"
      }
    return "blk.\(number).\(name).weight"
  }
}

/// Hugging Face's names.
package enum HuggingFaceNames: TensorNames {
  package static let embedding = "model.embed_tokens.weight"
  package static let output = "lm_head.weight"
  package static let finalNorm = "model.norm.weight"
  package static let interleavesRotaryRows = false

  package static func layer(_ number: Int, _ part: LayerPart) -> String {
    let name =
      switch part {
      case .attentionNorm: "input_layernorm"
      case .query: "self_attn.q_proj"
      case .key: "self_attn.k_proj"
      case .value: "self_attn.v_proj"
      case .attentionOutput: "self_attn.o_proj"
      case .feedForwardNorm: "post_attention_layernorm"
      case .gate: "mlp.gate_proj"
      case .up: "mlp.up_proj"
      case .down: "mlp.down_proj"
      }
    return "model.layers.\(number).\(name).weight"
  }
}
