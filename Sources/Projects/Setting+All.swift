import Bootstrapping
import Evaluation
import Storage
import Training

extension Setting {
  /// Every setting of a project, in the order of the template.
  package static let all = general + [finetune, gate] + pipeline

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

  /// The settings of the gate that a trained model has to pass.
  static let gate = Setting(
    "gate",
    .section(
      sections(
        of: gateDefaults, at: "gate.",
        acceptsFraction: { path in
          let value = ProjectFile.fraction(at: path)["gate"] ?? .null
          let changed: GateConfiguration? =
            try? ProjectFile.overlaid(gateDefaults, with: value).decoded()
          return changed != nil
        })),
    nil, "What decides whether a model that 'grow --finetune' trained takes the other's place.")

  private static let gateDefaults = (try? JSONValue(encoding: GateConfiguration())) ?? .null

  private static let finetuneDefaults =
    (try? JSONValue(encoding: FinetuneConfiguration())) ?? .null

  private static let defaults = (try? JSONValue(encoding: GrowConfiguration(.standard))) ?? .null

  /// Whether the configuration can be read with a fraction at a path.
  private static func acceptsFraction(at path: String) -> Bool {
    let changed: GrowConfiguration? =
      try? ProjectFile.overlaid(defaults, with: ProjectFile.fraction(at: path)).decoded()
    return changed != nil
  }

  /// One of several endpoints.
  private static let endpoint: [Setting] = [
    Setting("url", .text, "http://localhost:8000/v1"),
    Setting("name", .text, "qwen2.5-7b-instruct"),
    Setting("key_env", .text, "MY_KEY"),
    Setting("max_concurrency", .integer(1...4096), 64),
    Setting("license", .text, "apache-2.0"),
  ]

  /// A model that does a part of the work.
  private static let role: [Setting] = [
    Setting("model", .text, "http://localhost:8000/v1", "The model, named as above."),
    Setting("name", .text, "qwen2.5-72b-instruct", "Its name at its endpoint."),
    Setting("api", .choice(["completions", "chat"]), "chat", "How that is asked."),
    Setting("key_env", .text, "MY_KEY", "The variable that holds its key."),
    Setting("apiKeyFile", .text, "~/.config/selfinstruct/key", "Or a file that does."),
    Setting("extraBody", .anyObject, ["seed": 1], "Fields added to every request to it."),
    Setting("max_concurrency", .integer(1...4096), 64, "Requests in flight at most."),
  ]

  private static let license = Setting(
    "license", .text, "apache-2.0", "The licence of what it writes, for 'export'.")

  static let general: [Setting] = [
    Setting(
      "model", .text, "smollm2",
      "The model that writes: 'smollm2' (comes with selfinstruct, English), a GGUF file, a Hugging",
      "Face directory, or the address of an OpenAI-compatible endpoint. A relative path starts at",
      "this file."),
    Setting(
      "modelName", .text, "qwen2.5-7b-instruct",
      "The model's name at the endpoint; needed where it serves several."),
    Setting(
      "models", .objects(endpoint),
      [["url": "http://localhost:8000/v1", "name": "qwen2.5-7b-instruct", "max_concurrency": 64]],
      "Several endpoints instead of 'model': work is spread by health and speed. Each has a \"url\",",
      "and maybe a \"name\", a \"key_env\" (the variable that holds its key), a \"max_concurrency\" and",
      "a \"license\" of what it writes."
    ),
    Setting(
      "modelLicense", .text, "apache-2.0",
      "The licence of what 'model' writes, as 'export' names it."),
    Setting(
      "api", .choice(["completions", "chat"]), "chat",
      "How endpoints are asked; found out if not given."),
    Setting(
      "apiKeyFile", .text, "~/.config/selfinstruct/key",
      "A file that holds the key of the endpoint; else the variable SELFINSTRUCT_API_KEY does."),
    Setting(
      "extraBody", .anyObject, ["chat_template_kwargs": ["enable_thinking": false]],
      "Fields added to every request to an endpoint."),
    Setting(
      "requestTimeout", .integer(1...86400), 300,
      "Seconds that an endpoint may take for one answer."),
    Setting(
      "answerModel", .section(role + [license]), nil,
      "Another model that answers the tasks."),
    Setting(
      "judge", .section(role), nil,
      "A model that gives each answer a score from 1 to 5; rules.judge says what is dropped."),
    Setting(
      "seedTasks", .text, "seeds/seed_tasks.jsonl",
      "The tasks that people wrote, from which the new ones grow."),
    Setting(
      "seeds",
      .section([
        Setting("license", .text, "cc-by-4.0", "Their licence, as the Hugging Face Hub names it.")
      ]), nil, "What 'export' says of them."),
    Setting(
      "imported",
      .section([
        Setting(
          "license", .text, "cc-by-nc-4.0", "Their licence, as the Hugging Face Hub names it.")
      ]), nil, "What 'export' says of tasks that 'import' took in."),
    Setting("corpus", .text, "generated/main", "The folder that the new tasks go to."),
    Setting(
      "trainModel", .text, "smollm2",
      "The model that 'grow --finetune' trains: 'model' where that is one of this machine, else",
      "'smollm2'."),
    Setting(
      "generator", .choice(["model", "promoted"]), "promoted",
      "Who makes up tasks once a model was promoted: 'model' or the promoted one."),
    Setting(
      "heldOutTasks", .text, "seeds/held_out_tasks.jsonl",
      "Tasks by which trained models are measured, never trained on and never shown; else a file of",
      "this name beside the seeds, else a fifth of the seeds."),
    Setting(
      "generalText", .text, "general.txt",
      "Texts by which forgetting is measured; a built-in sample of English if not given."),
    Setting("rounds", .integer(1...Int.max), 1, "How many more rounds 'grow' makes."),
    Setting("tasks", .integer(1...Int.max), 100, "How many new tasks a round ends with."),
    Setting(
      "tokenBudget", .integer(1...Int.max), 1_000_000,
      "Tokens of prompts and answers that one run of 'grow' may use; no limit if not given."),
    Setting(
      "maxCost", .number(0...1e9), 1.5,
      "What one run may cost, by the prices; no limit if not given."),
    Setting("priceIn", .number(0...1e9), 0.15, "What a million tokens of prompts cost."),
    Setting("priceOut", .number(0...1e9), 0.6, "What a million tokens of answers cost."),
    Setting("maxMinutes", .number(0...1e9), 120.5, "Minutes that one run may take."),
    Setting("deadline", .time, "06:00", "The local time at which a run has to be over."),
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
      "Texts in flight at once: more are faster and take more memory. At endpoints at most.",
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
