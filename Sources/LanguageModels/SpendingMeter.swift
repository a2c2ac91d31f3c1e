import Foundation

/// What a run may spend; nothing is limited unless told so.
package struct SpendingLimits: Equatable, Sendable {
  /// Tokens of prompts and answers together.
  package var tokens: Int?
  /// In the currency of the prices.
  package var cost: Double?
  /// For a million tokens of prompts, and of answers.
  package var priceIn = 0.0
  package var priceOut = 0.0
  /// When nothing more may be underway, and which limit says so.
  package var end: (date: Date, limit: SpendingLimit)?

  package init() {}

  /// Whether nothing is limited.
  package var isEmpty: Bool { tokens == nil && cost == nil && end == nil }

  /// What tokens cost.
  package func cost(prompt: Int, completion: Int) -> Double {
    (Double(prompt) * priceIn + Double(completion) * priceOut) / 1e6
  }

  package static func == (a: SpendingLimits, b: SpendingLimits) -> Bool {
    (a.tokens, a.cost, a.priceIn, a.priceOut) == (b.tokens, b.cost, b.priceIn, b.priceOut)
      && a.end?.date == b.end?.date && a.end?.limit == b.end?.limit
  }
}

/// A limit of what a run may spend, by the name of its flag.
package enum SpendingLimit: String, Sendable, Codable {
  case tokens = "token-budget"
  case cost = "max-cost"
  case minutes = "max-minutes"
  case deadline
}

/// Says that the next request might pass a limit, so that it is not sent.
package struct LimitReached: Error, Equatable, Sendable, CustomStringConvertible {
  package var limit: SpendingLimit
  /// What is spent and allowed, in words.
  package var description: String
}

/// Counts what is spent, and what requests that are underway may come to at most.
///
/// A request is sent only if the limits hold whatever it comes to. Its answer is bounded by its own
/// limit of tokens; how many its prompt is is guessed from its bytes by the most tokens a byte that
/// any prompt had so far.
package struct SpendingMeter: Sendable {
  /// Tokens of prompts and of answers.
  package struct Tokens: Equatable, Sendable {
    package var prompt = 0
    package var completion = 0

    package init(prompt: Int = 0, completion: Int = 0) {
      self.prompt = prompt
      self.completion = completion
    }
  }

  package let limits: SpendingLimits
  package private(set) var spent = Tokens()
  /// The most that requests underway come to, and how many there are.
  private var reserved = Tokens()
  package private(set) var underway = 0
  /// Most tokens a byte of prompt; before the first answer about twice what is usual in English.
  private var tokensPerByte = 0.5
  private var hasSeenPrompts = false
  /// The longest that one of the last answers took, in seconds.
  private var longest = 0.0

  package init(_ limits: SpendingLimits) {
    self.limits = limits
  }

  /// Reserves what a request may come to.
  ///
  /// - Parameters:
  ///   - promptBytes: Of its prompt, as UTF-8.
  ///   - maxNewTokens: Of its answer.
  /// - Returns: What is reserved; or which limit it might pass, in which case nothing is.
  package mutating func admit(
    promptBytes: Int, maxNewTokens: Int, now: Date
  ) -> Result<Tokens, LimitReached> {
    // A template adds some tokens around every turn.
    let prompt = Int((Double(promptBytes) * tokensPerByte).rounded(.up)) + 32
    let most = Tokens(prompt: prompt, completion: maxNewTokens)
    let total = Tokens(
      prompt: spent.prompt + reserved.prompt + most.prompt,
      completion: spent.completion + reserved.completion + most.completion)
    if let limit = exceeded(by: total, now: now) { return .failure(limit) }
    reserved.prompt += most.prompt
    reserved.completion += most.completion
    underway += 1
    return .success(most)
  }

  /// Takes in what a request came to.
  ///
  /// - Parameter seconds: Since it was admitted.
  package mutating func settle(
    _ most: Tokens, actual: Tokens, promptBytes: Int, seconds: Double
  ) {
    release(most)
    spent.prompt += actual.prompt
    spent.completion += actual.completion
    // Somewhat forgetful, so that one slow answer does not end a night early.
    longest = max(seconds, longest * 0.99)
    guard promptBytes > 0, actual.prompt > 0 else { return }
    let ratio = Double(max(0, actual.prompt - 32)) / Double(promptBytes) * 1.1
    tokensPerByte = hasSeenPrompts ? max(tokensPerByte, ratio) : max(0.2, ratio)
    hasSeenPrompts = true
  }

  /// Gives back what a request that has no answer had reserved.
  package mutating func release(_ most: Tokens) {
    reserved.prompt -= most.prompt
    reserved.completion -= most.completion
    underway -= 1
  }

  /// Takes in what was spent beside the requests that were admitted.
  package mutating func spend(_ tokens: Tokens) {
    spent.prompt += tokens.prompt
    spent.completion += tokens.completion
  }

  /// That the time is over; nil if it is not.
  package func timeIsUp(at now: Date) -> LimitReached? {
    guard let end = limits.end, now >= end.date else { return nil }
    return Self.timeIsUp(end.limit)
  }

  private static func timeIsUp(_ limit: SpendingLimit) -> LimitReached {
    LimitReached(limit: limit, description: "the time is up")
  }

  /// What is spent, at the prices of the limits.
  package var cost: Double {
    limits.cost(prompt: spent.prompt, completion: spent.completion)
  }

  private func exceeded(by total: Tokens, now: Date) -> LimitReached? {
    if let most = limits.tokens, total.prompt + total.completion > most {
      let words = "\(spent.prompt + spent.completion) of \(most) tokens are spent"
      return LimitReached(limit: .tokens, description: words)
    }
    if let most = limits.cost,
      limits.cost(prompt: total.prompt, completion: total.completion) > most
    {
      let words = "\(Self.money(cost)) of \(Self.money(most)) is spent"
      return LimitReached(limit: .cost, description: words)
    }
    if let end = limits.end, now.addingTimeInterval(longest) >= end.date {
      return Self.timeIsUp(end.limit)
    }
    return nil
  }

  /// An amount with as many places as small prices need.
  package static func money(_ amount: Double) -> String {
    amount.formatted(
      .number.precision(.fractionLength(2...4)).locale(Locale(identifier: "en_US_POSIX")))
  }
}
