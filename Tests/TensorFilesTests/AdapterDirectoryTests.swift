import Foundation
import Storage
import TestSupport
import Testing

@testable import TensorFiles

/// What PEFT itself saved is read by `LowRankAdapterTests`; here is what must be right or refused.
@Suite struct AdapterDirectoryTests {
  private static let settings: [String: JSONValue] = [
    "peft_type": "LORA", "base_model_name_or_path": "none", "r": 1, "lora_alpha": 6,
  ]

  private static let prefix = "base_model.model."
  /// Of a base of 2 x 3: A [1, 3] and B [2, 1].
  static let tensors: [(name: String, shape: [Int], values: [Float])] = [
    ("m.q_proj.lora_A.weight", [1, 3], [1, 2, 3]), ("m.q_proj.lora_B.weight", [2, 1], [10, -1]),
  ]

  /// A folder with a base of two matrices of ones beside an adapter.
  static func folder(
    _ changes: [String: JSONValue] = [:],
    tensors: [(name: String, shape: [Int], values: [Float])] = tensors, hasBase: Bool = true
  ) throws -> TemporaryDirectory {
    let folder = try TemporaryDirectory()
    let fields = settings.merging(changes) { $1 }
    try folder.write(JSONValue.object(fields).encodedLine(), to: "adapter_config.json")
    try write(
      tensors.map { (prefix + $0.name, $0.shape, $0.values) },
      to: folder.path(of: "adapter_model.safetensors"))
    guard hasBase else { return folder }
    try folder.write("{}", to: "base/config.json")
    try folder.write("{}", to: "base/tokenizer.json")
    let ones = [Float](repeating: 1, count: 6)
    try write(
      [
        ("m.q_proj.weight", [2, 3], ones), ("m.o_proj.weight", [2, 3], ones),
        ("model.embed_tokens.weight", [2, 3], ones),
      ], to: folder.path(of: "base/model.safetensors"))
    return folder
  }

  private static func write(
    _ tensors: [(name: String, shape: [Int], values: [Float])], to path: String
  ) throws {
    let writer = SafetensorsWriter(
      tensors.map { SafetensorsWriter.Tensor($0.name, shape: $0.shape, type: .f32) })
    try writer.write(to: path) { tensor, file throws(StorageError) in
      let values = tensors.first { $0.name == tensor.name }?.values ?? []
      try file.write(Quantization.bytes(of: values.span, as: .f32))
    }
  }

