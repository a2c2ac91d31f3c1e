import Foundation
import LocalModels
import Storage
import TensorFiles
import Tokenization
import Training
import Transformer

/// Writes a model in another form.
enum ModelConversion {
  /// As one GGUF file, with a Modelfile for Ollama beside it; files that are there are refused.
  ///
  /// - Returns: The paths of both.
  static func write(
    _ files: ModelFiles, asGGUF type: TensorType, to path: String
  ) throws -> [String] {
    let modelfile = String(path.dropLast(5)) + ".Modelfile"
    for path in [path, modelfile] where FileManager.default.fileExists(atPath: path) {
      throw StorageError.wrongKind(path: path, is: "there already", expected: "a new file")
    }
    try GGUFExport.write(
      files.numbers(), files.decoderConfiguration(), files.metadata(as: type), as: type, to: path)
    try AtomicFile.write(
      OllamaModelfile.text(
        for: URL(fileURLWithPath: path).lastPathComponent, files.template.template),
      to: modelfile)
    return [path, modelfile]
  }

  /// As a folder; one that is there already is refused.
  static func write(_ files: ModelFiles, asDirectory type: TensorType, to path: String) throws {
    guard !FileManager.default.fileExists(atPath: path) else {
      throw StorageError.wrongKind(path: path, is: "there already", expected: "a new folder")
    }
    let shape = try files.decoderConfiguration()
    var others = try files.huggingFaceFiles()
    others["README.md"] = card(of: files).map { Array($0.utf8) }
    try HuggingFaceExport.write(
      shape, tokens: files.tokenIDs(), others, as: type, to: path
    ) { weights in
      try WeightFiles.write(
        files.numbers(), ParameterLayout(of: shape).table, as: type, to: weights)
    }
  }

  /// A model card that says what is known of licence and origin; nil if nothing is.
  private static func card(of files: ModelFiles) -> String? {
    let known = [
      ("base_model", files.publishedBase ?? (files.name.contains("/") ? files.name : nil)),
      ("license", files.license),
    ]
    let lines = known.compactMap { key, value in
      value.map { "\(key): \(JSONValue.string($0).encodedLine())" }
    }
    guard !lines.isEmpty else { return nil }
    return """
      ---
      library_name: transformers
      \(lines.joined(separator: "\n"))
      ---

      # \(files.name)

      Written by selfinstruct from another form of the same model.

      """
  }
}
