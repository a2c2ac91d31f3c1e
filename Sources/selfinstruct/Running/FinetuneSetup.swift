import Bootstrapping
import Filtering
import Foundation
import Kernels
import LocalModels
import Projects
import Storage
import TaskCorpus
import TensorFiles
import Tokenization
import Training
import Transformer

/// What a model is trained on, read and checked before anything is made.
struct FinetuneSetup {
  let configuration: FinetuneConfiguration
  let base: BaseModel
  let precision: Precision
  /// The folder of the corpus's models.
  let models: ModelsFolder
  private let files: ModelFiles
  private let tasks: [InstructionTask]
  private let replay: [String]
  private let snapshot: RunManifest.Snapshot
  private let round: Int?

  /// - Parameters:
  ///   - corpus: Whose models the result belongs to.
  ///   - round: The round of growing that the run belongs to; nil of a run by itself.
  /// - Throws: The first thing that is wrong with the model.
  init(
    _ source: TrainingSource, _ configuration: FinetuneConfiguration, model: ModelReference,
    of corpus: CorpusDirectory, round: Int? = nil
  ) throws {
    models = ModelsFolder(corpus.path + "/models")
    tasks = source.tasks
    replay = source.replay
    self.round = round
    files = try ModelFiles(model)
    precision = configuration.precision.resolved
    let shape = try files.decoderConfiguration()
    // No text is longer than what the model was made for.
    var resolved = configuration
    resolved.maxLength = min(configuration.maxLength, shape.contextLength)
    resolved.learningRate = configuration.highestRate
    // What is not used makes no other run, nor does the order of names.
    if configuration.method == .full { resolved.lora = LowRankConfiguration() }
    resolved.lora.targets = LowRankConfiguration.Target.allCases.filter(
      resolved.lora.targets.contains)
    self.configuration = resolved
    snapshot = source.snapshot
    base = BaseModel(
      name: model.hubName ?? files.name, published: model.hubName ?? files.publishedBase,
      reference: model == .embedded ? model.name : model.path, fingerprint: try files.fingerprint(),
      license: files.license, tokenizer: files.tokenizer, template: files.template.template,
      hasTemplate: files.template.reason == nil, configuration: shape,
      tokenIDs: try files.tokenIDs(), files: try files.huggingFaceFiles())
    if configuration.template == .chat, !base.hasTemplate, let note = files.template.reason {
      Console.note("note: \(note); turns are written plainly")
    }
  }

  /// Tasks as texts and token ids.
  ///
  /// - Throws: `TrainingError.noEnd`, `.nothingToTrain`; `TokenizationError`.
  func prepare() throws -> (data: PreparedData, report: DataPreparation.Report) {
    try DataPreparation.prepare(
      tasks, replay: replay, configuration, renderer(),
      contextLength: base.configuration.contextLength)
  }

  func renderer() throws -> TaskRenderer {
    let renderer = TaskRenderer(base.tokenizer, template: base.template, isPaper: isPaper)
    guard let renderer else { throw TrainingError.noEnd(model: base.name) }
    return renderer
  }

  /// The run that is asked for, without what only its data tell.
  func manifest() -> RunManifest {
    RunManifest(
      program: SelfInstruct.configuration.version, configuration: configuration,
      base: RunManifest.Base(
        name: base.name, published: base.published, fingerprint: base.fingerprint,
        reference: base.reference,
        license: base.license),
      snapshot: snapshot, precision: precision.rawValue, template: isPaper ? "paper" : "chat",
      round: round, data: DataPreparation.Report())
  }

  /// Reads the weights of the base model.
  func weights() throws -> TrainableWeights {
    try files.trainableWeights(precision: precision, isFrozen: configuration.method == .lora)
  }

  /// The model that an adapter belongs to: the folder it is in, or else a copy of it. What lies among
  /// the corpus's models is copied: it may be removed when it is old.
  func adapterBase(as type: TensorType) -> ModelExport.AdapterBase {
    if let path = baseFolder { return .folder(path) }
    return .written { try ModelConversion.write(files, asDirectory: type, to: $0) }
  }

  /// Bytes of the copy of the base model that the result needs; 0 for none.
  func copiedBytes(as type: TensorType) -> Int {
    guard configuration.method == .lora, baseFolder == nil else { return 0 }
    return WeightFiles.byteCount(ParameterLayout(of: base.configuration).table, as: type)
  }

  private var baseFolder: String? {
    guard let path = files.wholeDirectory else { return nil }
    func real(_ path: String) -> String {
      URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }
    return (real(path) + "/").hasPrefix(real(models.path) + "/") ? nil : real(path)
  }

  private var isPaper: Bool { configuration.template.isPaper(hasTemplate: base.hasTemplate) }
}
