import Storage

extension Tokenizer {
  /// Builds the tokenizer of a `tokenizer.json`, as Hugging Face's libraries save it.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - endTokens: Ids that end a completion; the file does not know them.
  /// - Throws: `StorageError` for a file that cannot be read or is no JSON; `TokenizationError` for
  ///   another kind of model and for every step that is not done here, by name.
  package init(json path: String, endTokens: [Int] = []) throws {
    let file = TokenizerFile(path: path, root: try JSONDocument.read(path))
    try file.requireObject()
    try file.requirePlainModel()
    try file.requireNoNormalizer()
    var builder = VocabularyBuilder(file: path)
    try file.fill(&builder)
    let merges = try builder.mergeTable(file.merges())
    let ends = try endTokens.map { id throws(TokenizationError) in try builder.check(id) }
    let prefix = try file.prefix(builder)
    let unknown = try file.unknownToken(builder)
    self.init(
      vocabulary: builder.vocabulary, merges: merges, preTokenizer: try file.preTokenizer(),
      takesWholePieces: try file.flag("ignore_merges"),
      endTokens: Set(ends).union(builder.namedEnds), prefix: prefix, unknownToken: unknown)
  }
}
