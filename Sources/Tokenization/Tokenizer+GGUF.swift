import Storage

/// What a GGUF file says about its tokenizer, under the keys `tokenizer.ggml.*`.
package struct GGUFTokenizer: Sendable {
  /// The file that error messages name.
  package var file: String
  /// `model`: the family; `gpt2` is byte-level byte pairs.
  package var model: String
  /// `pre`: the pre-tokenizer's name; nil when the key is missing.
  package var preTokenizer: String?
  /// `tokens`: the vocabulary, written in the byte alphabet.
  package var tokens: [String]
  /// `merges`: two tokens with a space between, in order of rank.
  package var merges: [String]
  /// `token_type` of each token; 3 is a control token. Nil when the key is missing.
  package var types: [Int]?
  /// The tokens at `eos_token_id`, `eot_token_id` and `eom_token_id`, where there.
  package var endTokens: [Int]
  /// The token at `bos_token_id` if `add_bos_token` says so; nil otherwise.
  package var beginToken: Int?

  package init(
    file: String, model: String, preTokenizer: String?, tokens: [String], merges: [String],
    types: [Int]? = nil, endTokens: [Int] = [], beginToken: Int? = nil
  ) {
    self.file = file
    self.model = model
    self.preTokenizer = preTokenizer
    self.tokens = tokens
    self.merges = merges
    self.types = types
    self.endTokens = endTokens
    self.beginToken = beginToken
  }
}

extension Tokenizer {
  /// Builds the tokenizer of a GGUF file.
  /// - Throws: `TokenizationError` for another family, a pre-tokenizer unknown here, lists of
  ///   different lengths, a token twice, a merge of or into something that is no token, and ids
  ///   outside the vocabulary.
  package init(_ source: GGUFTokenizer) throws(TokenizationError) {
    let file = source.file
    guard source.model == "gpt2" else {
      throw .unsupported(
        file: file, what: "'tokenizer.ggml.model' is \(quoted(source.model))", expected: "'gpt2'")
    }
    let name = source.preTokenizer ?? ""
    guard let preTokenizer = PreTokenizer(ggufName: name) else {
      let found = source.preTokenizer.map(quoted) ?? "missing"
      throw .unsupported(
        file: file, what: "'tokenizer.ggml.pre' is \(found)",
        expected: PreTokenizer.ggufNames.map(quoted).joined(separator: ", "))
    }
    var builder = VocabularyBuilder(file: file)
    try builder.append(source.tokens, types: source.types)
    let merges = try builder.mergeTable(source.merges.map(MergeText.joined))
    let ends = try source.endTokens.map { id throws(TokenizationError) in try builder.check(id) }
    let begin = try source.beginToken.map { id throws(TokenizationError) in try builder.check(id) }
    self.init(
      vocabulary: builder.vocabulary, merges: merges, preTokenizer: preTokenizer,
      takesWholePieces: preTokenizer.rules == [.llama3],
      endTokens: Set(ends).union(builder.namedEnds), prefix: begin.map { [$0] } ?? [])
  }
}
