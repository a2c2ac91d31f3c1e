import Storage

extension GGUFTokenizer {
  /// What a `tokenizer.json` says, as a GGUF file would say it.
  ///
  /// - Throws: As `Tokenizer.init(json:endTokens:)`; `TokenizationError.unsupported` for a
  ///   pre-tokenizer that GGUF files have no name for.
  package init(json path: String) throws {
    let file = TokenizerFile(path: path, root: try JSONDocument.read(path))
    // Everything that would be refused there is refused here.
    let tokenizer = try Tokenizer(json: path)
    guard let name = try file.preTokenizer().ggufName else {
      throw TokenizationError.unsupported(
        file: path, what: "'pre_tokenizer' has no name in GGUF files",
        expected: "one of " + PreTokenizer.ggufNames.map(quoted).joined(separator: ", "))
    }
    guard tokenizer.prefix.count <= 1 else {
      throw TokenizationError.unsupported(
        file: path, what: "'post_processor' puts \(tokenizer.prefix.count) tokens before a text",
        expected: "one at most, for a GGUF file")
    }
    let tokens = try file.tokens()
    let shown = file.shownTokens
    self.init(
      file: path, model: "gpt2", preTokenizer: name, tokens: tokens.map(\.name),
      merges: try file.merges().map(\.text),
      types: tokens.map { $0.kind == .text ? 1 : shown.contains($0.name) ? 4 : 3 },
      beginToken: tokenizer.prefix.first.map(Int.init))
  }

  /// The same tokenizer as a `tokenizer.json`, as Hugging Face's libraries read it.
  ///
  /// - Throws: `TokenizationError` where a part has no such form.
  package func json() throws(TokenizationError) -> JSONValue {
    guard let rules = PreTokenizer(ggufName: preTokenizer ?? ""), let cutting = rules.json else {
      throw .unsupported(
        file: file, what: "'tokenizer.ggml.pre' is \(preTokenizer.map(quoted) ?? "missing")",
        expected: "one that a tokenizer.json can hold")
    }
    // Two names may be told apart by their bytes and yet be one key.
    let vocabulary = Dictionary(
      tokens.enumerated().map { ($1, JSONValue.int($0)) }, uniquingKeysWith: { first, _ in first })
    guard vocabulary.count == tokens.count else {
      throw .unsupported(
        file: file, what: "two tokens differ in how accents are composed only",
        expected: "names that a tokenizer.json can tell apart")
    }
    return [
      "version": "1.0",
      "truncation": nil,
      "padding": nil,
      "added_tokens": .array(addedTokens),
      "normalizer": nil,
      "pre_tokenizer": cutting,
      "post_processor": postProcessor,
      "decoder": Self.byteLevel(usesExpression: true),
      "model": [
        "type": "BPE",
        "dropout": nil,
        "unk_token": nil,
        "continuing_subword_prefix": nil,
        "end_of_word_suffix": nil,
        "fuse_unk": false,
        "byte_fallback": false,
        "ignore_merges": .bool(rules.rules == [.llama3]),
        "vocab": .object(vocabulary),
        "merges": .array(merges.map(JSONValue.string)),
      ],
    ]
  }

  /// Control tokens (type 3) and user-defined ones (type 4): matched before anything is cut.
  private var addedTokens: [JSONValue] {
    tokens.indices.compactMap { id in
      guard let type = types?[id], type == 3 || type == 4 else { return nil }
      return [
        "id": .int(id), "content": .string(tokens[id]), "single_word": false, "lstrip": false,
        "rstrip": false, "normalized": false, "special": .bool(type == 3),
      ]
    }
  }

  /// Puts the token before every text that the model was trained with, where there is one.
  private var postProcessor: JSONValue {
    guard let beginToken, tokens.indices.contains(beginToken) else { return nil }
    let name = JSONValue.string(tokens[beginToken])
    let begin: JSONValue = ["SpecialToken": ["id": name, "type_id": 0]]
    func text(_ id: String) -> JSONValue { ["Sequence": ["id": .string(id), "type_id": 0]] }
    return [
      "type": "TemplateProcessing",
      "single": [begin, text("A")],
      "pair": [begin, text("A"), begin, text("B")],
      "special_tokens": .object([
        tokens[beginToken]: ["id": name, "ids": [.int(beginToken)], "tokens": [name]]
      ]),
    ]
  }

  fileprivate static func byteLevel(usesExpression: Bool) -> JSONValue {
    [
      "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
      "use_regex": .bool(usesExpression),
    ]
  }
}

extension PreTokenizer {
  /// The step of a `tokenizer.json` that cuts alike; nil where there is none.
  var json: JSONValue? {
    let steps: [JSONValue]
    switch rules {
    case [.gpt2]: return GGUFTokenizer.byteLevel(usesExpression: true)
    case [.singleDigits, .gpt2]:
      steps = [
        ["type": "Digits", "individual_digits": true],
        GGUFTokenizer.byteLevel(usesExpression: true),
      ]
    case [.llama3], [.qwen2]:
      guard let expression = rules[0].regularExpression else { return nil }
      steps = [
        [
          "type": "Split", "pattern": ["Regex": .string(expression)], "behavior": "Isolated",
          "invert": false,
        ],
        GGUFTokenizer.byteLevel(usesExpression: false),
      ]
    default: return nil
    }
    return ["type": "Sequence", "pretokenizers": .array(steps)]
  }
}
