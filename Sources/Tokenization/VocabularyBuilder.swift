/// A merge as files write it: two tokens with a space between, or two strings.
enum MergeText {
  case joined(String)
  case pair(String, String)

  /// Both halves; nil when there is no one space to cut at.
  var halves: (left: Substring, right: Substring)? {
    switch self {
    case .pair(let left, let right): return (left[...], right[...])
    case .joined(let text):
      let parts = text.split(separator: " ", omittingEmptySubsequences: false)
      return parts.count == 2 ? (parts[0], parts[1]) : nil
    }
  }

  /// Both halves with a space between, as error messages show it.
  var text: String {
    switch self {
    case .joined(let text): text
    case .pair(let left, let right): "\(left) \(right)"
    }
  }
}

/// Puts a vocabulary together and checks what files say about it.
struct VocabularyBuilder {
  let file: String
  private(set) var vocabulary = Vocabulary()
  private var ids: [[UInt8]: Int32] = [:]

  init(file: String) {
    self.file = file
  }

  /// Appends all tokens of a list, with ids from 0 on.
  mutating func append(_ tokens: [String], types: [Int]?) throws(TokenizationError) {
    if let types, types.count != tokens.count {
      throw .unsupported(
        file: file, what: "there are \(types.count) token types",
        expected: "\(tokens.count), one a token")
    }
    ids.reserveCapacity(tokens.count)
    for (id, token) in tokens.enumerated() {
      // Type 3 is a control token; a user-defined one (4) is spelled as it is, not in bytes.
      let type = types?[id] ?? 1
      try append(token, type == 3 || type == 4 ? .special : .text)
    }
  }

  /// Appends the token with the next id.
  mutating func append(_ token: String, _ kind: Vocabulary.Kind) throws(TokenizationError) {
    let id = Int32(vocabulary.count)
    if let former = ids.updateValue(id, forKey: Array(token.utf8)) {
      throw .duplicateToken(file: file, token: token, first: Int(former), second: Int(id))
    }
    vocabulary.append(token, kind)
  }

  /// The table of the merges.
  func mergeTable(_ merges: [MergeText]) throws(TokenizationError) -> MergeTable {
    var pairs: [(left: Int32, right: Int32, token: Int32)] = []
    pairs.reserveCapacity(merges.count)
    for (number, merge) in merges.enumerated() {
      guard let halves = merge.halves else {
        throw .badMerge(file: file, number: number, merge: merge.text, token: nil)
      }
      let left = Array(halves.left.utf8)
      let right = Array(halves.right.utf8)
      guard let leftID = ids[left] else {
        throw .badMerge(file: file, number: number, merge: merge.text, token: "\(halves.left)")
      }
      guard let rightID = ids[right] else {
        throw .badMerge(file: file, number: number, merge: merge.text, token: "\(halves.right)")
      }
      guard let merged = ids[left + right] else {
        throw .badMerge(
          file: file, number: number, merge: merge.text, token: "\(halves.left)\(halves.right)")
      }
      pairs.append((leftID, rightID, merged))
    }
    return MergeTable(pairs)
  }

  /// The id of a token by its name; nil when there is none.
  func id(of name: String) -> Int32? { ids[Array(name.utf8)] }

  /// A token id from a file.
  func check(_ id: Int) throws(TokenizationError) -> Int32 {
    guard let token = Int32(exactly: id), vocabulary.contains(token) else {
      throw .noSuchToken(file: file, id: id, count: vocabulary.count)
    }
    return token
  }

  /// Special tokens that by their usual names end a document or a turn.
  var namedEnds: Set<Int32> {
    let names = [
      "<|im_end|>", "<|endoftext|>", "<|end_of_text|>", "<|eot_id|>", "<|eom_id|>", "</s>",
    ]
    return Set(names.compactMap { vocabulary.specials[$0] })
  }
}
