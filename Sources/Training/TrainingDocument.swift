/// A text that is trained on as a whole, and what of it counts for what.
package struct TrainingDocument: Hashable, Sendable {
  package var tokens: [Int32]
  /// Which tokens are to be learnt as answers; one for each. The first is never predicted.
  package var answers: [Bool]
  /// Whether all its tokens count for the language-model loss.
  package var isText: Bool

  /// - Precondition: There is an answer mark for each token.
  package init(_ tokens: [Int32], answers: [Bool], isText: Bool = true) {
    precondition(
      tokens.count == answers.count,
      "document: \(tokens.count) tokens; expected \(answers.count), one for each mark")
    self.tokens = tokens
    self.answers = answers
    self.isText = isText
  }

  /// A text without answers.
  package init(text tokens: [Int32]) {
    self.init(tokens, answers: tokens.map { _ in false })
  }

  /// How many tokens count for each loss.
  var counts: LossPair<Int> {
    LossPair(
      supervised: answers.dropFirst().count { $0 }, language: isText ? max(0, tokens.count - 1) : 0)
  }
}

/// One value for the supervised loss and one for the language-model loss.
package struct LossPair<Value> {
  package var supervised: Value
  package var language: Value

  package init(supervised: Value, language: Value) {
    self.supervised = supervised
    self.language = language
  }
}

extension LossPair: Equatable where Value: Equatable {}
extension LossPair: Hashable where Value: Hashable {}
extension LossPair: Sendable where Value: Sendable {}
