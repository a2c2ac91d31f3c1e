import Foundation
import Kernels
import LanguageModels

/// Chooses the next token of one sequence from its logits.
///
/// Applied in this order: penalties, temperature, top-k, top-p, min-p, draw. A token whose logit is
/// NaN or minus infinity is never chosen while another can be. Nothing sorts the vocabulary: blocks
/// of 64 logits know their maxima and sums, so that only blocks that matter are looked into.
///
/// - Complexity: O(vocabulary) a token, and O(kept tokens) for the filters.
struct Sampler {
  private let parameters: SamplingParameters
  /// Tokens that penalties apply to; in the completion 0 times for those of the prompt alone.
  private var seen: [Seen] = []
  /// Where in `seen` each token is.
  private var places: [Int32: Int] = [:]
  private var maxima: [Float] = []
  private var sums: [Float] = []

  /// - Parameters:
  ///   - parameters: How to choose.
  ///   - prompt: What the sequence begins with, for the repetition penalty.
  init(_ parameters: SamplingParameters, prompt: [Int32] = []) {
    self.parameters = parameters
    if parameters.repetitionPenalty != 1 {
      for token in prompt { remember(token, times: 0) }
    }
  }

  private struct Seen {
    let token: Int32
    /// Times in the completion.
    var count = 0
    /// The logit of the last row, before penalties.
    var logit: Float = 0
  }

  private mutating func remember(_ token: Int32, times: Int) {
    if let place = places[token] {
      seen[place].count += times
    } else {
      places[token] = seen.count
      seen.append(Seen(token: token, count: times))
    }
  }

  /// Chooses a token and remembers it for the penalties.
  ///
  /// - Parameters:
  ///   - logits: `[vocabulary]`; penalties are applied in place.
  ///   - allowed: The tokens to choose among, ascending; nil for all.
  ///   - draw: Uniform in [0, 1).
  /// - Returns: The token and its logit as it was before anything changed it.
  mutating func next(
    _ logits: inout MutableSpan<Float>, among allowed: [Int32]? = nil, draw: Double
  ) -> (token: Int32, logit: Float) {
    penalize(&logits)
    let token =
      if let allowed {
        choose(among: allowed, of: logits.span, draw: draw)
      } else {
        choose(of: &logits, draw: draw)
      }
    let logit = places[token].map { seen[$0].logit } ?? logits[Int(token)]
    if hasPenalties { remember(token, times: 1) }
    return (token, logit)
  }

  // MARK: Penalties

  private var hasPenalties: Bool {
    parameters.repetitionPenalty != 1 || parameters.presencePenalty != 0
      || parameters.frequencyPenalty != 0
  }

  /// Changes the logits of tokens that were seen, and keeps what they were.
  private mutating func penalize(_ logits: inout MutableSpan<Float>) {
    for place in seen.indices where logits.indices.contains(Int(seen[place].token)) {
      let count = Double(seen[place].count)
      let logit = logits[Int(seen[place].token)]
      seen[place].logit = logit
      var value = Double(logit)
      value =
        value > 0 ? value / parameters.repetitionPenalty : value * parameters.repetitionPenalty
      if count > 0 { value -= parameters.presencePenalty }
      value -= count * parameters.frequencyPenalty
      logits[Int(seen[place].token)] = Float(value)
    }
  }

  // MARK: Choosing

  /// One over the temperature; nil where the most likely token is taken.
  private var scale: Double? {
    parameters.temperature >= 1e-6 ? max(1 / parameters.temperature, 1e-30) : nil
  }

  /// Chooses among all tokens.
  private mutating func choose(of logits: inout MutableSpan<Float>, draw: Double) -> Int32 {
    let blocks = samplingBlocks(of: logits.count)
    if maxima.count != blocks {
      maxima = Array(repeating: 0, count: blocks)
      sums = maxima
    }
    var blockMaximaSpan = maxima.mutableSpan
    blockMaxima(of: &logits, into: &blockMaximaSpan)
    let maximum = maxima.max() ?? -.infinity
    guard let scale, maximum.isFinite else { return first(maximum, in: logits.span) }
    if filters(count: logits.count) {
      return filtered(logits.span, maximum: maximum, scale: scale).draw(draw)
    }
    return drawn(from: logits.span, maximum: maximum, scale: scale, draw: draw)
  }

  private func filters(count: Int) -> Bool {
    (parameters.topK > 0 && parameters.topK < count) || parameters.topP < 1 || parameters.minP > 0
  }

