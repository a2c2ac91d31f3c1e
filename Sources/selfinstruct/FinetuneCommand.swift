import ArgumentParser
import LocalModels
import Projects
import Storage
import Training

/// `selfinstruct finetune`: train a model on a corpus.
struct FinetuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finetune",
    abstract: "Train a model on what was grown.",
    discussion: """
      The model learns the answers of the corpus's tasks and of the seeds, or of the rows of a file. \
      Some tasks are held out and measured; the weights that do best on them are kept, in Hugging \
      Face's form, or with --method lora an adapter in PEFT's form, which --model of every command reads. What was interrupted goes on where it was \
      with the same command, to the same bytes; otherwise each run gets the next number under \
      models/ in the corpus's folder, where a run that does better on what is held out becomes the \
      current model; weights older than the two before it are removed. Same seed, same weights, whatever the number of threads. \
      Settings without a flag stand under "finetune" in selfinstruct.json.
      """)

  @OptionGroup(title: "Data") var data: TrainingDataOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Training") var single: SingleRunOptions

  @Option(
    help: ArgumentHelp(
      "The model to begin with: 'smollm2', a GGUF file, a Hugging Face directory or an adapter's (default: "
        + "smollm2).", valueName: "name or path"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "Where the run goes (default: the next number under models/ of the corpus).",
      valueName: "dir"))
  var output: String?

  @Flag(help: "Go on with the last run or say why that cannot be; never begin another.")
  var resume = false

  @Option(
    help:
      "What the weights of the result are stored in: bf16 or f32; an adapter is f32, this is for its model."
  )
  var exportPrecision: ExportPrecision = .bf16

  @Option(
    parsing: .unconditional,
    help: "Processor cores to use (default: all); the result does not depend on it.")
  var threads: Int?

  @Flag(
    help: "Show what would be trained on, and one text with what is learnt of it; write nothing.")
  var dryRun = false

  @Flag(help: "Write the summary as JSON.")
  var json = false

  func validate() throws {
    if let threads, !(1...1024 ~= threads) {
      throw ValidationError("--threads: \(threads); expected 1 to 1024")
    }
    if output == "" { throw ValidationError("--output: is empty; expected a path") }
    guard !dryRun || !json else {
      throw ValidationError("finetune: --dry-run and --json are given; expected one of them")
    }
    guard !dryRun || !resume else {
      throw ValidationError("finetune: --dry-run and --resume are given; expected one of them")
    }
  }

  func run() throws {
    let project = try Project()
    let configuration = try project.file.finetuneConfiguration(flags: settings)
    let reference = try ModelOptions.reference(model, in: project)
    let corpus = data.corpus.directory(in: project)
    let source = try TrainingSource(data, usesSeeds: configuration.seeds, corpus, in: project)
    if data.lmCorpus != nil { TrainingDataOptions.warnOfReplay(configuration) }
    let setup = try FinetuneSetup(
      source, configuration, model: reference, of: corpus)
    let run = FinetuneRun(
      setup: setup, output: output, repetition: resume ? .same : .new, type: exportPrecision.type,
      threads: threads ?? project.file.integer("threads") ?? EngineConfiguration().threads)
    dryRun ? try run.preview() : try run.train(asJSON: json)
  }

  /// The settings that flags give.
  private var settings: [String: JSONValue] {
    var settings = training.settings.merging(single.settings) { $1 }
    settings["seeds"] = (data.seeds ?? (data.data == nil ? nil : false)).map(JSONValue.bool)
    return settings
  }
}
