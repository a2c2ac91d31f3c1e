import Foundation
import Storage

/// A model as Hugging Face's libraries save it: a folder of `config.json`, `tokenizer.json` and
/// weights in `model.safetensors`, or in several files and `model.safetensors.index.json`; or an
/// adapter of such a model (`AdapterDirectory`), which is read as the model with it.
package struct HuggingFaceDirectory: Sendable {
  /// The folder; of an adapter its model's.
  package let path: String
  private let files: Files
  /// Whether an adapter is in the weights.
  package private(set) var isAdapted = false
  /// `config.json`: the shape of the model.
  package let config: JSONSettings
  /// The tensors.
  package private(set) var weights: any TensorSource
  /// The paths of the files that decide the tensors.
  package private(set) var weightFiles: [String]
  /// The path of `tokenizer.json`.
  package let tokenizerPath: String
  /// The model's Jinja template; nil when it has none.
  package let chatTemplate: String?
  /// The ids that `generation_config.json`, otherwise `config.json`, ends completions with.
  package let endTokens: [Int]
  /// The id that `config.json` begins texts with.
  package let beginToken: Int?

  /// Opens a folder.
  /// - Throws: `TensorFileError` or `StorageError`, naming the file that is missing or wrong.
  package init(path: String) throws {
    guard AdapterDirectory.isOne(path) else {
      try self.init(whole: path)
      return
    }
    let adapter = try AdapterDirectory(path: path)
    try self.init(whole: adapter.basePath, over: path)
    weights = try adapter.adapted(weights)
    // Scales and ranks make another model, too.
    weightFiles += [adapter.file.path, adapter.path + "/" + AdapterDirectory.configName]
    isAdapted = true
  }

  /// The path of a file beside the weights, such as a tokenizer's; nil if there is none.
  package func path(of name: String) -> String? { files.has(name) ? files.path(name) : nil }

  /// A text of the model card's front matter, an adapter's before its model's; nil if there is none.
  package func cardValue(_ key: String) -> String? {
    guard let path = path(of: "README.md"),
      let text = try? String(decoding: JSONDocument.bytes(of: path), as: UTF8.self)
    else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.first == "---" else { return nil }
    for line in lines.dropFirst().prefix(while: { $0 != "---" }) where line.hasPrefix(key + ":") {
      let value = line.dropFirst(key.count + 1).trimmingCharacters(in: .whitespaces)
      let bare = value.trimmingCharacters(in: CharacterSet(charactersIn: "\"'"))
      return bare.isEmpty ? nil : bare
    }
    return nil
  }

  /// - Parameter adapter: A folder whose tokenizer and templates take the place of the model's.
  private init(whole path: String, over adapter: String? = nil) throws {
    self.path = path
    files = Files(folder: path, adapter: adapter)
    config = try JSONSettings(path: files.path("config.json"))
    (weights, weightFiles) = try files.weights()
    tokenizerPath = files.path("tokenizer.json")
    guard files.has("tokenizer.json") else {
      throw TensorFileError.malformed(
        file: path, found: "has no 'tokenizer.json'", expected: "a fast tokenizer's file")
    }
    chatTemplate = try files.chatTemplate()
    endTokens = try files.endTokens(config: config)
    beginToken = config.has("bos_token_id") ? try config.int("bos_token_id") : nil
  }
}

/// The files of a folder, by name.
private struct Files {
  let folder: String
  let adapter: String?

  /// What an adapter's folder may have of its own.
  private static let ownNames: Set = [
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja",
    "generation_config.json", "README.md",
  ]

  func path(_ name: String) -> String {
    func file(in folder: String) -> String {
      URL(filePath: folder).appending(component: name).path(percentEncoded: false)
    }
    if let adapter, Self.ownNames.contains(name),
      FileManager.default.fileExists(atPath: file(in: adapter))
    {
      return file(in: adapter)
    }
    return file(in: folder)
  }

  func has(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: path(name))
  }

  func weights() throws -> (any TensorSource, [String]) {
    if has("model.safetensors") {
      let file = try SafetensorsFile(path: path("model.safetensors"))
      return (file, [file.path])
    }
    if has("model.safetensors.index.json") {
      let files = try SafetensorsFolder(index: path("model.safetensors.index.json"))
      return (files, files.files)
    }
    throw TensorFileError.malformed(
      file: folder, found: "has neither 'model.safetensors' nor 'model.safetensors.index.json'",
      expected: "one of them")
  }

  /// A template in a file of its own, or in `tokenizer_config.json`: a string, or a list of named
  /// ones of which `default` counts.
  func chatTemplate() throws -> String? {
    if has("chat_template.jinja") {
      return String(
        decoding: try JSONDocument.bytes(of: path("chat_template.jinja")), as: UTF8.self)
    }
    guard has("tokenizer_config.json") else { return nil }
    let settings = try JSONSettings(path: path("tokenizer_config.json"))
    guard settings.has("chat_template") else { return nil }
    if let named = settings.fields["chat_template"]?.array {
      return named.first { $0["name"]?.string == "default" }?["template"]?.string
    }
    return try settings.string("chat_template")
  }

  func endTokens(config: JSONSettings) throws -> [Int] {
    if has("generation_config.json") {
      let settings = try JSONSettings(path: path("generation_config.json"))
      if settings.has("eos_token_id") { return try settings.ints("eos_token_id") }
    }
    return config.has("eos_token_id") ? try config.ints("eos_token_id") : []
  }
}
