import LanguageModels

/// What a local model scores: a text, or ids exactly as they are.
package enum ScoringInput: Hashable, Sendable {
  case text(ScoringRequest)
  /// Ids, with no token added or cut: at least one of context, and together no more than
  /// `maxTokens`.
  case tokens(context: [Int32], continuation: [Int32])

  /// How many ids a model can score at once: the last one is never read, only looked up.
  package static func maxTokens(contextLength: Int) -> Int { contextLength + 1 }
}
