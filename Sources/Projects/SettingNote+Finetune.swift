import Training
import Transformer

extension SettingNote {
  static let finetune = [
    SettingNote("finetune.seeds", "Trains on the seeds, too, not only on what grew from them."),
    SettingNote("finetune.epochs", "Passes over the data."),
    SettingNote("finetune.batchSize", "Texts of one optimizer step."),
    SettingNote(
      "finetune.method", "All weights, or low-rank updates of some matrices (LoRA).",
      FinetuneConfiguration.Method.allCases.map(\.rawValue)),
    SettingNote("finetune.lora", "Of the method 'lora'."),
    SettingNote("finetune.lora.rank", "The rank of each update."),
    SettingNote("finetune.lora.alpha", "An update counts alpha / rank times."),
    SettingNote(
      "finetune.lora.dropout", "The share of inputs that updates do not see in a step, below 1."),
    SettingNote(
      "finetune.lora.targets", "The matrices that are updated, under PEFT's names for them.",
      LowRankConfiguration.Target.allCases.map(\.rawValue)),
    SettingNote(
      "finetune.learningRate",
      "The highest learning rate; 0 for what suits the method: 5e-5, with LoRA 2e-4."),
    SettingNote(
      "finetune.schedule", "How it falls after the warm-up.",
      Schedule.Shape.allCases.map(\.rawValue)),
    SettingNote("finetune.warmup", "The share of steps over which it rises, 0 to 1."),
    SettingNote(
      "finetune.lambda",
      "The weight of the language-model loss beside that of the answers; 0 leaves it out."),
    SettingNote("finetune.optimizer", "AdamW."),
    SettingNote("finetune.optimizer.beta1", "How long it remembers gradients."),
    SettingNote("finetune.optimizer.beta2", "How long it remembers their squares."),
    SettingNote("finetune.optimizer.epsilon", "What keeps it from dividing by nothing."),
    SettingNote("finetune.optimizer.weightDecay", "How fast matrices shrink by themselves."),
    SettingNote(
      "finetune.optimizer.maximumNorm",
      "The norm above which a gradient is scaled down; 0 for never."),
    SettingNote("finetune.mixing", "How often each task is trained on."),
    SettingNote(
      "finetune.mixing.method",
      "As often as it has instances, as often as any other, or between the two.",
      TaskMixture.Configuration.Method.allCases.map(\.rawValue)),
    SettingNote("finetune.mixing.cap", "Instances of a task that count at most; 0 for all."),
    SettingNote(
      "finetune.mixing.temperature",
      "Of 'tempered': 1 is proportional, more comes nearer to equal."),
    SettingNote(
      "finetune.template",
      "How tasks are written as texts: in the model's chat template, or in one of the ways of the "
        + "2022 paper; 'auto' is the first where the model has one.",
      FinetuneConfiguration.Template.allCases.map(\.rawValue)),
    SettingNote("finetune.maxLength", "Tokens of a text at most."),
    SettingNote(
      "finetune.overlong", "What happens to longer ones.",
      FinetuneConfiguration.Overlong.allCases.map(\.rawValue)),
    SettingNote(
      "finetune.heldOut", "How likely a task is to be measured and never trained on, below 1."),
    SettingNote(
      "finetune.evaluationSteps", "Steps between two measurements; 0 for the end of each epoch."),
    SettingNote(
      "finetune.patience",
      "Measurements without a better one after which training ends; 0 for never."),
    SettingNote(
      "finetune.outlierDeviations",
      "A step is skipped if its gradient's norm lies so many standard deviations above that of "
        + "those before; 0 for never."),
    SettingNote("finetune.checkpointSteps", "Steps between two checkpoints."),
    SettingNote(
      "finetune.batchTokens", "Tokens that go through the model together: more take more memory."),
  ]
}
