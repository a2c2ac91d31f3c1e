import Kernels
import Transformer

/// How a model is finetuned; all of it decides the result, but for what says otherwise.
package struct FinetuneConfiguration: Codable, Equatable, Sendable {
  /// What is trained.
  package enum Method: String, Codable, CaseIterable, Sendable {
    /// All weights.
    case full
    /// Low-rank updates of some matrices.
    case lora
  }

  /// How tasks are written as texts.
  package enum Template: String, Codable, CaseIterable, Sendable {
    /// `chat` where the model has a template, else `paper`.
    case automatic = "auto"
    /// As a conversation, in the model's own template.
    case chat
    /// In one of the 13 ways of Self-Instruct (2022), drawn anew each epoch.
    case paper

    /// Whether tasks are written as the paper does.
    /// - Parameter hasTemplate: Whether the model was taught one.
    package func isPaper(hasTemplate: Bool) -> Bool {
      switch self {
      case .automatic: !hasTemplate
      case .chat: false
      case .paper: true
      }
    }
  }

  /// What happens to a text longer than `maxLength`.
  package enum Overlong: String, Codable, CaseIterable, Sendable {
    case drop
    /// Its end is cut off, and with it a part of the answer.
    case cut
  }

  /// What all chance is drawn from.
  package var seed: UInt64 = 42
  /// Whether the seeds are trained on beside the tasks grown from them.
  package var seeds = true
  /// Passes over the data; 1 to 10,000.
  package var epochs = 3
  /// Texts of one optimizer step; at least 1.
  package var batchSize = 8
  package var method = Method.full
  /// Of the method `lora`.
  package var lora = LowRankConfiguration()
  /// The highest learning rate; 0 for what suits the method: 5e-5, or 2e-4 for LoRA, whose updates
  /// begin at nothing.
  package var learningRate = 0.0
  package var schedule = Schedule.Shape.cosine
  /// The share of steps over which the rate rises; 0 to 1.
  package var warmup = 0.05
  /// The weight of the language-model loss (Radford et al., 2018, equation 5); 0 or more.
  package var lambda = 0.0
  package var optimizer = Optimizer.Configuration()
  package var mixing = TaskMixture.Configuration()
  package var template = Template.automatic
  /// Tokens of a text at most; the model's context length where that is less.
  package var maxLength = 1024
  package var overlong = Overlong.drop
  /// How likely a task is to be held out and never trained on, whatever others are there; 0 to below 1.
  package var heldOut = 0.1
  /// Steps between two evaluations; 0 for one at the end of each epoch.
  package var evaluationSteps = 0
  /// Evaluations without a better one after which training ends; 0 for never.
  package var patience = 0
  /// Steps whose gradient's norm stands out by so many standard deviations are skipped; 0 for none.
  package var outlierDeviations = 8.0
  /// Steps between two checkpoints. The result does not depend on it.
  package var checkpointSteps = 100
  /// Tokens that go through the model together at most: memory, not results but for roundings.
  package var batchTokens = 2048
  /// What products are computed in.
  package var precision = PrecisionChoice.auto

  package init() {}

  /// The highest learning rate, whoever chose it.
  package var highestRate: Double {
    if learningRate > 0 { return learningRate }
    return method == .lora ? 2e-4 : 5e-5
  }

  /// What is wrong with the numbers, each as a sentence.
  package func validate() -> [String] {
    var problems: [String] = []
    func check(_ isRight: Bool, _ key: String, _ value: some Any, _ expected: String) {
      if !isRight { problems.append("\(key): \(value); expected \(expected)") }
    }
    check(1...10_000 ~= epochs, "epochs", epochs, "1 to 10000")
    check(batchSize >= 1, "batchSize", batchSize, "1 or more")
    check(0...1 ~= learningRate, "learningRate", learningRate, "0 to 1")
    check(0...1 ~= warmup, "warmup", warmup, "0 to 1")
    check(0...1000 ~= lambda, "lambda", lambda, "0 to 1000")
    check(maxLength >= 2, "maxLength", maxLength, "2 or more")
    check(heldOut >= 0 && heldOut < 1, "heldOut", heldOut, "0 to below 1")
    check(evaluationSteps >= 0, "evaluationSteps", evaluationSteps, "0 or more")
    check(patience >= 0, "patience", patience, "0 or more")
    check(
      outlierDeviations == 0 || outlierDeviations >= 3, "outlierDeviations", outlierDeviations,
      "0 or at least 3")
    check(checkpointSteps >= 1, "checkpointSteps", checkpointSteps, "1 or more")
    check(batchTokens >= 1, "batchTokens", batchTokens, "1 or more")
    return problems + optimizer.problems + mixing.problems + lora.problems
  }
}

extension Optimizer.Configuration {
  fileprivate var problems: [String] {
    var problems: [String] = []
    func check(_ isRight: Bool, _ key: String, _ value: Double, _ expected: String) {
      if !isRight { problems.append("optimizer.\(key): \(value); expected \(expected)") }
    }
    check(beta1 >= 0 && beta1 < 1, "beta1", beta1, "0 to below 1")
    check(beta2 >= 0 && beta2 < 1, "beta2", beta2, "0 to below 1")
    check(epsilon > 0 && epsilon <= 1, "epsilon", epsilon, "above 0, at most 1")
    check(0...10 ~= weightDecay, "weightDecay", weightDecay, "0 to 10")
    check(maximumNorm >= 0, "maximumNorm", maximumNorm, "0 or more")
    return problems
  }
}

extension LowRankConfiguration {
  fileprivate var problems: [String] {
    var problems: [String] = []
    if !(1...256 ~= rank) { problems.append("lora.rank: \(rank); expected 1 to 256") }
    if !(alpha > 0 && alpha <= 100_000) {
      problems.append("lora.alpha: \(alpha); expected above 0, at most 100000")
    }
    if !(dropout >= 0 && dropout < 1) {
      problems.append("lora.dropout: \(dropout); expected 0 to below 1")
    }
    if targets.isEmpty || Set(targets).count < targets.count {
      problems.append(
        "lora.targets: \(targets.map(\.rawValue).joined(separator: " ")); expected at least one "
          + "name, none twice")
    }
    return problems
  }
}

extension TaskMixture.Configuration {
  fileprivate var problems: [String] {
    var problems: [String] = []
    if cap < 0 { problems.append("mixing.cap: \(cap); expected 0 or more") }
    if !(temperature >= 1 && temperature <= 100) {
      problems.append("mixing.temperature: \(temperature); expected 1 to 100")
    }
    return problems
  }
}
