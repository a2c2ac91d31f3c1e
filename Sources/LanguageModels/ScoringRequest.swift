/// A text whose likelihood is asked for.
package struct ScoringRequest: Hashable, Sendable {
  /// What stands before; for a chat prompt its open turn is what `continuation` continues.
  package var context: Prompt
  package var continuation: String
  /// Whether the model's end token is scored after the continuation, as one more token.
  package var includesEnd: Bool

  package init(context: Prompt, continuation: String, includesEnd: Bool = false) {
    self.context = context
    self.continuation = continuation
    self.includesEnd = includesEnd
  }
}

/// The likelihood of one continuation.
package struct Score: Hashable, Sendable {
  /// The request's place in the list that was passed.
  package var index: Int
  /// Log-probability (nats) of each token of the continuation.
  package var tokenLogProbabilities: [Float]
  /// Whether every token was the most likely one.
  package var isGreedy: Bool
  /// Tokens of the context that the continuation was scored after.
  package var contextTokens: Int

  package init(
    index: Int, tokenLogProbabilities: [Float], isGreedy: Bool, contextTokens: Int
  ) {
    self.index = index
    self.tokenLogProbabilities = tokenLogProbabilities
    self.isGreedy = isGreedy
    self.contextTokens = contextTokens
  }

  /// Log-probability (nats) of the whole continuation.
  package var sum: Double {
    tokenLogProbabilities.reduce(0) { $0 + Double($1) }
  }

  /// Log-probability (nats) a token; 0 for an empty continuation.
  package var mean: Double {
    tokenLogProbabilities.isEmpty ? 0 : sum / Double(tokenLogProbabilities.count)
  }
}
