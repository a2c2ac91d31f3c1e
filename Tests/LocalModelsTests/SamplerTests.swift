import Foundation
import LanguageModels
import Randomness
import TestSupport
import Testing

@testable import LocalModels

/// The sampler by its definition, in Double and with a full sort.
private struct NaiveSampler {
  /// The token of a draw, and how far the draw was from giving another.
  static func next(
    _ logits: [Float], _ parameters: SamplingParameters, draw: Double
  ) -> (token: Int32, margin: Double) {
    let numbers = logits.map { $0.isNaN ? -Double.infinity : Double($0) }
    let maximum = numbers.max() ?? 0
    let best = numbers.firstIndex(of: maximum) ?? 0
    guard parameters.temperature > 0, maximum.isFinite else { return (Int32(best), 1) }
    var kept = numbers.indices.filter { numbers[$0] > -.infinity }
      .map { (token: $0, weight: exp((numbers[$0] - maximum) / parameters.temperature)) }
      .sorted { ($0.weight, -$0.token) > ($1.weight, -$1.token) }
    if parameters.topK > 0 { kept = Array(kept.prefix(parameters.topK)) }
    var margin = 1.0
    if parameters.topP < 1 {
      let total = kept.reduce(0) { $0 + $1.weight }
      var sum = 0.0
      let count = kept.firstIndex {
        sum += $0.weight
        margin = min(margin, abs(sum / total - parameters.topP))
        return sum >= parameters.topP * total
      }
      kept = Array(kept.prefix((count ?? kept.count - 1) + 1))
    }
    if parameters.minP > 0 {
      for one in kept { margin = min(margin, abs(one.weight - parameters.minP)) }
      kept = kept.filter { $0.weight >= parameters.minP }
    }
    kept.sort { $0.token < $1.token }
    let total = kept.reduce(0) { $0 + $1.weight }
    var below = 0.0
    for one in kept {
      margin = min(margin, abs(below / total - draw) + (below == 0 ? 1 : 0))
      below += one.weight
      if draw * total < below {
        return (Int32(one.token), min(margin, abs(below / total - draw)))
      }
    }
    return (Int32(kept[kept.count - 1].token), margin)
  }
}

@Suite struct SamplerTests {
  private static let settings: [SamplingParameters] = {
    let rows: [(Double, Int, Double, Double)] = [
      (1, 0, 1, 0), (0.7, 0, 1, 0), (1.5, 0, 1, 0), (1, 1, 1, 0), (1, 5, 1, 0), (0.8, 40, 1, 0),
      (1, 0, 0.9, 0), (1, 0, 0.5, 0), (1.3, 0, 0.999, 0), (1, 0, 0.01, 0), (1, 0, 1, 0.05),
      (0.9, 0, 1, 0.9), (1, 50, 0.95, 0), (0.7, 20, 0.8, 0.1), (0, 0, 1, 0), (0, 7, 0.5, 0.2),
    ]
    return rows.map { row in
      var parameters = SamplingParameters()
      (parameters.temperature, parameters.topK, parameters.topP, parameters.minP) = row
      return parameters
    }
  }()

  /// Logits of different sharpness; some are equal, some minus infinity, some NaN.
  private func logits(_ count: Int, spread: Float, _ random: inout StreamGenerator) -> [Float] {
    (0..<count).map { _ in
      switch random.next(upperBound: UInt32(40)) {
      case 0: return -.infinity
      case 1: return .nan
      case 2: return spread
      default: return Float.random(in: -1...1, using: &random) * spread
      }
    }
  }

  private func next(
    _ parameters: SamplingParameters, _ logits: [Float], among allowed: [Int32]? = nil,
    draw: Double
  ) -> Int32 {
    var sampler = Sampler(parameters)
    var logits = logits
    var span = logits.mutableSpan
    return sampler.next(&span, among: allowed, draw: draw).token
  }

  @Test(arguments: settings)
  func `chooses what the definition chooses`(parameters: SamplingParameters) {
    var random = RandomStream(seed: 21).generator()
    var judged = 0
    for count in [1, 2, 63, 64, 65, 129, 1000, 5000] {
      for spread: Float in [0, 1, 6, 30] {
        let row = logits(count, spread: spread, &random)
        for _ in 0..<4 {
          let draw = Double.random(in: 0..<1, using: &random)
          let expected = NaiveSampler.next(row, parameters, draw: draw)
          // Nearer than rounding to another token: either is right.
          if expected.margin < 1e-5 { continue }
          judged += 1
          let found = next(parameters, row, draw: draw)
          #expect(found == expected.token, "seed 21, \(count) logits, spread \(spread), \(draw)")
        }
      }
    }
    #expect(judged > 60)
  }

