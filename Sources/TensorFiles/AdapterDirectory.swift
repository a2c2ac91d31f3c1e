import Foundation
import Storage

/// Low-rank updates of another model's matrices as PEFT saves them: a folder of
/// `adapter_config.json` and `adapter_model.safetensors`.
///
///     weight' = weight + scale B A,   scale = alpha / rank, or alpha / sqrt(rank) with rsLoRA
///
/// What is not implemented is refused, not left out.
package struct AdapterDirectory: Sendable {
  package static let configName = "adapter_config.json"
  package static let weightsName = "adapter_model.safetensors"
  /// Where our own adapters keep the model that they belong to.
  package static let baseName = "base"
  private static let prefix = "base_model.model."

  /// PEFT's name of the A, or else the B, that a matrix of this name is updated by.
  package static func name(ofUpdate matrix: String, isDown: Bool) -> String {
    let module = matrix.hasSuffix(".weight") ? String(matrix.dropLast(".weight".count)) : matrix
    return prefix + module + (isDown ? ".lora_A.weight" : ".lora_B.weight")
  }

  /// The folder.
  package let path: String
  /// The folder of the model that is updated.
  let basePath: String
  let file: SafetensorsFile
  private let config: JSONSettings

  /// Whether a folder holds an adapter and not a whole model.
  package static func isOne(_ path: String) -> Bool {
    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }
    return has(configName) && !has("model.safetensors") && !has("model.safetensors.index.json")
  }

  /// Opens a folder.
  /// - Throws: `TensorFileError` or `StorageError`: what is wrong, or not implemented.
  init(path: String) throws {
    self.path = path
    config = try JSONSettings(path: path + "/" + Self.configName)
    try Self.requireKnown(config)
    try Self.requireNumbers(config)
    file = try SafetensorsFile(path: path + "/" + Self.weightsName)
    basePath = try Self.base(of: path, config)
  }

  private static func base(of path: String, _ config: JSONSettings) throws -> String {
    let beside = path + "/" + baseName
    let named = OpenFile.isFolder(beside) ? beside : try config.string("base_model_name_or_path")
    let places = named.isEmpty ? [] : named.hasPrefix("/") ? [named] : [path + "/" + named, named]
    guard let found = places.first(where: OpenFile.isFolder) else {
      throw TensorFileError.malformed(
        file: config.path, found: "names the base model \(quoted(named)), which is no folder here",
        expected:
          "one\n  help: put the model it was trained on into \(beside); the embedded one is "
          + "written by: selfinstruct merge --model smollm2 --output \(beside)")
    }
    guard FileManager.default.fileExists(atPath: found + "/config.json") else {
      throw TensorFileError.malformed(
        file: config.path,
        found: "names the base model \(quoted(named)), which has no 'config.json'",
        expected: "a whole model\n  help: of another adapter 'selfinstruct merge' makes one")
    }
    return found
  }

  /// Refuses numbers that no adapter is made with, before a tensor is blamed for them.
  private static func requireNumbers(_ config: JSONSettings) throws(TensorFileError) {
    guard try config.int("r") >= 1 else {
      throw .wrongType(
        file: config.path, key: "r", found: (config.fields["r"] ?? .null).shown,
        expected: "1 or more")
    }
    let alpha = try config.float("lora_alpha")
    guard alpha.isFinite, abs(alpha) <= 1e6 else {
      throw .wrongType(
        file: config.path, key: "lora_alpha", found: "\(alpha)", expected: "-1000000 to 1000000")
    }
  }

  /// What PEFT has beside A and B, or in place of them.
  private static let unknownParts = [
    "alora_invocation_tokens", "arrow_config", "corda_config", "kasa_config", "layer_replication",
    "lora_ga_config", "monteclora_config", "target_parameters", "trainable_token_indices",
    "use_bdlora", "velora_config",
  ]

  /// Refuses what changes a model in a way that is not ours.
  private static func requireKnown(_ config: JSONSettings) throws(TensorFileError) {
    func refuse(_ key: String, _ expected: String) throws(TensorFileError) -> Never {
      throw .wrongType(
        file: config.path, key: key, found: (config.fields[key] ?? .null).shown, expected: expected)
    }
    guard try config.string("peft_type") == "LORA" else { try refuse("peft_type", "'LORA'") }
    for key in ["use_dora", "fan_in_fan_out", "lora_bias", "use_qalora"]
    where config.has(key) && config.fields[key] != .bool(false) {
      try refuse(key, "false")
    }
    if config.has("bias"), config.fields["bias"]?.string != "none" { try refuse("bias", "'none'") }
    for key in unknownParts where config.has(key) { try refuse(key, "null") }
    // The others put a part of the base model's weights into A and B, and change that model.
    let starts: [JSONValue] = [.bool(true), .bool(false), "gaussian", "eva", "orthogonal"]
    if let start = config.fields["init_lora_weights"], start != .null, !starts.contains(start) {
      try refuse("init_lora_weights", "a start that leaves the base model as it is")
    }
  }

  /// The base model's tensors with the updates in them.
  ///
  /// - Throws: `TensorFileError` for a tensor of the adapter that is of no use for the base model.
  func adapted(_ base: any TensorSource) throws -> AdaptedTensors {
    var updates: [String: AdaptedTensors.Update] = [:]
    var replaced: [String: String] = [:]
    for name in file.tensorNames where !name.hasSuffix(".base_layer.weight") {
      guard let (module, part) = Self.parsed(name), base.contains(module + ".weight") else {
        throw TensorFileError.malformed(
          file: file.path, found: "has the tensor \(quoted(name))",
          expected: "updates of matrices that the base model has")
      }
      switch part {
      case .whole:
        guard module != "model.embed_tokens" || base.contains("lm_head.weight") else {
          throw TensorFileError.malformed(
            file: file.path, found: "replaces the embedding of a model whose output is tied to it",
            expected: "one that leaves it")
        }
        replaced[module + ".weight"] = name
      case .down:
        updates[module + ".weight"] = try update(module, down: name, of: base)
      case .up: break
      }
    }
    for name in file.tensorNames {
      if case (let module, .up)? = Self.parsed(name), updates[module + ".weight"] == nil {
        throw TensorFileError.tensor(
          file: file.path, name: Self.name(ofUpdate: module, isDown: true), .missing)
      }
    }
    guard !updates.isEmpty || !replaced.isEmpty else {
      throw TensorFileError.malformed(
        file: file.path, found: "has no tensors", expected: "updates of the base model's matrices")
    }
    return AdaptedTensors(base: base, adapter: file, updates: updates, replaced: replaced)
  }

  private enum Part { case down, up, whole }

  /// Which module a tensor belongs to, and what of it it is.
  private static func parsed(_ name: String) -> (module: String, Part)? {
    guard name.hasPrefix(prefix) else { return nil }
    let rest = name.dropFirst(prefix.count)
    for (suffix, part) in [
      (".lora_A.weight", Part.down), (".lora_B.weight", .up), (".lora_A.default.weight", .down),
      (".lora_B.default.weight", .up),
    ] where rest.hasSuffix(suffix) {
      return (String(rest.dropLast(suffix.count)), part)
    }
    guard rest.hasSuffix(".weight"), !rest.contains("lora_") else { return nil }
    return (String(rest.dropLast(".weight".count)), .whole)
  }

  private func update(
    _ module: String, down: String, of base: any TensorSource
  ) throws -> AdaptedTensors.Update {
    let up = down.replacing(".lora_A.", with: ".lora_B.")
    let shape = try base.shape(of: module + ".weight")
    let found = try file.shape(of: down)
    guard shape.count == 2, found.count == 2, found[0] > 0, found[1] == shape[1] else {
      throw TensorFileError.tensor(
        file: file.path, name: down,
        .wrongShape(found, expected: [found.first ?? 0] + shape.dropFirst()))
    }
    let upShape = try file.shape(of: up)
    guard upShape == [shape[0], found[0]] else {
      throw TensorFileError.tensor(
        file: file.path, name: up, .wrongShape(upShape, expected: [shape[0], found[0]]))
    }
    let rank = try pattern("rank_pattern", for: module)?.int ?? config.int("r")
    guard rank == found[0] else {
      throw TensorFileError.tensor(
        file: file.path, name: down, .wrongShape(found, expected: [rank, shape[1]]))
    }
    let alpha = try pattern("alpha_pattern", for: module)?.double ?? config.float("lora_alpha")
    let isRootScaled = config.has("use_rslora") ? try config.bool("use_rslora") : false
    let divisor = isRootScaled ? Double(rank).squareRoot() : Double(rank)
    return AdaptedTensors.Update(down: down, up: up, rank: rank, scale: alpha / divisor)
  }

  /// The value that a table of names has for a module: a name stands for all modules that end in it,
  /// whole part by whole part, or after '^' for one. Other patterns are refused: a program of its own
  /// would be needed to read them as Python does.
  private func pattern(_ key: String, for module: String) throws -> JSONValue? {
    guard config.has(key) else { return nil }
    guard let table = config.fields[key]?.object else {
      throw TensorFileError.wrongType(
        file: config.path, key: key, found: (config.fields[key] ?? .null).shown,
        expected: "an object of names and numbers")
    }
    var found: JSONValue?
    for (name, value) in table.sorted(by: { $0.key < $1.key }) {
      let isWhole = name.hasPrefix("^")
      let end = isWhole ? name.dropFirst() : name[...]
      guard !end.isEmpty, value.double != nil,
        end.utf8.allSatisfy({ $0.isPlain || $0 == UInt8(ascii: ".") })
      else {
        throw TensorFileError.malformed(
          file: config.path, found: "\(quoted(key)) has \(quoted(name)): \(value.shown)",
          expected: "the ends of modules' names, and numbers")
      }
      guard module == end || (!isWhole && module.hasSuffix("." + end)) else { continue }
      guard found == nil || found == value else {
        throw TensorFileError.malformed(
          file: config.path, found: "\(quoted(key)) has two values for \(quoted(module))",
          expected: "one")
      }
      found = value
    }
    return found
  }
}

extension UInt8 {
  /// Whether it is a letter, a digit or '_' of ASCII.
  fileprivate var isPlain: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
