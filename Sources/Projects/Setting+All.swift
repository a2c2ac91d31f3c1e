import Bootstrapping
import Storage
import Training

extension Setting {
  /// Every setting of a project, in the order of the template.
  package static let all = general + [finetune] + pipeline

  /// The settings of the pipeline, with the defaults of its own configuration.
  static let pipeline = sections(
    of: defaults, excluding: Set(general.map(\.key)), acceptsFraction: acceptsFraction)

  /// The settings of `finetune`; seed and precision are general ones.
  static let finetune = Setting(
    "finetune",
    .section(
      sections(
        of: finetuneDefaults, at: "finetune.", excluding: ["seed", "precision"],
        acceptsFraction: { path in
          let value = ProjectFile.fraction(at: path)["finetune"] ?? .null
          let changed: FinetuneConfiguration? =
            try? ProjectFile.overlaid(finetuneDefaults, with: value).decoded()
          return changed != nil
        })),
    nil, "How 'finetune' trains a model on the corpus.")

  private static let finetuneDefaults =
    (try? JSONValue(encoding: FinetuneConfiguration())) ?? .null

  private static let defaults = (try? JSONValue(encoding: GrowConfiguration(.standard))) ?? .null

  /// Whether the configuration can be read with a fraction at a path.
  private static func acceptsFraction(at path: String) -> Bool {
    let changed: GrowConfiguration? =
      try? ProjectFile.overlaid(defaults, with: ProjectFile.fraction(at: path)).decoded()
    return changed != nil
  }

  static let general: [Setting] = [
    Setting(
      "model", .text, "smollm2",
      "The model that writes: 'smollm2' (comes with selfinstruct, English), a GGUF file,",
      "or a Hugging Face directory. A relative path starts at this file."),
    Setting(
      "seedTasks", .text, "seeds/seed_tasks.jsonl",
      "The tasks that people wrote, from which the new ones grow."),
    Setting("corpus", .text, "generated/main", "The folder that the new tasks go to."),
    Setting("rounds", .integer(1...Int.max), 1, "How many more rounds 'grow' makes."),
    Setting("tasks", .integer(1...Int.max), 100, "How many new tasks a round ends with."),
    Setting(
      "seed", .integer(0...Int.max), 42,
      "What all chance of 'grow' and 'finetune' is drawn from: same seed, same corpus and model."),
    Setting(
      "preset", .choice(["default", "paper"]), "default",
      "'default' suits small instruct models; 'paper' follows Self-Instruct (2022) exactly."),
    Setting(
      "prompts", .text, "prompts",
      "A folder of prompts of your own; 'selfinstruct prompts --write DIR' starts one."),
    Setting(
      "language", .text, "en",
      "The language of the seeds (ISO 639-1), where finding it out would fail."),
    Setting(
      "anyLanguage", .flag, false,
      "Go on although the model does not name the language of the seeds."),
    Setting(
      "threads", .integer(1...1024), 4, "Processor cores to use; all of them if not given.",
      "The tasks do not depend on it."),
    Setting(
      "concurrency", .integer(1...4096), 64,
      "Texts in flight at once: more are faster and take more memory.",
      "The tasks do not depend on it."),
    Setting(
      "kvMemory", .size, "4G",
      "Memory for keys and values: where it is used up, fewer texts are in flight.",
      "The tasks do not depend on it."),
    Setting(
      "precision", .choice(["auto", "bf16", "f32"]), "auto",
      "What products are computed in; 'auto' is bf16 where the processor multiplies it."),
  ]
}
