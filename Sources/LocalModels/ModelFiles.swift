import Foundation
import Kernels
import Storage
import TensorFiles
import Tokenization
import Transformer

/// The files of a model, opened and read as far as loading needs.
struct ModelFiles {
  let name: String
  let tokenizer: Tokenizer
  /// Languages the metadata names.
  let languages: [String]
  /// The token that an empty text is continued from.
  let fallbackStart: Int32?
  /// How the model was taught to see a conversation, and why that is a guess if it is one.
  let template: ChatTemplate.Recognition
  private let gguf: GGUFFile

  /// - Throws: `LocalModelError.embeddedMissing` and the readers' errors.
  init(_ reference: ModelReference) throws {
    let path = reference.path
    if reference == .embedded && !FileManager.default.fileExists(atPath: path) {
      throw LocalModelError.embeddedMissing(path: path)
    }
    let file = try GGUFFile(path: path)
    gguf = file
    name = reference.name
    tokenizer = try Tokenizer(GGUFTokenizer(file))
    languages = file.has("general.languages") ? try file.strings("general.languages") : []
    let jinja =
      file.has("tokenizer.chat_template") ? try file.string("tokenizer.chat_template") : nil
    template = ChatTemplate.recognize(jinja: jinja, specialTokens: tokenizer.specialTokens)
    fallbackStart =
      try ["tokenizer.ggml.bos_token_id", "tokenizer.ggml.eos_token_id"].lazy
      .filter(file.has).map(file.int).first.map { Int32(truncatingIfNeeded: $0) }
  }

  /// Reads and packs the weights.
  func weights(precision: Precision) throws -> Weights {
    try Weights(
      from: gguf, named: GGUFNames.self, configuration: DecoderConfiguration(gguf: gguf),
      precision: precision)
  }

  /// SHA-256 of the weights' file.
  func fingerprint() throws -> String {
    try ContentHash.hex(ofFile: gguf.path)
  }
}
