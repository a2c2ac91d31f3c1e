import Storage
import TensorFiles
import Transformer

/// Writes an adapter as PEFT reads it.
enum AdapterExport {
  /// Fills a folder with `adapter_config.json` and `adapter_model.safetensors`.
  ///
  /// - Parameters:
  ///   - base: Where the model is that the adapter belongs to, for other programs; ours looks into the
  ///     folder `base` beside the adapter first.
  ///   - weights: Writes the adapter's tensors to the path that it gets.
  static func write(
    _ configuration: LowRankConfiguration, base: String, to folder: String,
    weights: (String) throws -> Void
  ) throws {
    try weights(folder + "/" + AdapterDirectory.weightsName)
    let fields: JSONValue = [
      "peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": .string(base),
      "r": .int(configuration.rank), "lora_alpha": .double(configuration.alpha),
      "lora_dropout": .double(configuration.dropout), "bias": "none", "use_rslora": false,
      "use_dora": false, "fan_in_fan_out": false, "inference_mode": true,
      "target_modules": .array(configuration.targets.map { .string($0.rawValue) }),
    ]
    try AtomicFile.write(fields.encodedPretty(), to: folder + "/" + AdapterDirectory.configName)
  }
}
