/// What models are compared by.
package enum Metric: String, Codable, CaseIterable, Hashable, Sendable {
  /// The loss of the answers of held-out tasks, in nats a token.
  case heldOutLoss
  /// ROUGE-L F of greedy answers with the references of held-out tasks, 0 to 1.
  case rougeL
  /// The share of an answer's runs of four words that it has said before, 0 to 1; mean over answers.
  case repetition
  /// The share of held-out inputs whose likeliest label is the right one.
  case exactMatch
  /// The share of new instructions that the rules accept.
  case acceptance
  /// Different roots of new instructions, as a share of the instructions.
  case rootVerbs
  /// Different pairs of root and noun, as a share of the instructions.
  case verbNounPairs
  /// Mean ROUGE-L F of a new instruction with the nearest other one or seed, 0 to 1.
  case nearest
  /// Mean distance of the length of a new instruction from the median length, in words.
  case lengthSpread
  /// The loss of general text, in nats a token.
  case generalLoss

  /// What people call it.
  package var title: String {
    switch self {
    case .heldOutLoss: "held-out loss"
    case .rougeL: "ROUGE-L of answers"
    case .repetition: "repetition in answers"
    case .exactMatch: "exact match of labels"
    case .acceptance: "acceptance rate"
    case .rootVerbs: "distinct root verbs"
    case .verbNounPairs: "distinct verb-noun pairs"
    case .nearest: "ROUGE-L with the nearest"
    case .lengthSpread: "spread of lengths"
    case .generalLoss: "loss of general text"
    }
  }

  /// The unit of its values.
  package var unit: String {
    switch self {
    case .heldOutLoss, .generalLoss: "nats a token"
    case .rougeL, .nearest: "F"
    case .repetition: "of runs of four words"
    case .exactMatch: "of the inputs"
    case .acceptance, .rootVerbs, .verbNounPairs: "of the instructions"
    case .lengthSpread: "words"
    }
  }

  /// Whether less is better.
  package var isLowerBetter: Bool {
    switch self {
    case .heldOutLoss, .repetition, .nearest, .generalLoss: true
    case .rougeL, .exactMatch, .acceptance, .rootVerbs, .verbNounPairs, .lengthSpread: false
    }
  }
}
