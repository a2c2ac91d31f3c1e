import Storage
import TensorFiles

extension DecoderConfiguration {
  /// Reads the shape from a Hugging Face `config.json`.
  /// - Throws: `TensorFileError` for a missing or mistyped key, `TransformerError` for a decoder
  ///   that we do not run; keys that would change the computation are refused by name.
  package init(huggingFace config: JSONSettings) throws {
    try Self.refuseExtras(in: config)
    let heads = try config.int("num_attention_heads")
    let channels = try config.int("hidden_size")
    guard heads > 0 else {
      throw TransformerError.unsupported(
        file: config.path, what: "'num_attention_heads'", is: "\(heads)", expected: "at least 1")
    }
    self.init(
      channels: channels,
      hidden: try config.int("intermediate_size"),
      layers: try config.int("num_hidden_layers"),
      heads: heads,
      keyHeads: try config.has("num_key_value_heads") ? config.int("num_key_value_heads") : heads,
      headSize: try config.has("head_dim") ? config.int("head_dim") : channels / heads,
      vocabulary: try config.int("vocab_size"),
      contextLength: try config.int("max_position_embeddings"),
      rotaryBase: try Self.rotaryBase(in: config),
      epsilon: Float(try config.float("rms_norm_eps")),
      tiesOutput: try config.has("tie_word_embeddings")
        ? config.bool("tie_word_embeddings") : false)
    try validate(path: config.path)
  }

  /// The base stands beside the other keys, or, since version 5 of `transformers`, in a group.
  private static func rotaryBase(in config: JSONSettings) throws -> Double {
    if let group = config.fields["rope_parameters"]?.object, let base = group["rope_theta"] {
      guard let number = base.double else {
        throw TransformerError.unsupported(
          file: config.path, what: "'rope_parameters.rope_theta'", is: base.kind,
          expected: "a number")
      }
      return number
    }
    return try config.has("rope_theta") ? config.float("rope_theta") : 10_000
  }

  private static func refuseExtras(in config: JSONSettings) throws {
    let allowed: [(key: String, value: JSONValue)] = [
      ("model_type", .string("llama")), ("hidden_act", .string("silu")),
      ("attention_bias", .bool(false)), ("mlp_bias", .bool(false)),
      ("rope_interleaved", .bool(false)),
    ]
    for (key, value) in allowed {
      guard let found = config.fields[key], found != .null, found != value else { continue }
      throw TransformerError.unsupported(
        file: config.path, what: "'\(key)'", is: found.encodedLine(), expected: value.encodedLine())
    }
    for key in ["sliding_window", "quantization_config", "partial_rotary_factor"]
    where config.has(key) {
      throw TransformerError.unsupported(
        file: config.path, what: "'\(key)'", is: config.fields[key]?.encodedLine() ?? "",
        expected: "none")
    }
    for group in ["rope_scaling", "rope_parameters"] {
      guard let fields = config.fields[group]?.object else { continue }
      if let part = fields["partial_rotary_factor"], part != .null, part.double != 1 {
        throw TransformerError.unsupported(
          file: config.path, what: "'\(group).partial_rotary_factor'", is: part.encodedLine(),
          expected: "1")
      }
      let type = fields["rope_type"] ?? fields["type"] ?? .string("default")
      guard type != .string("default") else { continue }
      throw TransformerError.unsupported(
        file: config.path, what: "'\(group)'", is: type.encodedLine(), expected: "\"default\"")
    }
  }
}
