import Storage

/// The parts of a `tokenizer.json`.
struct TokenizerFile {
  let path: String
  let root: JSONValue

  private var model: JSONValue { root["model"] ?? .null }

  private func refuse(_ found: String, _ expected: String) -> TokenizationError {
    .unsupported(file: path, what: found, expected: expected)
  }

  func requireObject() throws(TokenizationError) {
    guard root.object != nil else { throw refuse("holds \(root.kind)", "an object") }
    guard model.object != nil else {
      throw refuse("'model' is \(root["model"]?.kind ?? "missing")", "an object")
    }
  }

  // MARK: What is not done here

  func requirePlainModel() throws(TokenizationError) {
    // Older files leave the type out.
    let type = model["type"] ?? "BPE"
    guard type == "BPE" else {
      throw refuse("'model.type' is \(type.string.map(quoted) ?? type.kind)", "'BPE'")
    }
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
      let value = model[key] ?? .null
      guard value == .null || value == "" else { throw refuse("'model.\(key)' is set", "null") }
    }
    guard try !flag("byte_fallback") else {
      throw refuse("'model.byte_fallback' is true", "false: a byte-level vocabulary")
    }
  }

  /// A flag of the model; false when missing.
  func flag(_ key: String) throws(TokenizationError) -> Bool {
    let value = model[key] ?? .null
    guard value != .null else { return false }
    guard let flag = value.bool else {
      throw refuse("'model.\(key)' is \(value.kind)", "true or false")
    }
    return flag
  }

  func requireNoNormalizer() throws(TokenizationError) {
    let normalizer = root["normalizer"] ?? .null
    if normalizer == .null { return }
    throw refuse("'normalizer' is \(kindOfStep(normalizer))", "null")
  }

  /// A step as error messages name it: by its type where it has one.
  private func kindOfStep(_ step: JSONValue) -> String {
    step["type"]?.string.map(quoted) ?? step.kind
  }

  // MARK: Vocabulary

  func fill(_ builder: inout VocabularyBuilder) throws(TokenizationError) {
    for token in try tokens() { try builder.append(token.name, token.kind) }
  }

  /// All tokens in the order of their ids.
  func tokens() throws(TokenizationError) -> [(name: String, kind: Vocabulary.Kind)] {
    guard let vocabulary = model["vocab"]?.object, !vocabulary.isEmpty else {
      throw refuse("'model.vocab' is \(model["vocab"]?.kind ?? "missing")", "an object of tokens")
    }
    var names: [Int: (name: String, kind: Vocabulary.Kind)] = [:]
    for (name, value) in vocabulary.sorted(by: { $0.key < $1.key }) {
      try place(name, at: value, .text, in: &names)
    }
    for added in try addedTokens() {
      try place(added.name, at: added.id, .special, in: &names)
    }
    var tokens: [(name: String, kind: Vocabulary.Kind)] = []
    for id in 0..<names.count {
      guard let token = names[id] else {
        throw refuse("no token has the id \(id)", "ids from 0 to \(names.count - 1)")
      }
      tokens.append(token)
    }
    return tokens
  }

  private func place(
    _ name: String, at value: JSONValue, _ kind: Vocabulary.Kind,
    in names: inout [Int: (name: String, kind: Vocabulary.Kind)]
  ) throws(TokenizationError) {
    guard case .int(let id) = value, (0...Int(Int32.max)).contains(id) else {
      throw refuse("the id of token \(quoted(name)) is not valid", "an integer of 0 or more")
    }
    if let former = names[id], former.name != name {
      throw refuse(
        "tokens \(quoted(former.name)) and \(quoted(name)) have the id \(id)", "one token an id")
    }
    names[id] = (name, kind)
  }

  /// The names of added tokens that are words and no marks of a template: they are shown to readers.
  var shownTokens: Set<String> {
    let entries = root["added_tokens"]?.array ?? []
    return Set(entries.filter { $0["special"] == false }.compactMap { $0["content"]?.string })
  }

  /// Tokens that are matched as a whole before anything else. Here they are special all of them:
  /// only templates make them.
  private func addedTokens() throws(TokenizationError) -> [(name: String, id: JSONValue)] {
    let list = root["added_tokens"] ?? .null
    if list == .null { return [] }
    guard let entries = list.array else {
      throw refuse("'added_tokens' is \(list.kind)", "an array")
    }
    var added: [(name: String, id: JSONValue)] = []
    for (index, entry) in entries.enumerated() {
      guard let name = entry["content"]?.string, let id = entry["id"] else {
        throw refuse("added token \(index) lacks 'content' or 'id'", "both")
      }
      added.append((name, id))
    }
    return added
  }

  func merges() throws(TokenizationError) -> [MergeText] {
    guard let list = model["merges"]?.array else {
      throw refuse("'model.merges' is \(model["merges"]?.kind ?? "missing")", "an array")
    }
    var merges: [MergeText] = []
    merges.reserveCapacity(list.count)
    for (number, merge) in list.enumerated() {
      if let text = merge.string {
        merges.append(.joined(text))
      } else if let pair = merge.array, pair.count == 2, let left = pair[0].string,
        let right = pair[1].string
      {
        merges.append(.pair(left, right))
      } else {
        throw refuse("merge \(number) is \(merge.kind)", "a string or an array of two strings")
      }
    }
    return merges
  }

  /// What a byte without a token becomes.
  func unknownToken(_ builder: VocabularyBuilder) throws(TokenizationError) -> Int32? {
    let name = model["unk_token"] ?? .null
    if name == .null { return nil }
    guard let text = name.string, let id = builder.id(of: text) else {
      throw refuse(
        "'model.unk_token' is \(name.string.map(quoted) ?? name.kind)", "a token or null")
    }
    return id
  }

  // MARK: Before and after

  func preTokenizer() throws(TokenizationError) -> PreTokenizer {
    guard let step = root["pre_tokenizer"], step != .null else {
      throw refuse("'pre_tokenizer' is missing", "a byte-level one")
    }
    let isSequence = step["type"] == "Sequence"
    let steps = isSequence ? step["pretokenizers"]?.array ?? [] : [step]
    guard steps.last?["type"] == "ByteLevel" else {
      throw refuse(
        "'pre_tokenizer' ends in \(steps.last.map(kindOfStep) ?? "nothing")", "'ByteLevel'")
    }
    var rules: [PreTokenizer.Rule] = []
    for step in steps { rules += try self.rules(of: step) }
    return PreTokenizer(rules)
  }

  private func rules(of step: JSONValue) throws(TokenizationError) -> [PreTokenizer.Rule] {
    switch step["type"]?.string {
    case "ByteLevel":
      guard step["add_prefix_space"] != true else {
        throw refuse("'add_prefix_space' of the pre-tokenizer is true", "false")
      }
      return step["use_regex"] == false ? [] : [.gpt2]
    case "Digits":
      return step["individual_digits"] == true ? [.singleDigits] : [.numericRuns]
    case "Split":
      let pattern = step["pattern"]?["Regex"]?.string ?? ""
      guard let rule = PreTokenizer.Rule(regularExpression: pattern) else {
        throw refuse(
          "the pre-tokenizer splits by \(quoted(pattern))",
          "the expression of GPT-2, Llama 3 or Qwen 2")
      }
      guard step["behavior"] == "Isolated", step["invert"] != true else {
        throw refuse("the pre-tokenizer's split drops or joins pieces", "behavior 'Isolated'")
      }
      return [rule]
    default:
      throw refuse(
        "a step of 'pre_tokenizer' is \(kindOfStep(step))", "'ByteLevel', 'Digits', 'Split'")
    }
  }

  /// Tokens that the post-processor puts before every text.
  func prefix(_ builder: VocabularyBuilder) throws(TokenizationError) -> [Int32] {
    let step = root["post_processor"] ?? .null
    let steps = step["type"] == "Sequence" ? step["processors"]?.array ?? [] : [step]
    var prefix: [Int32] = []
    for step in steps where step != .null {
      switch step["type"]?.string {
      case "ByteLevel": break
      case "TemplateProcessing": prefix += try templatePrefix(step, builder)
      default:
        throw refuse(
          "'post_processor' is \(kindOfStep(step))", "'ByteLevel', 'TemplateProcessing' or null")
      }
    }
    return prefix
  }

  private func templatePrefix(
    _ step: JSONValue, _ builder: VocabularyBuilder
  ) throws(TokenizationError) -> [Int32] {
    var prefix: [Int32] = []
    var textIsDone = false
    for piece in step["single"]?.array ?? [] {
      if piece["Sequence"] != nil {
        textIsDone = true
        continue
      }
      guard let name = piece["SpecialToken"]?["id"]?.string, let id = builder.id(of: name) else {
        throw refuse("'post_processor' has a piece that is no token", "tokens and one text")
      }
      guard !textIsDone else {
        throw refuse(
          "'post_processor' puts \(quoted(name)) after the text", "tokens before it only")
      }
      prefix.append(id)
    }
    return prefix
  }
}
