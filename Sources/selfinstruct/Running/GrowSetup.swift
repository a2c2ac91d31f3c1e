import Bootstrapping
import Evaluation
import Filtering
import LanguageModels
import LocalModels
import Projects
import Prompts
import Storage
import TaskCorpus

/// What a corpus grows from, read and checked before the model is loaded.
struct GrowSetup: Sendable {
  let corpus: CorpusDirectory
  private let seeds: SeedFile
  let language: Language
  private let acceptsAnyLanguage: Bool
  private let prompts: PromptSet
  private let evaluation: EvaluationSets?
  private let configuration: GrowConfiguration
  private let given: Set<String>
  /// Those of the seeds that may be shown in prompts and trained on.
  private(set) var usedSeeds: [InstructionTask]

  /// - Parameter flags: Settings that flags give, by their keys.
  /// - Throws: The first thing that is wrong with seeds, prompts, settings or evaluation sets.
  init(_ options: CorpusOptions, flags: [String: JSONValue], in project: Project) throws {
    let file = project.file
    corpus = options.directory(in: project)
    seeds = try Self.seeds(project.seedTasks(options.seedTasks))
    language = try ProjectLanguage.of(seeds, named: options.language ?? file.text("language"))
    acceptsAnyLanguage = options.anyLanguage || file.flag("anyLanguage") ?? false
    prompts = try project.prompts(options.prompts)
    var configuration = try file.growConfiguration(flags: flags)
    configuration.language = language.code
    self.configuration = configuration
    evaluation =
      configuration.evaluation.files.isEmpty
      ? nil : try EvaluationSets(reading: configuration.evaluation, resolve: project.path)
    given = Set(flags.keys).union(file.growKeys)
    usedSeeds = seeds.tasks
  }

  /// The same without seeds that are near copies of held-out tasks.
  func holdingOut(_ heldOut: HeldOutTasks) -> GrowSetup {
    var setup = self
    setup.usedSeeds = heldOut.excluded(from: usedSeeds).tasks
    return setup
  }

  /// The seeds without those that overlap with an evaluation set.
  var trainingSeeds: [InstructionTask] {
    Grower.usable(usedSeeds, evaluation, configuration.rules).seeds
  }

  /// What all chance is drawn from.
  var seed: UInt64 { configuration.seed }
  var preset: GrowConfiguration.Preset { configuration.preset }

  /// The file of the seeds.
  var seedsPath: String { seeds.path }

  /// What is doubtful about the seeds, each as a sentence.
  var seedFindings: [String] {
    let resolved = configuration.resolved(for: language, prompts: prompts)
    return SeedLint.findings(
      in: seeds, rules: resolved.rules,
      tokenizer: configuration.preset == .paper ? .reference : .unicode
    ).map(\.description)
  }

  /// Refuses seeds in a language that the model's metadata does not name.
  ///
  /// - Throws: `ProjectError.foreignLanguage` unless any language is accepted.
  func checkLanguage(of choice: ModelChoice) throws {
    // What an endpoint's model speaks is not told.
    guard !acceptsAnyLanguage, case .local(let model) = choice else { return }
    try ProjectLanguage.check(
      language, of: seeds, model: model.name, languages: LocalModel.languages(of: model))
  }

  /// The grower of this setup on its models.
  func grower(_ models: ModelRoles<any LanguageModel>) -> Grower {
    Grower(
      corpus: corpus, seeds: usedSeeds, evaluation: evaluation, models: models,
      configuration: configuration, given: given, prompts: prompts,
      program: SelfInstruct.configuration.version)
  }

  private static func seeds(_ path: String) throws -> SeedFile {
    do {
      return try SeedFile.read(path)
    } catch StorageError.missing {
      throw ProjectError.missingSeeds(path: path)
    }
  }
}
