import Foundation
import LanguageModels

/// Chooses the next token from logits.
struct Sampler {
  private let parameters: SamplingParameters

  init(_ parameters: SamplingParameters) {
    self.parameters = parameters
  }

  /// Chooses a token and gives its logit as it was before anything changed it.
  mutating func next(_ logits: inout MutableSpan<Float>, draw: Double) -> (Int32, Float) {
    var best = 0
    for i in logits.indices where logits[i] > logits[best] { best = i }
    guard parameters.temperature > 0 else { return (Int32(best), logits[best]) }
    var candidates: [(Int, Double)] = []
    let scale = 1 / parameters.temperature
    let top = Double(logits[best])
    for i in logits.indices where Double(logits[i]) - top > -16 {
      candidates.append((i, exp((Double(logits[i]) - top) * scale)))
    }
    var total = candidates.reduce(0) { $0 + $1.1 }
    if parameters.topP < 1 {
      candidates.sort { $0.1 > $1.1 }
      var sum = 0.0
      var kept = 0
      while kept < candidates.count, sum < parameters.topP * total {
        sum += candidates[kept].1
        kept += 1
      }
      candidates.removeLast(candidates.count - kept)
      total = sum
    }
    var left = draw * total
    for (token, weight) in candidates {
      left -= weight
      if left < 0 { return (Int32(token), logits[token]) }
    }
    return (Int32(best), logits[best])
  }
}
