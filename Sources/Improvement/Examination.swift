import Bootstrapping
import Evaluation
import Foundation
import LanguageModels
import LocalModels
import Randomness
import Storage
import TaskCorpus
import Training

/// What models are measured with: the same tasks, texts and prompts for each.
package struct Examination: Sendable {
  package let heldOut: HeldOutTasks
  /// What a model should go on knowing; none where that is not measured.
  package let generalTexts: [String]
  package let configuration: GateConfiguration
  /// How tasks are written as texts, as they were for training.
  package let template: FinetuneConfiguration.Template
  /// What chance is drawn from.
  package let seed: UInt64
  /// A grower whose instructions a model writes.
  private let grower: @Sendable (any LanguageModel) -> Grower

  package init(
    heldOut: HeldOutTasks, generalTexts: [String], _ configuration: GateConfiguration,
    template: FinetuneConfiguration.Template, seed: UInt64,
    grower: @escaping @Sendable (any LanguageModel) -> Grower
  ) {
    self.heldOut = heldOut
    self.generalTexts = generalTexts
    self.configuration = configuration
    self.template = template
    self.seed = seed
    self.grower = grower
  }

  /// Measures a model, or reads what was measured of it before.
  ///
  /// - Parameters:
  ///   - cache: The folder of earlier evaluations, known by what they are of.
  ///   - report: Is told what is being measured.
  /// - Throws: What the model fails with, `StorageError` for files, `CancellationError`.
  package func evaluate(
    _ reference: ModelReference, _ engine: EngineConfiguration, cache: String,
    report: @Sendable (String) -> Void
  ) async throws -> ModelEvaluation {
    let files = try ModelFiles(reference)
    let fingerprint = try files.fingerprint()
    let key = try hash(of: fingerprint, files, engine)
    let path = "\(cache)/\(key.prefix(32)).json"
    if let known: ModelEvaluation = try? JSONDocument.read(path).decoded(),
      known.fingerprint == fingerprint, known[.heldOutLoss] != nil,
      known.measurements.values.allSatisfy(\.isSound)
    {
      return known
    }
    func measure(_ part: String) { report("measuring \(reference.name): \(part)") }
    measure("losses and labels of \(heldOut.tasks.count) held-out tasks")
    let model = try LocalModel.load(from: reference, configuration: engine)
    let isPaper = template.isPaper(hasTemplate: files.template.reason == nil)
    let examined = ExaminedModel(
      model, try Self.renderer(of: files, isPaper: isPaper), isPaper: isPaper, configuration)
    var evaluation = ModelEvaluation(name: reference.name, fingerprint: fingerprint)
    evaluation[.heldOutLoss] = try await examined.loss(of: heldOut.tasks)
    evaluation[.exactMatch] = try await examined.exactMatch(of: heldOut.tasks)
    measure("its answers to them")
    let answered = try await examined.answers(to: heldOut.tasks)
    (evaluation[.rougeL], evaluation[.repetition]) = (answered.rougeL, answered.repetition)
    evaluation.answers = answered.answers
    measure("losses of \(generalTexts.count) passages")
    evaluation[.generalLoss] = try await examined.loss(ofTexts: generalTexts)
    measure("\(configuration.instructions) instructions that it writes")
    do {
      let written = try await written(by: model)
      evaluation[.acceptance] = written.acceptance
      evaluation[.rootVerbs] = written.rootVerbs
      evaluation[.verbNounPairs] = written.verbNounPairs
      evaluation[.nearest] = written.nearest
      evaluation[.lengthSpread] = written.lengthSpread
    } catch LocalModelError.promptTooLong {
      measure("nothing that it writes, as prompts are too long for it")
    }
    try Task.checkCancellation()
    try OpenFile.makeFolder(cache)
    try AtomicFile.write(try JSONValue(encoding: evaluation).encodedLine() + "\n", to: path)
    return evaluation
  }

  /// Decides between two models.
  package func decide(
    from before: ModelEvaluation, to after: ModelEvaluation
  ) throws(EvaluationError) -> Gate.Decision {
    try Gate.decide(
      from: before, to: after, configuration, drawnFrom: RandomStream(seed: seed).stream("gate"))
  }

  private static func renderer(of files: ModelFiles, isPaper: Bool) throws -> TaskRenderer {
    let renderer = TaskRenderer(
      files.tokenizer, template: files.template.template, isPaper: isPaper)
    guard let renderer else { throw TrainingError.noEnd(model: files.name) }
    return renderer
  }

  private func written(by model: LocalModel) async throws -> WrittenInstructions {
    let grower = grower(model)
    // A list comes to eight at most.
    let isList = grower.configuration.instructions.method == .list
    let count = isList ? max(10, configuration.instructions / 8) : configuration.instructions
    let found = try await WritingSample.write(grower, requests: count)
    return WrittenInstructions(
      found.map {
        WrittenInstructions.Instruction(
          prompt: $0.request, text: $0.text, isAccepted: $0.isAccepted)
      },
      prompts: count, seeds: grower.seeds.map(\.instruction))
  }

  /// A hash of all that the numbers depend on.
  private func hash(
    of fingerprint: String, _ files: ModelFiles, _ engine: EngineConfiguration
  ) throws -> String {
    let more = try files.huggingFaceFiles().sorted { $0.key < $1.key }
    let grower = grower(
      UnaskedModel(
        capabilities: .everything,
        identity: ModelIdentity(name: "", fingerprint: "", precision: "")))
    let parts: [JSONValue] = [
      "evaluation 1", .string(fingerprint), .string(engine.precision.resolved.rawValue),
      .string(heldOut.hash), .array(generalTexts.map(JSONValue.string)),
      try JSONValue(encoding: configuration), .string(template.rawValue),
      try JSONValue(encoding: grower.configuration), .string(grower.prompts.hash),
      .array(grower.seeds.map(\.json)), .string(grower.evaluation?.hash ?? ""),
      .array(more.map { .string($0.key + " " + ContentHash.hex(of: $0.value)) }),
    ]
    return ContentHash.hex(of: Array(JSONValue.array(parts).encodedLine().utf8))
  }
}
