import Tokenization

extension LocalModel {
  /// Reads a model's tokenizer without its weights.
  /// - Throws: An error of the file's reader, `TokenizationError` or `LocalModelError`.
  package static func tokenizer(of reference: ModelReference) throws -> Tokenizer {
    try ModelFiles(reference).tokenizer
  }
}
