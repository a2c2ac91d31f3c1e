import ArgumentParser
import Foundation
import Kernels
import Storage
import TensorFiles
import Training
import Transformer

/// What a model is trained on.
struct TrainingDataOptions: ParsableArguments {
  @OptionGroup var corpus: CorpusFolder

  @Option(
    help: ArgumentHelp(
      "Train on these rows instead of a corpus: original schema, Alpaca, messages of one turn "
        + "or prompt and completion; JSON lines or an array.", valueName: "file"))
  var data: String?

  @Option(
    help: ArgumentHelp(
      "The hand-written tasks (default: seeds/seed_tasks.jsonl).", valueName: "file"))
  var seedTasks: String?

  @Flag(
    inversion: .prefixedNo,
    help: "Train on the seeds, too (default: yes; with --data no).")
  var seeds: Bool?

  @Option(
    help: ArgumentHelp(
      "Texts for the language-model loss, in place of the tasks' own: a text a row in 'text', or a "
        + "plain text file.", valueName: "file"))
  var lmCorpus: String?

  func validate() throws {
    let paths = [("data", data), ("seed-tasks", seedTasks), ("lm-corpus", lmCorpus)]
    for (name, path) in paths where path == "" {
      throw ValidationError("--\(name): is empty; expected a path")
    }
    if data != nil, seeds == true {
      throw ValidationError("--seeds: --data takes the place of corpus and seeds; expected one")
    }
  }
}

extension TrainingDataOptions {
  /// Says so where texts are given that nothing is learnt from.
  static func warnOfReplay(_ configuration: FinetuneConfiguration) {
    guard configuration.lambda == 0 else { return }
    Console.note("warning: --lm-corpus: is measured but not learnt from; expected --lambda above 0")
  }
}

/// How a model is trained, as far as flags say.
struct TrainingOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "Passes over the data (default: 3; of a round of grow 1).")
  var epochs: Int?

  @Option(parsing: .unconditional, help: "Texts of one optimizer step (default: 8).")
  var batchSize: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The highest learning rate (default: 5e-5; with LoRA, or of a round with the embedded model, "
        + "2e-4)."))
  var learningRate: Double?

  @Option(help: "How it falls: cosine, linear or constant (default: cosine).")
  var schedule: Schedule.Shape?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The share of steps over which it rises (default: 0.05).", valueName: "0-1"))
  var warmup: Double?

  @Option(
    help:
      "What is trained: full (all weights) or lora (low-rank updates); default: full, or lora if a flag of it is given."
  )
  var method: FinetuneConfiguration.Method?

  @Option(parsing: .unconditional, help: "Of lora: the rank of each update (default: 16).")
  var loraRank: Int?

  @Option(
    parsing: .unconditional,
    help: "Of lora: an update counts alpha / rank times (default: 32).")
  var loraAlpha: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Of lora: the share of inputs that updates do not see in a step (default: 0).",
      valueName: "0-1"))
  var loraDropout: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Of lora: the matrices, with commas (default: q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,"
        + "down_proj).", valueName: "names"))
  var loraTargets: String?

  @Option(
    parsing: .unconditional,
    help: "The weight of the language-model loss beside that of the answers (default: 0).")
  var lambda: Double?

  @Option(
    help: ArgumentHelp(
      "How often each task is trained on: proportional, equal or tempered (default: proportional, "
        + "to its instances)."))
  var mixing: TaskMixture.Configuration.Method?

  @Option(
    help: ArgumentHelp(
      "How tasks are written as texts: chat or paper (default: chat where the model has a "
        + "template)."))
  var template: FinetuneConfiguration.Template?

  @Option(parsing: .unconditional, help: "Tokens of a text at most (default: 1024).")
  var maxLength: Int?

  @Option(help: "What happens to longer ones: drop or cut (default: drop).")
  var overlong: FinetuneConfiguration.Overlong?

  @Option(
    parsing: .unconditional,
    help: "Steps between two measurements (default: at the end of each epoch).")
  var evaluationSteps: Int?

  @Option(
    parsing: .unconditional,
    help: "Measurements without a better one after which training ends (default: never).")
  var patience: Int?

  @Option(parsing: .unconditional, help: "Steps between two checkpoints (default: 100).")
  var checkpointSteps: Int?

  func validate() throws {
    let numbers = [
      ("learning-rate", learningRate), ("warmup", warmup), ("lambda", lambda),
      ("lora-alpha", loraAlpha), ("lora-dropout", loraDropout),
    ]
    for case (let name, let number?) in numbers where !number.isFinite {
      throw ValidationError("--\(name): \(number); expected a number")
    }
    if let learningRate, !(learningRate > 0 && learningRate <= 1) {
      throw ValidationError("--learning-rate: \(learningRate); expected above 0, at most 1")
    }
    try requireLoRA()
    try Self.check(fields)
  }

  /// Refuses the settings that flags give if they cannot be.
  static func check(_ fields: [String: JSONValue]) throws {
    let problems = try configuration(fields).validate()
    if let first = problems.first { throw ValidationError("--" + withFlagName(first)) }
  }

  /// Flags of one method with another would be read by nothing.
  private func requireLoRA() throws {
    let given: [(String, Bool)] = [
      ("rank", loraRank != nil), ("alpha", loraAlpha != nil), ("dropout", loraDropout != nil),
      ("targets", loraTargets != nil),
    ]
    if method == .full, let first = given.first(where: \.1) {
      throw ValidationError("--lora-\(first.0): --method is full; expected lora")
    }
    for name in targetNames ?? [] where LowRankConfiguration.Target(rawValue: name) == nil {
      let all = LowRankConfiguration.Target.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--lora-targets: \(quoted(name)); expected some of \(all)")
    }
  }

  private var targetNames: [String]? {
    loraTargets?.split(separator: ",", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
  }

  /// A sentence about a setting, with the name of its flag: `maxLength: 0` as `max-length: 0`, and
  /// `lora.rank: 0` as `lora-rank: 0`.
  private static func withFlagName(_ sentence: String) -> String {
    let key = sentence.prefix { $0 != ":" }
    return flagName(key) + sentence.dropFirst(key.count)
  }

  /// The flag of a setting.
  static func flagName(_ key: some StringProtocol) -> String {
    key.map { $0.isUppercase ? "-" + $0.lowercased() : $0 == "." ? "-" : String($0) }.joined()
  }

  private static func configuration(
    _ fields: [String: JSONValue]
  ) throws -> FinetuneConfiguration {
    var base = try JSONValue(encoding: FinetuneConfiguration()).object ?? [:]
    let lora = (base["lora"]?.object ?? [:]).merging(fields["lora"]?.object ?? [:]) { $1 }
    base.merge(fields) { $1 }
    base["lora"] = .object(lora)
    return try JSONValue.object(base).decoded()
  }

  /// The settings that flags give, by their keys.
  var settings: [String: JSONValue] {
    var settings = fields
    settings["mixing"] = mixing.map { ["method": .string($0.rawValue)] }
    return settings
  }

  private var fields: [String: JSONValue] {
    var fields: [String: JSONValue] = [:]
    fields["epochs"] = epochs.map(JSONValue.int)
    fields["batchSize"] = batchSize.map(JSONValue.int)
    fields["learningRate"] = learningRate.map(JSONValue.double)
    fields["method"] = method.map { .string($0.rawValue) }
    if !loraFields.isEmpty {
      // Asking for its rank is asking for it.
      fields["method"] = .string(FinetuneConfiguration.Method.lora.rawValue)
      fields["lora"] = .object(loraFields)
    }
    fields["schedule"] = schedule.map { .string($0.rawValue) }
    fields["warmup"] = warmup.map(JSONValue.double)
    fields["lambda"] = lambda.map(JSONValue.double)
    fields["template"] = template.map { .string($0.rawValue) }
    fields["maxLength"] = maxLength.map(JSONValue.int)
    fields["overlong"] = overlong.map { .string($0.rawValue) }
    fields["evaluationSteps"] = evaluationSteps.map(JSONValue.int)
    fields["patience"] = patience.map(JSONValue.int)
    fields["checkpointSteps"] = checkpointSteps.map(JSONValue.int)
    return fields
  }
}