  @Test func `an update is added to its matrix and to no other`() throws {
    let folder = try Self.folder()
    let model = try HuggingFaceDirectory(path: folder.path)
    #expect(model.isAdapted && model.path == folder.path + "/base")
    #expect(
      try model.weights.floats(of: "m.q_proj.weight", shape: [2, 3]) == [
        61, 121, 181, -5, -11, -17,
      ])
    #expect(try model.weights.floats(of: "m.o_proj.weight") == [1, 1, 1, 1, 1, 1])
    // Base, updates, and their scales: all of them make the fingerprint.
    #expect(model.weightFiles.count == 3)
  }

  static let scales: [(changes: [String: JSONValue], scale: Float)] = [
    (["lora_alpha": 3], 3), (["alpha_pattern": ["q_proj": 2]], 2),
    (["alpha_pattern": ["o_proj": 2, "m.q_proj": 4]], 4), (["alpha_pattern": ["proj": 2]], 6),
    (["alpha_pattern": ["^m.q_proj": 2]], 2), (["alpha_pattern": ["^q_proj": 2]], 6),
    (["r": 9, "rank_pattern": ["m.q_proj": 1]], 6), (["use_rslora": true], 6),
  ]

  @Test(arguments: scales)
  func `scales follow alpha, rank and their patterns`(
    _ given: (changes: [String: JSONValue], scale: Float)
  ) throws {
    let folder = try Self.folder(given.changes)
    let model = try HuggingFaceDirectory(path: folder.path)
    #expect(try model.weights.floats(of: "m.q_proj.weight")[0] == 1 + given.scale * 10)
  }

  @Test func `a tensor that the adapter has whole takes the place of the base's`() throws {
    let folder = try Self.folder(
      tensors: Self.tensors + [("m.o_proj.weight", [2, 3], [1, 2, 3, 4, 5, 6])])
    let model = try HuggingFaceDirectory(path: folder.path)
    #expect(try model.weights.floats(of: "m.o_proj.weight") == [1, 2, 3, 4, 5, 6])
  }

  @Test func `a base that is named is found from the adapter's folder`() throws {
    let folder = try Self.folder()
    let name = URL(filePath: folder.path).lastPathComponent
    let other = try Self.folder(
      ["base_model_name_or_path": .string("../\(name)/base")], hasBase: false)
    #expect(try HuggingFaceDirectory(path: other.path).weights.contains("m.q_proj.weight"))
  }

  private static let refused: [Malformed<[String: JSONValue]>] = [
    .init(
      "another method", ["peft_type": "IA3"],
      "adapter_config.json: key 'peft_type' is 'IA3'; expected 'LORA'"),
    .init(
      "DoRA", ["use_dora": true], "adapter_config.json: key 'use_dora' is true; expected false"),
    .init(
      "biases", ["bias": "all"], "adapter_config.json: key 'bias' is 'all'; expected 'none'"),
    .init(
      "weights turned", ["fan_in_fan_out": true],
      "adapter_config.json: key 'fan_in_fan_out' is true; expected false"),
    .init(
      "layers twice", ["layer_replication": [[0, 4]]],
      "adapter_config.json: key 'layer_replication' is [[0, 4]]; expected null"),
    .init(
      "a base that was changed", ["init_lora_weights": "pissa"],
      "adapter_config.json: key 'init_lora_weights' is 'pissa'; expected a start that leaves the "
        + "base model as it is"),
    .init(
      "another rank", ["r": 2],
      "adapter_model.safetensors: tensor 'base_model.model.m.q_proj.lora_A.weight' is [1, 3]; "
        + "expected [2, 3]"),
    .init(
      "a pattern that is no name", ["alpha_pattern": ["m.*": 1]],
      "adapter_config.json: 'alpha_pattern' has 'm.*': 1; expected the ends of modules' names, and "
        + "numbers"),
    .init(
      "two patterns", ["alpha_pattern": ["q_proj": 1, "m.q_proj": 2]],
      "adapter_config.json: 'alpha_pattern' has two values for 'm.q_proj'; expected one"),
    .init("rank 0", ["r": 0], "adapter_config.json: key 'r' is 0; expected 1 or more"),
    .init(
      "no number", ["lora_alpha": 1e300],
      "adapter_config.json: key 'lora_alpha' is 1e+300; expected -1000000 to 1000000"),
    .init(
      "no rank", ["r": nil], "adapter_config.json: key 'r' is missing; expected an integer"),
  ]

  @Test(arguments: refused)
  func `what is not implemented is refused`(_ broken: Malformed<[String: JSONValue]>) throws {
    let folder = try Self.folder(broken.input)
    broken.expectRefusal(hiding: folder) { try HuggingFaceDirectory(path: folder.path) }
  }

  private static let strangers: [Malformed<[(name: String, shape: [Int], values: [Float])]>] = [
    .init(
      "a matrix that the base has not", [("m.x.lora_A.weight", [1, 3], [1, 2, 3])],
      "adapter_model.safetensors: has the tensor 'base_model.model.m.x.lora_A.weight'; expected "
        + "updates of matrices that the base model has"),
    .init(
      "another width", [("m.q_proj.lora_A.weight", [1, 2], [1, 2])],
      "adapter_model.safetensors: tensor 'base_model.model.m.q_proj.lora_A.weight' is [1, 2]; "
        + "expected [1, 3]"),
    .init(
      "B turned",
      [
        ("m.q_proj.lora_A.weight", [1, 3], [1, 2, 3]), ("m.q_proj.lora_B.weight", [1, 2], [1, 2]),
      ],
      "adapter_model.safetensors: tensor 'base_model.model.m.q_proj.lora_B.weight' is [1, 2]; "
        + "expected [2, 1]"),
    .init(
      "nothing", [],
      "adapter_model.safetensors: has no tensors; expected updates of the base model's matrices"),
    .init(
      "no B", [("m.q_proj.lora_A.weight", [1, 3], [1, 2, 3])],
      "adapter_model.safetensors: tensor 'base_model.model.m.q_proj.lora_B.weight' is missing; expected it in this model"
    ),
    .init(
      "no A", [("m.q_proj.lora_B.weight", [2, 1], [1, 2])],
      "adapter_model.safetensors: tensor 'base_model.model.m.q_proj.lora_A.weight' is missing; expected it in this model"
    ),
    .init(
      "a magnitude", Self.tensors + [("m.q_proj.lora_magnitude_vector", [2], [1, 2])],
      "adapter_model.safetensors: has the tensor "
        + "'base_model.model.m.q_proj.lora_magnitude_vector'; expected updates of matrices that the "
        + "base model has"),
    .init(
      "the embedding of a tied model",
      [("model.embed_tokens.weight", [2, 3], [1, 2, 3, 4, 5, 6])],
      "adapter_model.safetensors: replaces the embedding of a model whose output is tied to it; "
        + "expected one that leaves it"),
  ]

  @Test(arguments: strangers)
  func `tensors that do not fit the base are refused`(
    _ broken: Malformed<[(name: String, shape: [Int], values: [Float])]>
  ) throws {
    let folder = try Self.folder(tensors: broken.input)
    broken.expectRefusal(hiding: folder) { try HuggingFaceDirectory(path: folder.path) }
  }

  @Test func `a base that is not there is named, with where to put it`() throws {
    let folder = try Self.folder(hasBase: false)
    expectRefusalSaying(
      "adapter_config.json: names the base model 'none', which is no folder here; expected one\n"
        + "  help: put the model it was trained on into base; the embedded one is written by: "
        + "selfinstruct merge --model smollm2 --output base", hiding: folder
    ) { try HuggingFaceDirectory(path: folder.path) }
  }
}
