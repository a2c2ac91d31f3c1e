import TensorFiles
import Tokenization

extension GGUFTokenizer {
  /// What a GGUF file's metadata says about its tokenizer.
  /// - Throws: `TensorFileError` for a key that is missing or of the wrong type.
  package init(_ file: GGUFFile) throws {
    let prefix = "tokenizer.ggml."
    func optional<Value>(_ key: String, _ read: (String) throws -> Value) throws -> Value? {
      file.has(prefix + key) ? try read(prefix + key) : nil
    }
    let addsBegin = try optional("add_bos_token", file.bool) ?? false
    let ends = try ["eos_token_id", "eot_token_id", "eom_token_id"].compactMap {
      try optional($0, file.int)
    }
    self.init(
      file: file.path, model: try file.string(prefix + "model"),
      preTokenizer: try optional("pre", file.string),
      tokens: try file.strings(prefix + "tokens"), merges: try file.strings(prefix + "merges"),
      types: try optional("token_type", file.ints), endTokens: ends,
      beginToken: addsBegin ? try file.int(prefix + "bos_token_id") : nil)
  }
}