extension TrainingOptions {
  fileprivate var loraFields: [String: JSONValue] {
    var fields: [String: JSONValue] = [:]
    fields["rank"] = loraRank.map(JSONValue.int)
    fields["alpha"] = loraAlpha.map(JSONValue.double)
    fields["dropout"] = loraDropout.map(JSONValue.double)
    fields["targets"] = targetNames.map { .array($0.map(JSONValue.string)) }
    return fields
  }
}

/// What a training run by itself takes from flags that other commands have for something else.
struct SingleRunOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The share of tasks that are not trained on but measured (default: 0.1).", valueName: "0-1"))
  var heldOut: Double?

  @Option(parsing: .unconditional, help: "What all chance is drawn from (default: 42).")
  var seed: UInt64?

  @Option(help: "What products are computed in: auto, bf16 or f32 (default: auto).")
  var precision: PrecisionChoice?

  func validate() throws {
    if let heldOut, !heldOut.isFinite {
      throw ValidationError("--held-out: \(heldOut); expected a number")
    }
    try TrainingOptions.check(settings)
  }

  /// The settings that flags give, by their keys.
  var settings: [String: JSONValue] {
    var settings: [String: JSONValue] = [:]
    settings["heldOut"] = heldOut.map(JSONValue.double)
    settings["seed"] = seed.map { JSONValue(seed: $0) }
    settings["precision"] = precision.map { .string($0.rawValue) }
    return settings
  }
}

/// What the weights of a result are stored in.
enum ExportPrecision: String, CaseIterable, ExpressibleByArgument {
  case bf16, f32

  var type: TensorType { self == .bf16 ? .bf16 : .f32 }
}

extension FinetuneConfiguration.Method: ExpressibleByArgument {}
extension Schedule.Shape: ExpressibleByArgument {}
extension TaskMixture.Configuration.Method: ExpressibleByArgument {}
extension FinetuneConfiguration.Template: ExpressibleByArgument {}
extension FinetuneConfiguration.Overlong: ExpressibleByArgument {}
