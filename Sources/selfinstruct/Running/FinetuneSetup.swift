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

  /// - Throws: The first thing that is wrong with corpus, seeds, rows or model.
  init(
    _ options: TrainingDataOptions, _ configuration: FinetuneConfiguration,
    model: ModelReference, in project: Project
  ) throws {
    let corpus = options.corpus.directory(in: project)
    models = ModelsFolder(corpus.path + "/models")
    let source = try TrainingSource(options, usesSeeds: configuration.seeds, corpus, in: project)
    tasks = source.tasks
    replay = try options.lmCorpus.map(ReplayFile.texts) ?? []
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
    snapshot = try source.snapshot(replay: replay)
    base = BaseModel(
      name: model.hubName ?? files.name, published: model.hubName ?? files.publishedBase,
      reference: model == .embedded ? model.name : model.path, fingerprint: try files.fingerprint(),
      license: files.license, tokenizer: files.tokenizer, template: files.template.template,
      hasTemplate: files.template.reason == nil, configuration: shape,
      tokenIDs: try files.tokenIDs(), files: try files.huggingFaceFiles())
    if options.lmCorpus != nil, configuration.lambda == 0 {
      Console.note(
        "warning: --lm-corpus: is measured but not learnt from; expected --lambda above 0")
    }
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
      data: DataPreparation.Report())
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

  private var isPaper: Bool {
    switch configuration.template {
    case .automatic: !base.hasTemplate
    case .chat: false
    case .paper: true
    }
  }
}

/// The tasks of a corpus with its seeds, or the rows of a file.
private struct TrainingSource {
  let tasks: [InstructionTask]
  private let name: String
  private let ledgerBytes: Int?
  private let hash: String

  init(
    _ options: TrainingDataOptions, usesSeeds: Bool, _ corpus: CorpusDirectory,
    in project: Project
  ) throws {
    if let path = options.data {
      tasks = try SeedFile.read(path).tasks
      (name, ledgerBytes) = (path, nil)
      hash = try ContentHash.hex(ofFile: path)
      return
    }
    let grown = try CorpusTasks(of: corpus)
    let seeds = usesSeeds ? try Self.seeds(options, corpus, in: project) : []
    tasks = seeds + grown.tasks
    (name, ledgerBytes, hash) = (corpus.path, grown.ledgerBytes, grown.ledgerHash)
  }

  /// The seeds that overlap with no evaluation set: what a model is tested with it never learns.
  private static func seeds(
    _ options: TrainingDataOptions, _ corpus: CorpusDirectory, in project: Project
  ) throws -> [InstructionTask] {
    let path = project.seedTasks(options.seedTasks)
    let seeds: SeedFile
    do {
      seeds = try SeedFile.read(path)
    } catch StorageError.missing {
      throw ProjectError.missingSeeds(path: path)
    }
    let filter = try FilterSetup(corpus: corpus, prompts: nil, nil, in: project)
    return Grower.usable(
      seeds.tasks, try filter.evaluation(in: project), filter.configuration.rules
    ).seeds
  }

  func snapshot(replay: [String]) throws -> RunManifest.Snapshot {
    let rows = tasks.map { $0.json.encodedLine() + "\n" }.joined()
    return RunManifest.Snapshot(
      source: name, ledgerBytes: ledgerBytes, hash: hash,
      tasks: ContentHash.hex(of: Array(rows.utf8)),
      replay: replay.isEmpty
        ? nil : ContentHash.hex(of: Array(replay.joined(separator: "\u{0}").utf8)))
  }
}

/// A file of texts that are only read: JSON rows with a field `text`, or plain text.
private enum ReplayFile {
  static func texts(_ path: String) throws -> [String] {
    let bytes = try JSONDocument.bytes(of: path)
    let first = bytes.first { $0 > 0x20 }
    guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
      guard let text = String(validating: bytes, as: UTF8.self), first != nil else {
        throw StorageError.malformedFile(
          path: path, is: first == nil ? "is empty" : "is no UTF-8", expected: "text")
      }
      return [text]
    }
    var texts: [String] = []
    try JSONRows.forEach(in: path) { row, _ throws(JSONProblem) in
      guard let text = row["text"]?.string, !text.isEmpty else {
        throw JSONProblem(
          found: "'text' is \(row["text"]?.kind ?? "missing")", expected: "a text that is not empty"
        )
      }
      texts.append(text)
    }
    return texts
  }
}
