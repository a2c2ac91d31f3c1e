import Kernels
import Storage
import TensorFiles
import Tokenization
import Transformer

/// What a model is as a GGUF file.
extension ModelFiles {
  /// All numbers, in f32 and in the layout of the decoder.
  /// - Throws: The readers' errors.
  package func numbers() throws -> SharedBuffer<Float> {
    let configuration = try decoderConfiguration()
    let layout = ParameterLayout(of: configuration)
    return switch source {
    case .gguf(let file):
      try layout.numbers(from: file, named: GGUFNames.self, configuration: configuration)
    case .directory(let directory):
      try layout.numbers(
        from: directory.weights, named: HuggingFaceNames.self, configuration: configuration)
    }
  }

  /// The metadata of a GGUF file whose matrices are of a type.
  /// - Throws: `TokenizationError` for a tokenizer that has no such form; the readers' errors.
  package func metadata(
    as type: TensorType
  ) throws -> [(key: String, value: GGUFWriter.Value)] {
    let shape = try decoderConfiguration()
    func count(_ number: Int) -> GGUFWriter.Value { .integer(UInt32(number)) }
    var keys: [(key: String, value: GGUFWriter.Value)] = [
      ("general.architecture", .string("llama")),
      ("general.name", .string(name)),
      ("general.file_type", .integer(type.fileType)),
      ("general.quantization_version", .integer(2)),
      ("llama.block_count", count(shape.layers)),
      ("llama.context_length", count(shape.contextLength)),
      ("llama.embedding_length", count(shape.channels)),
      ("llama.feed_forward_length", count(shape.hidden)),
      ("llama.attention.head_count", count(shape.heads)),
      ("llama.attention.head_count_kv", count(shape.keyHeads)),
      ("llama.attention.key_length", count(shape.headSize)),
      ("llama.attention.value_length", count(shape.headSize)),
      ("llama.attention.layer_norm_rms_epsilon", .number(shape.epsilon)),
      ("llama.rope.freq_base", .number(Float(shape.rotaryBase))),
      ("llama.rope.dimension_count", count(shape.headSize)),
      ("llama.vocab_size", count(shape.vocabulary)),
    ]
    if let license { keys.append(("general.license", .string(license))) }
    if !languages.isEmpty { keys.append(("general.languages", .strings(languages))) }
    return try keys + tokenizerKeys(vocabulary: shape.vocabulary)
  }

  private func tokenizerKeys(
    vocabulary: Int
  ) throws -> [(key: String, value: GGUFWriter.Value)] {
    let tokenizer = try ggufTokenizer()
    // A token for every row of the embedding, or the file's readers refuse it.
    let missing = tokenizer.tokens.count..<max(vocabulary, tokenizer.tokens.count)
    let tokens = tokenizer.tokens + missing.map { "[unused\($0)]" }
    let types =
      (tokenizer.types ?? tokenizer.tokens.map { _ in 1 }) + missing.map { _ in 5 }
    var keys: [(key: String, value: GGUFWriter.Value)] = [
      ("tokenizer.ggml.model", .string(tokenizer.model)),
      ("tokenizer.ggml.pre", .string(tokenizer.preTokenizer ?? "default")),
      ("tokenizer.ggml.tokens", .strings(tokens)),
      ("tokenizer.ggml.token_type", .integers(types.map(Int32.init(clamping:)))),
      ("tokenizer.ggml.merges", .strings(tokenizer.merges)),
      ("tokenizer.ggml.add_bos_token", .bool(tokenizer.beginToken != nil)),
    ]
    let ids = try tokenIDs()
    let turnEnd = template.template.stopTokens.lazy.compactMap(self.tokenizer.id(ofSpecial:)).first
    for (key, stored) in [("bos", "bos"), ("eos", "eos"), ("pad", "padding")] {
      // Of several ends the first; a chat model's turn is what a reader of the file must stop at.
      var id = ids["\(key)_token_id"].flatMap { $0.int ?? $0.array?.first?.int }
      if key == "eos", let turnEnd { id = Int(turnEnd) }
      if key == "bos", let begin = tokenizer.beginToken { id = begin }
      guard let id, let number = UInt32(exactly: id) else { continue }
      keys.append(("tokenizer.ggml.\(stored)_token_id", .integer(number)))
    }
    if let chatTemplate = try chatTemplate() {
      keys.append(("tokenizer.chat_template", .string(chatTemplate)))
    }
    return keys
  }

  private func ggufTokenizer() throws -> GGUFTokenizer {
    switch source {
    case .gguf(let file): try GGUFTokenizer(file)
    case .directory(let directory): try GGUFTokenizer(json: directory.tokenizerPath)
    }
  }

  private func chatTemplate() throws -> String? {
    switch source {
    case .gguf(let file):
      file.has("tokenizer.chat_template") ? try file.string("tokenizer.chat_template") : nil
    case .directory(let directory): directory.chatTemplate
    }
  }
}

extension TensorType {
  /// The number that GGUF files have for "mostly of this type".
  fileprivate var fileType: UInt32 {
    switch self {
    case .f32: 0
    case .f16: 1
    case .bf16: 32
    case .q8Zero: 7
    default: 1024
    }
  }
}
