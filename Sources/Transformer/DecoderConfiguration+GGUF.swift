import Storage
import TensorFiles

extension DecoderConfiguration {
  /// Reads the shape from a GGUF file's metadata.
  /// - Throws: `TensorFileError` for a missing or mistyped key, `TransformerError` for a decoder
  ///   that we do not run; keys that would change the computation are refused by name.
  package init(gguf file: GGUFFile) throws {
    let architecture = try file.string("general.architecture")
    guard architecture == "llama" else {
      throw TransformerError.unsupported(
        file: file.path, what: "architecture", is: quoted(architecture), expected: "'llama'")
    }
    try Self.refuseExtras(in: file)
    let heads = try file.int("llama.attention.head_count")
    let channels = try file.int("llama.embedding_length")
    guard heads > 0 else {
      throw TransformerError.unsupported(
        file: file.path, what: "number of heads", is: "\(heads)", expected: "at least 1")
    }
    let headSize = try file.optionalInt("llama.attention.key_length") ?? channels / heads
    self.init(
      channels: channels,
      hidden: try file.int("llama.feed_forward_length"),
      layers: try file.int("llama.block_count"),
      heads: heads,
      keyHeads: try file.optionalInt("llama.attention.head_count_kv") ?? heads,
      headSize: headSize,
      vocabulary: try file.shape(of: GGUFNames.embedding).first ?? 0,
      contextLength: try file.int("llama.context_length"),
      rotaryBase: try file.has("llama.rope.freq_base")
        ? file.float("llama.rope.freq_base") : 10_000,
      epsilon: Float(try file.float("llama.attention.layer_norm_rms_epsilon")),
      tiesOutput: !file.contains(GGUFNames.output))
    if file.contains(GGUFNames.rotaryDivisors) {
      rotaryDivisors = try file.floats(of: GGUFNames.rotaryDivisors, shape: [headSize / 2])
        .map(Double.init)
    }
    try validate(path: file.path)
  }

  private static func refuseExtras(in file: GGUFFile) throws {
    let channels = try file.int("llama.embedding_length")
    let heads = max(try file.int("llama.attention.head_count"), 1)
    let headSize = try file.optionalInt("llama.attention.key_length") ?? channels / heads
    try refuse(file, "llama.rope.dimension_count", unless: headSize)
    try refuse(file, "llama.attention.value_length", unless: headSize)
    try refuse(file, "llama.expert_count", unless: 0)
    try refuse(file, "llama.attention.sliding_window", unless: 0)
    try refuseScaledAngles(in: file)
    for name in file.tensorNames where name.hasSuffix(".bias") {
      throw TransformerError.unsupported(
        file: file.path, what: "tensor '\(name)'", is: "present",
        expected: "none: this decoder has no biases")
    }
  }

  /// A factor without a type scales linearly; older files call it `scale_linear`, and 0 is 1.
  private static func refuseScaledAngles(in file: GGUFFile) throws {
    if file.has("llama.rope.scaling.type") {
      let scaling = try file.string("llama.rope.scaling.type")
      if scaling == "none" { return }
      throw TransformerError.unsupported(
        file: file.path, what: "llama.rope.scaling.type", is: quoted(scaling), expected: "'none'")
    }
    for key in ["llama.rope.scaling.factor", "llama.rope.scale_linear"] where file.has(key) {
      let factor = try file.float(key)
      guard factor == 0 || factor == 1 else {
        throw TransformerError.unsupported(
          file: file.path, what: key, is: "\(factor)", expected: "1")
      }
    }
  }

  private static func refuse(_ file: GGUFFile, _ key: String, unless expected: Int) throws {
    guard let found = try file.optionalInt(key), found != expected else { return }
    throw TransformerError.unsupported(
      file: file.path, what: key, is: "\(found)", expected: "\(expected)")
  }
}

extension GGUFFile {
  fileprivate func optionalInt(_ key: String) throws(TensorFileError) -> Int? {
    has(key) ? try int(key) : nil
  }
}
