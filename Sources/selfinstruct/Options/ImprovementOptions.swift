import ArgumentParser
import LocalModels
import Projects
import Storage

/// Who makes up tasks once a model of the corpus's own is promoted.
enum Generator: String, CaseIterable, ExpressibleByArgument {
  /// Always what --model names.
  case model
  /// The promoted model.
  case promoted
}

/// Rounds after which a model is trained.
struct ImprovementOptions: ParsableArguments {
  @Flag(
    help: """
      Train a model on the corpus after each round, hold it against the one before, and let it take \
      its place if it does better.
      """)
  var finetune = false

  @Option(
    help: ArgumentHelp(
      "The model to train: one of this machine (default: --model where that is one, else smollm2).",
      valueName: "name or path"))
  var trainModel: String?

  @Flag(
    name: .customLong("continue"),
    help: "Train the promoted model further; without it each round begins with --train-model.")
  var continues = false

  @Option(
    help: """
      Who makes up tasks once a model was promoted: model (what --model names) or promoted; default: \
      promoted where the model that is trained is the one that writes, else model.
      """)
  var generator: Generator?

  @Option(
    help: ArgumentHelp(
      "Tasks to measure by, 100 at least, never trained on and never shown; rows as of --seed-tasks "
        + "(default: held_out_tasks.jsonl beside the seeds, else a fifth of the seeds).",
      valueName: "file"))
  var heldOut: String?

  @Option(
    help: ArgumentHelp(
      "Texts by which forgetting is measured: a text a row in 'text', or paragraphs of plain text "
        + "(default: a built-in sample of English).", valueName: "file"))
  var generalText: String?

  @Option(
    help: ArgumentHelp(
      "Texts for the language-model loss, in place of the tasks' own; rows as of --general-text.",
      valueName: "file"))
  var lmCorpus: String?

  func validate() throws {
    let texts = [
      ("train-model", trainModel), ("held-out", heldOut), ("general-text", generalText),
      ("lm-corpus", lmCorpus),
    ]
    for (name, text) in texts where text == "" {
      throw ValidationError("--\(name): is empty; expected a path")
    }
    guard !finetune else { return }
    let flags =
      texts.map { ($0.0, $0.1 != nil) } + [
        ("continue", continues), ("generator", generator != nil),
      ]
    if let flag = flags.first(where: \.1) {
      throw ValidationError("--\(flag.0): goes with --finetune; expected both")
    }
  }

  /// The model that is trained: by flag, or else the project, or else what writes, or else the
  /// embedded one.
  func student(_ author: ModelChoice, in project: Project) throws -> ModelReference {
    if let trainModel { return try ModelReference(trainModel, namedBy: "--train-model") }
    if let name = project.file.text("trainModel") {
      return try ModelReference(
        inProject: name, project, namedBy: "\(ProjectFile.name): \"trainModel\"", isFlag: false)
    }
    if case .local(let reference) = author { return reference }
    return .embedded
  }

  /// Whether the promoted model makes up tasks.
  func generatesByPromoted(
    _ author: ModelChoice, _ student: ModelReference, in project: Project
  ) -> Bool {
    let named = generator ?? project.file.text("generator").flatMap(Generator.init)
    if let named { return named == .promoted }
    return author.isSameModel(as: .local(student))
  }
}
