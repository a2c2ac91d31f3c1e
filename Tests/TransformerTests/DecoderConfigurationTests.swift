import Storage
import TensorFiles
import TestSupport
import Testing
import Transformer

@Suite struct DecoderConfigurationTests {
  // MARK: config.json

  /// The tiny model's `config.json` with some keys changed.
  private func huggingFace(_ changes: [String: JSONValue], in folder: TemporaryDirectory) throws
    -> DecoderConfiguration
  {
    let fields = try JSONValue(parsing: Fixture("tiny-tied/config.json").bytes()).object ?? [:]
    let changed = JSONValue.object(fields.merging(changes) { $1 })
    let path = try folder.write(changed.encodedPretty(), to: "config.json")
    return try DecoderConfiguration(huggingFace: JSONSettings(path: path))
  }

  @Test func `both formats of one model say the same`() throws {
    let file = try GGUFFile(path: Fixture("tiny-tied.gguf").path)
    let folder = try TemporaryDirectory()
    #expect(try huggingFace([:], in: folder) == DecoderConfiguration(gguf: file))
  }

  @Test func `the base of the angles may stand in a group`() throws {
    let folder = try TemporaryDirectory()
    let found = try huggingFace(
      ["rope_theta": 1, "rope_parameters": ["rope_theta": 5000, "rope_type": "default"]],
      in: folder)
    #expect(found.rotaryBase == 5000)
  }

  @Test(
    arguments: [
      Malformed(
        "another family", ["model_type": "mamba"], "'model_type' is \"mamba\"; expected \"llama\""),
      Malformed(
        "another activation", ["hidden_act": "gelu"], "'hidden_act' is \"gelu\"; expected \"silu\""),
      Malformed("biases", ["mlp_bias": true], "'mlp_bias' is true; expected false"),
      Malformed("a window", ["sliding_window": 4096], "'sliding_window' is 4096; expected none"),
      Malformed(
        "scaled angles", ["rope_scaling": ["type": "linear", "factor": 2.0]],
        "'rope_scaling' is \"linear\"; expected \"default\" or \"llama3\""),
      Malformed(
        "angles for a part of a head", ["rope_parameters": ["partial_rotary_factor": 0.5]],
        "'rope_parameters.partial_rotary_factor' is 0.5; expected 1"),
      Malformed(
        "no heads", ["num_attention_heads": 0], "'num_attention_heads' is 0; expected at least 1"),
      Malformed(
        "heads that do not divide", ["num_key_value_heads": 2],
        "number of key-value heads is 2; expected a divisor of the 3 heads"),
      Malformed("a narrow head", ["head_dim": 8], "head size is 8; expected 16 to 256"),
      Malformed("an odd head", ["head_dim": 24], "head size is 24; expected a multiple of 16"),
      Malformed(
        "an epsilon below 0", ["rms_norm_eps": -1.0],
        "rotary base and norm epsilon is 100000.0 and -1.0; expected positive numbers"),
      Malformed(
        "a size beyond reason", ["max_position_embeddings": 99_999_999],
        "context length is 99999999; expected 1 to 16777216"),
    ] as [Malformed<[String: JSONValue]>])
  func `a config.json that would run wrong is refused by name`(
    _ broken: Malformed<[String: JSONValue]>
  ) throws {
    let folder = try TemporaryDirectory()
    expectRefusalSaying("config.json: " + broken.sentence, hiding: folder) {
      try huggingFace(broken.input, in: folder)
    }
  }

  // MARK: GGUF

  /// A metadata key as a GGUF file has it.
  struct Key: Sendable {
    var name: String
    /// 4 for an unsigned integer, 6 for a Float.
    var type: UInt32
    var bits: UInt32

    static func integer(_ name: String, _ value: UInt32) -> Key {
      Key(name: name, type: 4, bits: value)
    }

    static func float(_ name: String, _ value: Float) -> Key {
      Key(name: name, type: 6, bits: value.bitPattern)
    }

    var bytes: [UInt8] {
      func little(_ value: some FixedWidthInteger) -> [UInt8] {
        stride(from: 0, to: value.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: value >> $0) }
      }
      return little(UInt64(name.utf8.count)) + name.utf8 + little(type) + little(bits)
    }
  }

  /// The shape of the tiny model's file with one more key.
  private func gguf(adding key: Key, in folder: TemporaryDirectory) throws -> DecoderConfiguration {
    var bytes = try Fixture("tiny-tied.gguf").bytes()
    bytes[16] += 1  // the number of keys, which begin at byte 24
    bytes.insert(contentsOf: key.bytes, at: 24)
    bytes += [UInt8](repeating: 0, count: 32)  // tensors move up to the next multiple of 32
    let path = try folder.write(bytes, to: "x.gguf")
    return try DecoderConfiguration(gguf: GGUFFile(path: path))
  }

  @Test(
    arguments: [
      Malformed(
        "experts", .integer("llama.expert_count", 8), "llama.expert_count is 8; expected 0"),
      Malformed(
        "a window", .integer("llama.attention.sliding_window", 64),
        "llama.attention.sliding_window is 64; expected 0"),
      Malformed(
        "scaled angles without a type", .float("llama.rope.scaling.factor", 2),
        "llama.rope.scaling.factor is 2.0; expected 1"),
      Malformed(
        "scaled angles of an older file", .float("llama.rope.scale_linear", 4),
        "llama.rope.scale_linear is 4.0; expected 1"),
    ] as [Malformed<Key>])
  func `a GGUF file that would run wrong is refused by name`(_ broken: Malformed<Key>) throws {
    let folder = try TemporaryDirectory()
    expectRefusalSaying("x.gguf: " + broken.sentence, hiding: folder) {
      try gguf(adding: broken.input, in: folder)
    }
  }

  @Test(arguments: [Float(0), 1])
  func `angles scaled by nothing are not scaled`(factor: Float) throws {
    let folder = try TemporaryDirectory()
    let plain = try DecoderConfiguration(gguf: GGUFFile(path: Fixture("tiny-tied.gguf").path))
    let key = Key.float("llama.rope.scale_linear", factor)
    #expect(try gguf(adding: key, in: folder) == plain)
  }
}
