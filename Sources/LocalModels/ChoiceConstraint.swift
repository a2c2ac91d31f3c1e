import Tokenization

/// Holds a completion to one of a few strings.
///
/// Each choice is the one token sequence that the tokenizer gives for it, as the model saw such
/// words in training; the sequences form a tree, and what may come next are the children of where
/// the completion stands. Where one choice is the beginning of another, the model's end token may
/// come as well.
struct ChoiceConstraint {
  private struct Node {
    var children: [Int32: Int] = [:]
    var isChoice = false
  }

  private var nodes = [Node()]
  private var place = 0
  private var hasEnded = false
  private let endTokens: [Int32]

  /// - Throws: `LocalModelError` when there is no choice, or one that no tokens spell.
  init(_ choices: [String], tokenizer: Tokenizer) throws(LocalModelError) {
    guard !choices.isEmpty else { throw .noChoices }
    endTokens = tokenizer.endTokens.sorted()
    for choice in choices {
      let tokens = tokenizer.encode(choice)
      guard tokenizer.decode(tokens) == choice else { throw .unspeakableChoice(choice) }
      insert(tokens)
    }
  }

  private mutating func insert(_ tokens: [Int32]) {
    var node = 0
    for token in tokens {
      if let child = nodes[node].children[token] {
        node = child
      } else {
        nodes.append(Node())
        nodes[node].children[token] = nodes.count - 1
        node = nodes.count - 1
      }
    }
    nodes[node].isChoice = true
  }

  /// Whether the completion is a choice that nothing may follow.
  var isComplete: Bool { hasEnded || nodes[place].children.isEmpty }

  /// The tokens that may come next, ascending; none when the completion is complete.
  var allowed: [Int32] {
    if isComplete { return [] }
    let ends = nodes[place].isChoice ? endTokens : []
    return (nodes[place].children.keys + ends).sorted()
  }

  /// Goes on by a token.
  /// - Precondition: The token is allowed.
  mutating func accept(_ token: Int32) {
    if let child = nodes[place].children[token] {
      place = child
    } else {
      precondition(
        nodes[place].isChoice && endTokens.contains(token),
        "choices: token \(token) came next; expected one of \(allowed)")
      hasEnded = true
    }
  }
}
