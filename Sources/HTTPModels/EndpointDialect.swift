import Foundation
import Storage

/// Which fields of a request an endpoint takes, as far as its refusals have told.
struct EndpointDialect: Equatable, Sendable {
  /// How the limit of tokens is called: OpenAI's reasoning models know only the second name.
  enum TokenLimit: String, Sendable {
    case maxTokens = "max_tokens"
    case maxCompletionTokens = "max_completion_tokens"
  }

  private(set) var tokenLimit = TokenLimit.maxTokens
  /// Fields that are left out, as the endpoint refused them.
  private(set) var refused: Set<String> = []
  /// Tokens that are allowed besides those of the answer, for a model that thinks before it speaks.
  private(set) var thinkingTokens = 0

  /// Fields that an endpoint may refuse and that can be left out; without `stop` an answer is cut
  /// here, without the others it is drawn otherwise than asked.
  static let optional = [
    "logprobs", "seed", "stop", "temperature", "top_p", "top_k", "min_p", "repetition_penalty",
    "presence_penalty", "frequency_penalty",
  ]

  /// Learns from a refusal.
  ///
  /// - Returns: What is done otherwise from now on, as part of a sentence; nil if nothing was learnt.
  mutating func learn(from refusal: AttemptOutcome.Refusal) -> String? {
    let text = refusal.body.lowercased()
    if tokenLimit == .maxTokens, text.contains(TokenLimit.maxCompletionTokens.rawValue) {
      tokenLimit = .maxCompletionTokens
      return "takes 'max_completion_tokens' instead of 'max_tokens'"
    }
    // Longer names first, as one may be part of another.
    let names = Self.optional.filter { refusal.sent.contains($0) && !refused.contains($0) }
      .sorted { $0.count > $1.count }
    guard let name = names.first(where: { Self.names(text, $0) }) else { return nil }
    refused.insert(name)
    return "refuses '\(name)', which is left out from now on"
  }

  /// Learns from an answer of which thinking left nothing.
  ///
  /// - Parameter wasCut: Whether it ended by the limit of tokens, else by a stop string.
  /// - Returns: As above.
  mutating func learnThinking(wasCut: Bool) -> String? {
    if wasCut, thinkingTokens < 1 << 14 {
      thinkingTokens = max(1 << 11, thinkingTokens * 2)
      return "thinks before it answers: \(thinkingTokens) more tokens are allowed for it"
    }
    if !wasCut, refused.insert("stop").inserted {
      return "thinks before it answers: answers are cut here instead of by 'stop'"
    }
    return nil
  }

  /// Whether a text has a name as a word of its own.
  private static func names(_ text: String, _ name: String) -> Bool {
    var rest = text[...]
    while let range = rest.firstRange(of: name) {
      let isWordPart = { (character: Character) in character.isLetter || character == "_" }
      let before =
        range.lowerBound == text.startIndex
        ? nil : text[text.index(before: range.lowerBound)]
      let after = range.upperBound == text.endIndex ? nil : text[range.upperBound]
      if before.map(isWordPart) != true, after.map(isWordPart) != true { return true }
      rest = text[range.upperBound...]
    }
    return false
  }
}
