import LanguageModels
import Tokenization

/// Turns prompts into tokens.
struct PromptEncoder: Sendable {
  let tokenizer: Tokenizer
  /// What an empty text is continued from.
  let fallbackStart: Int32?

  /// The tokens a prompt begins with.
  func tokens(of prompt: Prompt) throws -> [Int32] {
    let tokens = tokenizer.prefix + (try tokenizer.encode(segments(of: prompt, appending: "")))
    return tokens.isEmpty ? fallbackStart.map { [$0] } ?? [] : tokens
  }

  /// The tokens of context and continuation, and how many of them are the context.
  ///
  /// As evaluation harnesses do: trailing whitespace of the context moves to the continuation, both
  /// are encoded together and cut where the context alone would end.
  func split(_ request: ScoringRequest) throws -> (text: [Int32], contextCount: Int) {
    let (context, moved) = request.context.withoutTrailingWhitespace
    let start = try tokens(of: context)
    let whole = try tokenizer.encode(
      segments(of: context, appending: moved + request.continuation))
    let prefix = tokenizer.prefix.isEmpty && context == .completion("")
      ? fallbackStart.map { [$0] } ?? [] : tokenizer.prefix
    let text = prefix + whole
    return (text, min(start.count, text.count))
  }

  private func segments(of prompt: Prompt, appending text: String) -> [TextSegment] {
    switch prompt {
    case .completion(let context):
      return [.text(context + text)]
    case .chat(let turns, let open):
      var all = turns
      if all.first?.role != .system {
        all.insert(
          ChatTurn(
            .system, "You are a helpful AI assistant named SmolLM, trained by Hugging Face"), at: 0)
      }
      var segments: [TextSegment] = []
      for turn in all {
        segments += [
          .special("<|im_start|>"), .text("\(turn.role.rawValue)\n\(turn.content)"),
          .special("<|im_end|>"), .text("\n"),
        ]
      }
      segments += [
        .special("<|im_start|>"), .text("\(open.role.rawValue)\n\(open.content)\(text)"),
      ]
      return segments
    }
  }
}

extension Prompt {
  /// The prompt less the whitespace it ends with, and that whitespace.
  fileprivate var withoutTrailingWhitespace: (Prompt, String) {
    func cut(_ text: String) -> (String, String) {
      let kept = text.reversed().drop(while: \.isWhitespace).count
      return (String(text.prefix(kept)), String(text.dropFirst(kept)))
    }
    switch self {
    case .completion(let text):
      let (kept, moved) = cut(text)
      return (.completion(kept), moved)
    case .chat(let turns, let open):
      let (kept, moved) = cut(open.content)
      return (.chat(turns, open: ChatTurn(open.role, kept)), moved)
    }
  }
}
