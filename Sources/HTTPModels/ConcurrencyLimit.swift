/// How many requests an endpoint is given at once: more while it answers, fewer when it refuses.
///
/// Additive increase, multiplicative decrease. Up to the first refusal the limit grows with every
/// answer, so that it doubles in the time of one; after it, by one in the time in which as many as
/// it allows are answered, and near what was refused twice at a third of that pace. Refusals of
/// requests that were sent before the limit was lowered belong to one burst.
struct ConcurrencyLimit: Sendable {
  let maximum: Int
  private var limit: Double
  /// What was too much at the last refusal; nil before there was one.
  private var ceiling: Double?
  /// Whether two refusals in a row said about the same of it; chance refusals do not.
  private var isSure = false
  /// Numbers of sent requests up to this one belong to the last burst of refusals.
  private var lastOfBurst = 0
  /// What was in flight at the first refusal of that burst, and how many were refused in it.
  private var burst = (peak: 0, refusals: 0)
  /// How many were sent.
  private var sent = 0

  /// - Parameter maximum: At least 1.
  init(maximum: Int) {
    self.maximum = maximum
    limit = Double(min(maximum, max(16, maximum / 4)))
  }

  /// How many may be in flight now; at least 1.
  var current: Int { max(1, Int(limit)) }

  /// Counts a request that is sent.
  ///
  /// - Returns: Its number.
  mutating func send() -> Int {
    sent += 1
    return sent
  }

  /// Takes in an answer that came in good time.
  ///
  /// - Parameter inFlight: How many were in flight, this one included: a limit that is not reached
  ///   is not raised.
  mutating func answered(inFlight: Int) {
    guard Double(inFlight) >= limit.rounded(.down) - 1 else { return }
    guard let ceiling else {
      limit = min(Double(maximum), limit + 1)
      return
    }
    let step = isSure && limit + 2 >= ceiling ? 1.0 / 3 : 1
    limit = min(Double(maximum), limit + step / limit)
  }

  /// Takes in that a request was refused for being one too many.
  ///
  /// What was in flight less what was refused of it is what the endpoint serves.
  ///
  /// - Parameters:
  ///   - number: What `send` gave.
  ///   - inFlight: How many were in flight, this one included.
  mutating func refused(_ number: Int, inFlight: Int) {
    if number > lastOfBurst {
      lastOfBurst = sent
      burst = (inFlight, 0)
    }
    burst.refusals += 1
    let served = Double(max(1, burst.peak - burst.refusals))
    if burst.refusals == 1 { isSure = ceiling.map { abs($0 - served - 1) <= 2 } == true }
    ceiling = served + 1
    limit = max(1, min(limit, served * 0.9))
  }

  /// Takes in that an answer came so late, or not at all, that fewer at once would be better.
  mutating func slowed(_ number: Int) {
    guard number > lastOfBurst else { return }
    lastOfBurst = sent
    burst = (current, 0)
    ceiling = Double(current)
    limit = max(1, limit * 0.7)
  }
}