  @Test func `the draw at each end takes the first and the last token`() {
    let row: [Float] = [-.infinity, 0, 0, 0, -.infinity]
    #expect(next(SamplingParameters(), row, draw: 0) == 1)
    #expect(next(SamplingParameters(), row, draw: 1 - 0x1p-53) == 3)
  }

  @Test func `shares come out as the probabilities say`() {
    // Four tokens of 1/2, 1/4, 1/8, 1/8, far apart; evenly spread draws.
    var row = [Float](repeating: -.infinity, count: 1000)
    for (token, share) in [(3, 0.5), (70, 0.25), (500, 0.125), (999, 0.125)] {
      row[token] = Float(log(share))
    }
    var counts: [Int32: Int] = [:]
    for step in 0..<8000 {
      counts[next(SamplingParameters(), row, draw: (Double(step) + 0.5) / 8000), default: 0] += 1
    }
    #expect(counts[3] == 4000 && counts[70] == 2000)
    #expect(counts[500] == 1000 && counts[999] == 1000)
  }

  @Test func `greedy takes the lowest of equal tokens`() {
    var parameters = SamplingParameters()
    parameters.temperature = 0
    #expect(next(parameters, [1, 3, 2, 3], draw: 0.9) == 1)
    #expect(next(parameters, [0, 0, 0], among: [1, 2], draw: 0.9) == 1)
  }

  @Test func `numbers that are not finite neither crash nor win`() {
    var greedy = SamplingParameters()
    greedy.temperature = 0
    for parameters in [SamplingParameters(), greedy] + Self.settings {
      #expect(next(parameters, [.nan, .nan], draw: 0.5) == 0)
      #expect(next(parameters, [-.infinity, -.infinity], draw: 0.5) == 0)
      #expect(next(parameters, [.nan, -5, .nan], draw: 0.5) == 1)
      #expect(next(parameters, [1, .infinity, .infinity], draw: 0.99) == 1)
      #expect(next(parameters, [.nan, -5, .nan], among: [0, 1], draw: 0.5) == 1)
      #expect(next(parameters, [.nan, .nan], among: [1], draw: 0.5) == 1)
    }
    for temperature in [1e-300, 1e300, Double.infinity, .nan, -1] {
      var parameters = SamplingParameters()
      parameters.temperature = temperature
      parameters.minP = 2
      #expect(next(parameters, [0, 5, -.infinity], draw: 0.5) == 1)
    }
  }

  @Test func `only allowed tokens are chosen, with their own shares`() {
    let row = [Float](repeating: 0, count: 300)
    var counts: [Int32: Int] = [:]
    for step in 0..<300 {
      counts[
        next(SamplingParameters(), row, among: [7, 299], draw: Double(step) / 300), default: 0] += 1
    }
    #expect(counts == [7: 150, 299: 150])
  }

  // MARK: Penalties

  private func logitsSeen(
    _ parameters: SamplingParameters, prompt: [Int32], chosen: [Int32]
  ) -> [Float] {
    var sampler = Sampler(parameters, prompt: prompt)
    var row: [Float] = []
    for token in chosen + [0] {
      row = [2, -2, 2, 2]
      var span = row.mutableSpan
      _ = sampler.next(&span, among: [token], draw: 0)
    }
    return row
  }

  @Test func `the repetition penalty takes prompt and completion, once a token`() {
    var parameters = SamplingParameters()
    parameters.repetitionPenalty = 4
    #expect(logitsSeen(parameters, prompt: [0, 0, 1], chosen: [3, 3]) == [0.5, -8, 2, 0.5])
  }

  @Test func `presence counts once, frequency each time, and only the completion`() {
    var parameters = SamplingParameters()
    parameters.presencePenalty = 1
    #expect(logitsSeen(parameters, prompt: [0], chosen: [3, 3, 1]) == [2, -3, 2, 1])
    parameters.presencePenalty = 0
    parameters.frequencyPenalty = 0.5
    #expect(logitsSeen(parameters, prompt: [0], chosen: [3, 3, 1]) == [2, -2.5, 2, 1])
    parameters = SamplingParameters()
    parameters.repetitionPenalty = 2
    parameters.presencePenalty = 0.25
    #expect(logitsSeen(parameters, prompt: [0], chosen: [3]) == [1, -2, 2, 0.75])
  }

  @Test func `the logit that is told is the one before penalties`() {
    var parameters = SamplingParameters()
    parameters.temperature = 0
    parameters.repetitionPenalty = 2
    var sampler = Sampler(parameters, prompt: [1, 99])
    var row: [Float] = [0, 8, 1]
    var span = row.mutableSpan
    let (token, logit) = sampler.next(&span, draw: 0)
    #expect(token == 1 && logit == 8)
    #expect(row == [0, 4, 1])
  }
}
