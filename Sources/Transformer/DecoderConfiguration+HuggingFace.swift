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
    if let scaling = try Self.rotaryScaling(in: config) {
      rotaryDivisors = scaling.divisors(of: rotaryFrequencies)
    }
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
      guard type != .string("default"), type != .string("llama3") else { continue }
      throw TransformerError.unsupported(
        file: config.path, what: "'\(group)'", is: type.encodedLine(),
        expected: "\"default\" or \"llama3\"")
    }
  }

  /// Llama 3's scaling, in either group; nil for none.
  private static func rotaryScaling(in config: JSONSettings) throws -> RotaryScaling? {
    for group in ["rope_parameters", "rope_scaling"] {
      guard let fields = config.fields[group]?.object,
        (fields["rope_type"] ?? fields["type"]) == .string("llama3")
      else { continue }
      func number(_ key: String) throws -> Double {
        guard let number = fields[key]?.double, number.isFinite, number > 0 else {
          throw TransformerError.unsupported(
            file: config.path, what: "'\(group).\(key)'",
            is: fields[key]?.encodedLine() ?? "missing", expected: "a number above 0")
        }
        return number
      }
      let scaling = RotaryScaling(
        factor: try number("factor"), lowFactor: try number("low_freq_factor"),
        highFactor: try number("high_freq_factor"),
        originalLength: try number("original_max_position_embeddings"))
      guard scaling.highFactor > scaling.lowFactor else {
        throw TransformerError.unsupported(
          file: config.path, what: "'\(group).high_freq_factor'", is: "\(scaling.highFactor)",
          expected: "more than 'low_freq_factor', \(scaling.lowFactor)")
      }
      return scaling
    }
    return nil
  }

  /// The shape as a `config.json`, rotary angles in both spellings: libraries that know one only
  /// would go on with another base, and say nothing.
  ///
  /// - Parameters:
  ///   - type: What the tensors are stored in, by PyTorch's name.
  ///   - tokens: Ids under `bos_token_id`, `eos_token_id` and `pad_token_id`.
  /// - Throws: `TransformerError.unsupported` for rotary angles that are scaled in no known way.
  package func huggingFace(
    type: String, tokens: [String: JSONValue]
  ) throws(TransformerError) -> JSONValue {
    let scaling = try rotaryScaling()
    let oldGroup = scaling.map(JSONValue.object) ?? .null
    var group = scaling ?? ["rope_type": "default"]
    group["rope_theta"] = .double(rotaryBase)
    var fields: [String: JSONValue] = [
      "architectures": ["LlamaForCausalLM"],
      "model_type": "llama",
      "hidden_size": .int(channels),
      "intermediate_size": .int(hidden),
      "num_hidden_layers": .int(layers),
      "num_attention_heads": .int(heads),
      "num_key_value_heads": .int(keyHeads),
      "head_dim": .int(headSize),
      "hidden_act": "silu",
      "rms_norm_eps": .double(Self.shortest(epsilon)),
      "max_position_embeddings": .int(contextLength),
      "vocab_size": .int(vocabulary),
      "tie_word_embeddings": .bool(tiesOutput),
      "attention_bias": false,
      "mlp_bias": false,
      "attention_dropout": 0.0,
      "initializer_range": 0.02,
      "use_cache": true,
      "torch_dtype": .string(type),
      "dtype": .string(type),
      "rope_theta": .double(rotaryBase),
      "rope_scaling": oldGroup,
      "rope_parameters": .object(group),
    ]
    fields.merge(tokens) { $1 }
    return .object(fields)
  }

  /// The divisors of rotary angles as the parameters they come from; nil for none.
  private func rotaryScaling() throws(TransformerError) -> [String: JSONValue]? {
    if rotaryDivisors.isEmpty { return nil }
    let known = RotaryScaling.published.first { scaling in
      zip(scaling.divisors(of: rotaryFrequencies), rotaryDivisors).allSatisfy {
        abs($0 - $1) <= 1e-4 * $0
      }
    }
    guard let known else {
      throw .unsupported(
        file: "config.json", what: "scaling of rotary angles", is: "that of no known model",
        expected: "Llama 3.1's or 3.2's")
    }
    return [
      "rope_type": "llama3", "factor": .double(known.factor),
      "low_freq_factor": .double(known.lowFactor), "high_freq_factor": .double(known.highFactor),
      "original_max_position_embeddings": .int(Int(known.originalLength)),
    ]
  }

  /// The double with the fewest digits that is this float, as 1e-05 for the float next to it.
  private static func shortest(_ number: Float) -> Double {
    Double("\(number)") ?? Double(number)
  }
}
