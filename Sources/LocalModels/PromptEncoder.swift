import LanguageModels
import Tokenization

/// Turns prompts into tokens.
struct PromptEncoder: Sendable {
  let tokenizer: Tokenizer
  let template: ChatTemplate
  /// What an empty text is continued from.
  let fallbackStart: Int32?

  /// The tokens a prompt begins with.
  func tokens(of prompt: Prompt) throws -> [Int32] {
    try encode(prompt, appending: "")
  }

  /// The tokens of context and continuation, and how many of them are the context.
  ///
  /// As evaluation harnesses do: trailing whitespace of the context moves to the continuation, both
  /// are encoded together and cut where the context alone would end.
  func split(_ request: ScoringRequest) throws -> (text: [Int32], contextCount: Int) {
    let (context, moved) = request.context.withoutTrailingWhitespace
    let start = try encode(context, appending: "")
    var whole = try encode(context, appending: moved + request.continuation)
    if request.includesEnd, let end { whole.append(end) }
    return (whole, min(start.count, whole.count))
  }

  /// The token that ends a turn, or a text.
  private var end: Int32? {
    template.stopTokens.lazy.compactMap(tokenizer.id(ofSpecial:)).first ?? tokenizer.endTokens.min()
  }

  /// Strings that end a completion of this prompt besides those that were asked for.
  func stopStrings(of prompt: Prompt) -> [String] {
    switch prompt {
    case .completion: []
    case .chat: template.stopStrings
    }
  }

  private func encode(_ prompt: Prompt, appending text: String) throws -> [Int32] {
    switch prompt {
    case .completion(let context):
      var start = tokenizer.prefix
      if start.isEmpty && context.isEmpty { start = fallbackStart.map { [$0] } ?? [] }
      return start + tokenizer.encode(context + text)
    case .chat(let turns, let open):
      let segments = template.segments(
        turns.map(TemplateTurn.init),
        open: TemplateTurn(ChatTurn(open.role, open.content + text)))
      // Templates with special tokens bring their own beginning.
      let start = template.specialTokens.isEmpty ? tokenizer.prefix : []
      return start + (try tokenizer.encode(segments))
    }
  }
}

extension TemplateTurn {
  fileprivate init(_ turn: ChatTurn) {
    switch turn.role {
    case .system: self.init(.system, turn.content)
    case .user: self.init(.user, turn.content)
    case .assistant: self.init(.assistant, turn.content)
    }
  }
}

extension Prompt {
  /// The prompt less the whitespace it ends with, and that whitespace.
  fileprivate var withoutTrailingWhitespace: (Prompt, String) {
    switch self {
    case .completion(let text):
      let (kept, moved) = text.cutTrailingWhitespace
      return (.completion(kept), moved)
    case .chat(let turns, let open):
      let (kept, moved) = open.content.cutTrailingWhitespace
      return (.chat(turns, open: ChatTurn(open.role, kept)), moved)
    }
  }
}

extension String {
  /// The text before the whitespace it ends with, and that whitespace.
  fileprivate var cutTrailingWhitespace: (String, String) {
    let scalars = unicodeScalars
    let end = scalars.lastIndex { !$0.isPythonSpace }.map(scalars.index(after:))
    let cut = end ?? scalars.startIndex
    return (String(scalars[..<cut]), String(scalars[cut...]))
  }
}

extension Unicode.Scalar {
  /// What Python's `str.rstrip` takes off: Unicode's white space and four separators.
  fileprivate var isPythonSpace: Bool {
    properties.isWhitespace || (0x1c...0x1f) ~= value
  }
}
