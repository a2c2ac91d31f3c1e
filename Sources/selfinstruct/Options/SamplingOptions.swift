import ArgumentParser
import LanguageModels

/// How the next token is chosen.
struct SamplingOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: "Divides the logits; 0 takes the likeliest token.")
  var temperature = 1.0

  @Option(
    parsing: .unconditional,
    help: "Keep the k likeliest tokens; 0 keeps all.")
  var topK = 0

  @Option(
    parsing: .unconditional, help: "Keep the likeliest tokens that together reach this probability."
  )
  var topP = 1.0

  @Option(
    parsing: .unconditional, help: "Drop tokens less likely than this share of the likeliest one.")
  var minP = 0.0

  @Option(
    parsing: .unconditional, help: "Make tokens seen in prompt or completion less likely; 1 is off."
  )
  var repetitionPenalty = 1.0

  @Option(
    parsing: .unconditional, help: "Subtract this from the logit of tokens seen in the completion.")
  var presencePenalty = 0.0

  @Option(
    parsing: .unconditional, help: "Subtract this for each time a token was seen in the completion."
  )
  var frequencyPenalty = 0.0

  /// Which values make sense, each with what should be.
  func validate() throws {
    guard topK >= 0 else { throw ValidationError("--top-k: \(topK); expected 0 or more") }
    let rules: [(name: String, value: Double, holds: Bool, expected: String)] = [
      ("temperature", temperature, temperature >= 0, "0 or more"),
      ("top-p", topP, topP > 0 && topP <= 1, "more than 0 and at most 1"),
      ("min-p", minP, minP >= 0 && minP <= 1, "0 to 1"),
      ("repetition-penalty", repetitionPenalty, repetitionPenalty > 0, "more than 0"),
      ("presence-penalty", presencePenalty, true, "a finite number"),
      ("frequency-penalty", frequencyPenalty, true, "a finite number"),
    ]
    for rule in rules where !(rule.holds && rule.value.isFinite) {
      throw ValidationError("--\(rule.name): \(rule.value); expected \(rule.expected)")
    }
  }

  var parameters: SamplingParameters {
    var parameters = SamplingParameters()
    parameters.temperature = temperature
    parameters.topK = topK
    parameters.topP = topP
    parameters.minP = minP
    parameters.repetitionPenalty = repetitionPenalty
    parameters.presencePenalty = presencePenalty
    parameters.frequencyPenalty = frequencyPenalty
    return parameters
  }
}
