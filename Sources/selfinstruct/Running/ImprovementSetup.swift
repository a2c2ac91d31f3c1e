import Bootstrapping
import Evaluation
import Foundation
import Improvement
import LanguageModels
import LocalModels
import Projects
import Randomness
import Storage
import TaskCorpus
import Training

/// What rounds that train are made with, read and checked before anything is asked.
struct ImprovementSetup: Sendable {
  /// What grows, without what is held out.
  let grow: GrowSetup
  let student: ModelReference
  /// Whether the promoted model makes up tasks.
  let generatesByPromoted: Bool
  /// Whether the promoted model is trained further.
  let continues: Bool
  let finetune: FinetuneConfiguration
  let engine: EngineConfiguration
  let examination: Examination
  let replay: [String]
  /// What the ledger held when this was read.
  let outline: LedgerOutline

  var corpus: CorpusDirectory { grow.corpus }
  var models: ModelsFolder { ModelsFolder(corpus.path + "/models") }

  /// - Parameters:
  ///   - training: Settings of training that flags give, by their keys.
  ///   - author: Who writes.
  /// - Throws: The first thing that is wrong with held-out tasks, texts, settings or the student.
  init(
    _ options: ImprovementOptions, training: [String: JSONValue], _ grow: GrowSetup,
    author: ModelChoice, engine: EngineConfiguration, in project: Project
  ) throws {
    let gate = try project.file.gateConfiguration()
    let heldOut = try Self.heldOut(options, gate, grow, in: project)
    try heldOut.require(gate.minimumTasks)
    outline = try LedgerOutline(of: grow.corpus)
    try heldOut.requireUnseen(by: grow.corpus, outline)
    let grow = grow.holdingOut(heldOut)
    self.grow = grow
    student = try options.student(author, in: project)
    generatesByPromoted = options.generatesByPromoted(author, student, in: project)
    continues = options.continues
    finetune = try Self.finetune(training, student, grow, engine, in: project)
    self.engine = engine
    replay = try options.lmCorpus.map(TextFile.texts) ?? []
    if !replay.isEmpty { TrainingDataOptions.warnOfReplay(finetune) }
    let general = options.generalText ?? project.file.text("generalText").map(project.path)
    let texts =
      try general.map { try GeneralTexts.passages(of: TextFile.texts($0)) }
      ?? GeneralTexts.builtIn(for: grow.language.code)
    if let general { try GeneralTexts.require(texts, of: general, notIn: replay) }
    try heldOut.require(gate.primary, hasTexts: !texts.isEmpty)
    if texts.isEmpty {
      Console.note(
        "note: forgetting is not measured; name texts in '\(grow.language.code)' with --general-text"
      )
    }
    examination = Examination(
      heldOut: heldOut, generalTexts: texts, gate, template: finetune.template, seed: grow.seed,
      grower: { grow.grower(ModelRoles($0)) })
  }

  /// Training as flags, or else the project, or else what suits rounds says.
  private static func finetune(
    _ flags: [String: JSONValue], _ student: ModelReference, _ grow: GrowSetup,
    _ engine: EngineConfiguration, in project: Project
  ) throws -> FinetuneConfiguration {
    var settings = flags
    settings["seed"] = JSONValue(seed: grow.seed)
    settings["precision"] = .string(engine.precision.rawValue)
    let given = (project.file.object("finetune") ?? [:]).merging(flags) { $1 }
    // All is trained on again after each round: what one pass leaves a second one finds.
    if given["epochs"] == nil { settings["epochs"] = 1 }
    let isFull = given["method"].map { $0.string == FinetuneConfiguration.Method.full.rawValue }
    // Measured with it; a larger model would lose more than it learns.
    if student == .embedded, isFull ?? true, given["learningRate"] == nil {
      settings["learningRate"] = .double(rateOfEmbedded)
    }
    return try project.file.finetuneConfiguration(flags: settings)
  }

  /// The learning rate at which rounds train the embedded model: the highest of those tried that
  /// lowers the loss of held-out tasks without a guard that objects (generated/README.md).
  private static let rateOfEmbedded = 2e-4

  private static func heldOut(
    _ options: ImprovementOptions, _ gate: GateConfiguration, _ grow: GrowSetup, in project: Project
  ) throws -> HeldOutTasks {
    let beside = URL(fileURLWithPath: grow.seedsPath).deletingLastPathComponent()
      .appendingPathComponent(HeldOutTasks.fileName).path
    let named = options.heldOut ?? project.file.text("heldOutTasks").map(project.path)
    guard let path = named ?? (FileManager.default.fileExists(atPath: beside) ? beside : nil) else {
      let share = Int((100 * gate.heldOutShare).rounded())
      return HeldOutTasks(
        share: gate.heldOutShare, of: grow.usedSeeds, from: RandomStream(seed: grow.seed),
        source: "\(share) % of the seeds")
    }
    return HeldOutTasks(
      try SeedFile.read(path).tasks, source: URL(fileURLWithPath: path).lastPathComponent)
  }

  /// What a round that is closed trains on.
  func source() throws -> TrainingSource {
    try TrainingSource(
      of: corpus, seeds: finetune.seeds ? grow.trainingSeeds : [],
      holdingOut: examination.heldOut, replay: replay)
  }

  /// Sees to it that the current model has never learnt what it is measured by.
  private func requireGated(_ number: Int) throws {
    let path = models.run(number).path
    guard let round = try RunManifest(reading: models.run(number)).round else {
      throw EvaluationError.holder(
        model: path, is: "is of 'finetune', which may have learnt held-out tasks")
    }
    try ImprovementRecord.requireReadable(ofRound: round, of: corpus)
    let record = RoundManifest.read(corpus.manifestPath(ofRound: round))?.improvementRecord
    guard record?.heldOut.hash == examination.heldOut.hash else {
      throw EvaluationError.holder(
        model: path, is: "was trained when other tasks were held out, and may have learnt these")
    }
  }

  /// The models of a round: the current one writes where it is meant to.
  func writers(_ choices: ModelRoles<ModelChoice>) throws -> ModelRoles<ModelChoice> {
    guard generatesByPromoted, try models.current() != nil else { return choices }
    return ModelRoles(
      .local(try current().model), answerer: choices.answerer, judge: choices.judge)
  }

  /// What the next round does besides growing, in words.
  var plan: String {
    let begun = continues ? "the current model" : student.name
    return
      "after each round \(begun) is trained on all tasks and \(grow.trainingSeeds.count) seeds in "
      + "\(finetune.epochs) pass\(finetune.epochs == 1 ? "" : "es"), and two models are measured by "
      + "\(examination.heldOut.tasks.count) held-out tasks (\(examination.heldOut.source)), "
      + "\(examination.configuration.instructions) instructions and "
      + "\(examination.generalTexts.count) passages; the forecast does not count that"
  }

  /// The model that holds the place which another one may take.
  func current() throws -> (number: Int?, model: ModelReference) {
    guard let number = try models.current() else { return (nil, student) }
    try requireGated(number)
    return (number, try ModelReference(models.run(number).finalPath, namedBy: models.promotedPath))
  }
}

extension JSONValue {
  /// A seed, however large.
  init(seed: UInt64) {
    self = Int(exactly: seed).map(JSONValue.int) ?? .largeInteger(String(seed))
  }
}
