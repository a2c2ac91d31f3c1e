import Bootstrapping
import Evaluation
import Foundation
import Improvement
import Kernels
import LanguageModels
import LocalModels
import Prompts
import Randomness
import Storage
import TaskCorpus
import TensorFiles
import TestSupport
import Training

/// A tiny model that has learnt to answer a few kinds of questions, and rounds that train it further.
struct TinyStudent {
  let folder: TemporaryDirectory
  let reference: ModelReference

  private static let untrained = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .appending(components: "TransformerTests", "Fixtures", "tiny-tied.gguf")
    .path(percentEncoded: false)

  /// Begins with noise and learns the first of the tasks.
  init() throws {
    folder = try TemporaryDirectory()
    reference = try Self.trained(
      .gguf(path: Self.untrained), on: Self.tasks(0..<240), to: folder.path(of: "0000"))
  }

  private init(_ folder: TemporaryDirectory, _ reference: ModelReference) {
    self.folder = folder
    self.reference = reference
  }

  /// Trains it further.
  func trained(
    on tasks: [InstructionTask], as name: String,
    _ change: (inout FinetuneConfiguration) -> Void = { _ in }
  ) throws -> TinyStudent {
    TinyStudent(
      folder, try Self.trained(reference, on: tasks, to: folder.path(of: name), change))
  }

  private static func trained(
    _ reference: ModelReference, on tasks: [InstructionTask], to path: String,
    _ change: (inout FinetuneConfiguration) -> Void = { _ in }
  ) throws -> ModelReference {
    var configuration = FinetuneConfiguration()
    configuration.epochs = 2
    configuration.learningRate = 5e-3
    configuration.heldOut = 0
    configuration.outlierDeviations = 0
    configuration.precision = .f32
    change(&configuration)
    let files = try ModelFiles(reference)
    let base = try base(files, reference)
    guard let renderer = TaskRenderer(base.tokenizer, template: base.template) else {
      throw TrainingError.noEnd(model: base.name)
    }
    let (data, report) = try DataPreparation.prepare(
      tasks, configuration, renderer, contextLength: base.configuration.contextLength)
    let folder = RunFolder(path)
    try OpenFile.makeFolder(folder.path)
    let finetuner = try Finetuner(
      folder, configuration, data, files.trainableWeights(precision: .f32), threads: 2,
      report: { _ in })
    _ = try finetuner.run(shouldStop: { false })
    var manifest = RunManifest(
      program: "test", configuration: configuration,
      base: RunManifest.Base(
        name: base.name, published: nil, fingerprint: base.fingerprint, reference: base.reference,
        license: nil),
      snapshot: RunManifest.Snapshot(source: "test", hash: "", tasks: ""), precision: "f32",
      template: "chat", data: report)
    try ModelExport.write(
      finetuner, of: base, .folder(folder.path), as: .f32, to: folder, &manifest)
    return .directory(path: folder.finalPath)
  }

  private static func base(
    _ files: ModelFiles, _ reference: ModelReference
  ) throws -> BaseModel {
    BaseModel(
      name: files.name, published: nil, reference: reference.path,
      fingerprint: try files.fingerprint(), license: nil, tokenizer: files.tokenizer,
      template: files.template.template, hasTemplate: files.template.reason == nil,
      configuration: try files.decoderConfiguration(), tokenIDs: try files.tokenIDs(),
      files: try files.huggingFaceFiles())
  }

  // MARK: Tasks

  private static let answers = [
    "the sun is hot", "rain falls down", "a cat sees all", "no one ran home", "trees are tall",
    "it is ten past two",
  ]
  private static let questions = [
    "Tell of the sun", "Say how rain goes", "Name what a cat does", "Ask who ran", "See the trees",
    "Find the time",
  ]
  private static let words = ["red", "old", "new", "far", "low", "big", "sad", "dry", "hot", "raw"]

  /// Tasks by their numbers: six kinds of questions with one answer each, and one that is answered with
  /// one of two labels.
  static func tasks(_ numbers: Range<Int>) -> [InstructionTask] {
    numbers.map { number in
      let word = words[number / 7 % 10] + words[number * 3 % 10]
      guard number % 7 == 6 else {
        let kind = number % 7
        return InstructionTask(
          id: "t\(number)", instruction: "\(questions[kind]) \(word) \(number).",
          instances: [TaskInstance(input: "", output: answers[kind])], isClassification: false)
      }
      return InstructionTask(
        id: "t\(number)", instruction: "Up or down \(number)?",
        instances: [
          TaskInstance(input: "sky \(word)", output: "up"),
          TaskInstance(input: "pit \(word)", output: "down"),
        ], isClassification: true)
    }
  }

  // MARK: Rounds that do harm

  /// Each answer at a task of another kind.
  static func shuffled(_ tasks: [InstructionTask]) -> [InstructionTask] {
    tasks.enumerated().map { place, task in
      var task = task
      for instance in task.instances.indices {
        task.instances[instance].output = tasks[(place + 3) % tasks.count].instances[0].output
      }
      return task
    }
  }

  /// Three in ten answers go round.
  static func looping(_ tasks: [InstructionTask]) -> [InstructionTask] {
    tasks.enumerated().map { place, task in
      guard [0, 3, 7].contains(place % 10) else { return task }
      var task = task
      for instance in task.instances.indices {
        let words = task.instances[instance].output.prefix(5)
        task.instances[instance].output = String(repeating: words + " ", count: 8)
      }
      return task
    }
  }

  /// As many tasks, all near copies of the first.
  static func copies(_ tasks: [InstructionTask]) -> [InstructionTask] {
    tasks.enumerated().map { place, task in
      InstructionTask(
        id: task.id, instruction: "\(tasks[0].instruction) \(place)", instances: tasks[0].instances)
    }
  }

  // MARK: The gate

  /// What the gate says of it in the place of another model.
  func decision(against other: TinyStudent) async throws -> Gate.Decision {
    let examination = try examination()
    let engine = EngineConfiguration(
      threads: 2, concurrency: 16, kvMemory: ByteCount(64 << 20), precision: .f32)
    func evaluate(_ student: TinyStudent) async throws -> ModelEvaluation {
      try await examination.evaluate(
        student.reference, engine, cache: folder.path(of: "cache"), report: { _ in })
    }
    return try examination.decide(from: await evaluate(other), to: await evaluate(self))
  }

  func examination() throws -> Examination {
    var gate = GateConfiguration()
    gate.instructions = 20
    gate.maxNewTokens = 24
    gate.resamples = 2000
    let (corpus, prompts) = (CorpusDirectory(folder.path(of: "corpus")), try PromptSet.builtIn())
    let seeds = Self.tasks(0..<14)
    return Examination(
      heldOut: HeldOutTasks(Self.tasks(1000..<1140), source: "test"),
      // It knows no general text that it could forget.
      generalTexts: [],
      gate, template: .chat, seed: 7,
      grower: {
        Grower(
          corpus: corpus, seeds: seeds, models: ModelRoles($0),
          configuration: GrowConfiguration(.standard), prompts: prompts)
      })
  }
}