  /// Chooses among a few tokens.
  private func choose(among allowed: [Int32], of logits: Span<Float>, draw: Double) -> Int32 {
    precondition(!allowed.isEmpty, "sampler: no token is allowed; expected at least 1")
    var best = allowed[0]
    for token in allowed where logits[Int(token)] > logits[Int(best)] || logits[Int(best)].isNaN {
      best = token
    }
    let maximum = logits[Int(best)]
    guard let scale, maximum.isFinite else { return best }
    var candidates = Candidates()
    for token in allowed where logits[Int(token)] > -.infinity {
      candidates.append(token, weight: exp((Double(logits[Int(token)]) - Double(maximum)) * scale))
    }
    candidates.filter(parameters, total: candidates.total)
    return candidates.draw(draw)
  }

  /// The lowest token that has a logit.
  private func first(_ value: Float, in logits: Span<Float>) -> Int32 {
    let block = maxima.firstIndex(of: value) ?? 0
    let start = block * samplingBlock
    for index in start..<min(start + samplingBlock, logits.count) where logits[index] == value {
      return Int32(index)
    }
    return 0
  }

  /// Draws from all tokens: first a block by its sum, then a token of the block.
  private mutating func drawn(
    from logits: Span<Float>, maximum: Float, scale: Double, draw: Double
  ) -> Int32 {
    let total = sumBlocks(logits, maximum: maximum, scale: scale)
    var left = draw * total
    var chosen = 0
    for block in sums.indices where sums[block] > 0 {
      chosen = block
      if left < Double(sums[block]) { break }
      left -= Double(sums[block])
    }
    // What is left of the draw, as a share of the block, so that the block's sum in Float and its
    // weights in Double need not agree to the last bit.
    let share = min(left / Double(sums[chosen]), 1)
    var candidates = Candidates()
    append(block: chosen, of: logits, above: -.infinity, maximum, scale, to: &candidates)
    return candidates.draw(share)
  }

  private mutating func sumBlocks(_ logits: Span<Float>, maximum: Float, scale: Double) -> Double {
    var output = sums.mutableSpan
    blockWeights(of: logits, maximum: maximum, scale: Float(scale), into: &output)
    return sums.reduce(0) { $0 + Double($1) }
  }

  // MARK: Filters

  /// The tokens that the filters keep.
  private mutating func filtered(
    _ logits: Span<Float>, maximum: Float, scale: Double
  ) -> Candidates {
    if parameters.topK > 0 && parameters.topK < logits.count {
      var candidates = gather(logits, above: leastOfTop(parameters.topK), maximum, scale)
      candidates.filter(parameters, total: nil)
      return candidates
    }
    guard parameters.topP < 1 else {
      let least = maximum + Float(log(min(parameters.minP, 1)) / scale)
      // A little lower, for the rounding; the filter itself decides.
      var candidates = gather(logits, above: least - abs(least) * 1e-5 - 1e-5, maximum, scale)
      candidates.filter(parameters, total: nil)
      return candidates
    }
    let total = sumBlocks(logits, maximum: maximum, scale: scale)
    // Lower and lower, until what was gathered holds the mass that is asked for.
    for nats in [4.0, 8, 16, 32] {
      let least = maximum - Float(nats / scale)
      var candidates = gather(logits, above: least, maximum, scale)
      if candidates.total >= parameters.topP * total {
        candidates.filter(parameters, total: total)
        return candidates
      }
    }
    var candidates = gather(logits, above: -.infinity, maximum, scale)
    candidates.filter(parameters, total: candidates.total)
    return candidates
  }

  /// A value that at least `count` logits reach and that no fewer blocks do.
  private func leastOfTop(_ count: Int) -> Float {
    guard count <= maxima.count else { return -.infinity }
    return maxima.sorted(by: >)[count - 1]
  }

  /// The tokens whose logits are at least `least`, ascending.
  private func gather(
    _ logits: Span<Float>, above least: Float, _ maximum: Float, _ scale: Double
  ) -> Candidates {
    var candidates = Candidates()
    for block in maxima.indices where maxima[block] >= least {
      append(block: block, of: logits, above: least, maximum, scale, to: &candidates)
    }
    return candidates
  }

  private func append(
    block: Int, of logits: Span<Float>, above least: Float, _ maximum: Float, _ scale: Double,
    to candidates: inout Candidates
  ) {
    let start = block * samplingBlock
    for index in start..<min(start + samplingBlock, logits.count)
    where logits[index] >= least && logits[index] > -.infinity {
      let weight = exp((Double(logits[index]) - Double(maximum)) * scale)
      candidates.append(Int32(index), weight: weight)
    }
  }
}
