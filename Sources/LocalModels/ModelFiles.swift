import Foundation
import Kernels
import Storage
import TensorFiles
import Tokenization
import Transformer

/// The files of a model, opened and read as far as loading needs.
package struct ModelFiles {
  /// Where shape and tensors come from.
  enum Source {
    case gguf(GGUFFile)
    case directory(HuggingFaceDirectory)
  }

  /// A name a person would recognise.
  package let name: String
  package let tokenizer: Tokenizer
  /// Languages the metadata names.
  let languages: [String]
  /// The token that an empty text is continued from.
  let fallbackStart: Int32?
  /// How the model was taught to see a conversation, and why that is a guess if it is one.
  package let template: ChatTemplate.Recognition
  let source: Source

  /// - Throws: `LocalModelError.embeddedMissing` and the readers' errors.
  package init(_ reference: ModelReference) throws {
    let path = reference.path
    if reference == .embedded && !FileManager.default.fileExists(atPath: path) {
      throw LocalModelError.embeddedMissing(path: path)
    }
    switch reference {
    case .embedded, .gguf: try self.init(GGUFFile(path: path), name: reference.name)
    case .directory: try self.init(HuggingFaceDirectory(path: path), name: reference.name)
    }
  }

  private init(_ file: GGUFFile, name: String) throws {
    let jinja =
      file.has("tokenizer.chat_template") ? try file.string("tokenizer.chat_template") : nil
    let starts = try ["tokenizer.ggml.bos_token_id", "tokenizer.ggml.eos_token_id"]
      .filter(file.has).map(file.int)
    self.init(
      name: name, tokenizer: try Tokenizer(GGUFTokenizer(file)),
      languages: file.has("general.languages") ? try file.strings("general.languages") : [],
      start: starts.first, jinja: jinja, source: .gguf(file))
  }

  private init(_ directory: HuggingFaceDirectory, name: String) throws {
    let tokenizer = try Tokenizer(
      json: directory.tokenizerPath, endTokens: directory.endTokens)
    self.init(
      name: name, tokenizer: tokenizer, languages: [],
      start: directory.beginToken ?? directory.endTokens.first, jinja: directory.chatTemplate,
      source: .directory(directory))
  }

  private init(
    name: String, tokenizer: Tokenizer, languages: [String], start: Int?, jinja: String?,
    source: Source
  ) {
    self.name = name
    self.tokenizer = tokenizer
    self.languages = languages
    self.source = source
    fallbackStart = start.flatMap { (0..<tokenizer.vocabularySize) ~= $0 ? Int32($0) : nil }
    template = ChatTemplate.recognize(jinja: jinja, specialTokens: tokenizer.specialTokens)
  }

  /// Reads and packs the weights.
  /// - Throws: The readers' errors, `KernelError`, or `LocalModelError.smallVocabulary` when the
  ///   tokenizer knows tokens that the weights have no rows for.
  func weights(precision: Precision) throws -> Weights {
    let configuration = try decoderConfiguration()
    switch source {
    case .gguf(let file):
      return try Weights(
        from: file, named: GGUFNames.self, configuration: configuration, precision: precision)
    case .directory(let directory):
      return try Weights(
        from: directory.weights, named: HuggingFaceNames.self, configuration: configuration,
        precision: precision)
    }
  }

  /// The folder of a Hugging Face directory whose weights are all there is; nil for another model.
  package var wholeDirectory: String? {
    guard case .directory(let directory) = source, !directory.isAdapted else { return nil }
    return directory.path
  }

  /// Reads the weights to be trained.
  /// - Parameter isFrozen: Whether an adapter of them is trained in their place.
  /// - Throws: As `weights(precision:)`.
  package func trainableWeights(
    precision: Precision, isFrozen: Bool = false
  ) throws -> TrainableWeights {
    let configuration = try decoderConfiguration()
    switch source {
    case .gguf(let file):
      return try TrainableWeights(
        from: file, named: GGUFNames.self, configuration: configuration, precision: precision,
        isFrozen: isFrozen)
    case .directory(let directory):
      return try TrainableWeights(
        from: directory.weights, named: HuggingFaceNames.self, configuration: configuration,
        precision: precision, isFrozen: isFrozen)
    }
  }

  /// The shape of the model.
  /// - Throws: As `weights(precision:)`, but for `KernelError`.
  package func decoderConfiguration() throws -> DecoderConfiguration {
    let configuration: DecoderConfiguration
    switch source {
    case .gguf(let file): configuration = try DecoderConfiguration(gguf: file)
    case .directory(let directory):
      configuration = try DecoderConfiguration(huggingFace: directory.config)
    }
    guard configuration.vocabulary >= tokenizer.vocabularySize else {
      throw LocalModelError.smallVocabulary(
        model: name, rows: configuration.vocabulary, tokens: tokenizer.vocabularySize)
    }
    return configuration
  }

  /// SHA-256 of the weights: of the file, or of the hashes of several.
  package func fingerprint() throws -> String {
    switch source {
    case .gguf(let file): return try ContentHash.hex(ofFile: file.path)
    case .directory(let directory):
      let hashes = try directory.weightFiles.map { try ContentHash.hex(ofFile: $0) }
      return hashes.count == 1
        ? hashes[0] : ContentHash.hex(of: hashes.joined(separator: "\n").utf8)
    }
  }
}
