import Tokenization

extension LocalModel {
  /// Reads a model's tokenizer without its weights.
  /// - Throws: An error of the file's reader, `TokenizationError` or `LocalModelError`.
  package static func tokenizer(of reference: ModelReference) throws -> Tokenizer {
    try ModelFiles(reference).tokenizer
  }

  /// The languages (ISO 639-1) that a model's metadata names, read without its weights.
  /// - Throws: As `tokenizer(of:)`.
  package static func languages(of reference: ModelReference) throws -> [String] {
    try ModelFiles(reference).languages
  }
}
