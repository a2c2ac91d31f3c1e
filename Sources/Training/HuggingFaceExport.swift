import Storage
import TensorFiles
import Transformer

/// Writes a model as Hugging Face's libraries read it.
package enum HuggingFaceExport {
  /// Makes a folder, whole or not at all.
  ///
  /// - Parameters:
  ///   - tokens: Ids for `config.json`.
  ///   - files: The others, by name.
  ///   - type: Of the weights: bf16 or f32.
  ///   - weights: Writes `model.safetensors` to the path that it gets.
  ///   - more: Files that tell of the weights, made after them.
  /// - Throws: `StorageError`, also if the folder is there; `TransformerError` for rotary angles that
  ///   are scaled in no known way; what `weights` and `more` throw.
  package static func write(
    _ shape: DecoderConfiguration, tokens: [String: JSONValue], _ files: [String: [UInt8]],
    as type: TensorType, to path: String, weights: (String) throws -> Void,
    more: () throws -> [String: [UInt8]] = { [:] }
  ) throws {
    let config = try shape.huggingFace(
      type: type == .bf16 ? "bfloat16" : "float32", tokens: tokens)
    try AtomicFolder.make(path) { folder in
      try weights(folder + "/model.safetensors")
      var files = try files.merging(more()) { $1 }
      files["config.json"] = Array(config.encodedPretty().utf8)
      for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
        try AtomicFile.write(bytes, to: folder + "/" + name)
      }
    }
  }
}
