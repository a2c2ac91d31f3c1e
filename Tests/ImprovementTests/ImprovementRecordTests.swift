import Bootstrapping
import Evaluation
import Foundation
import Improvement
import Storage
import TaskCorpus
import TestSupport
import Testing
import Training

@Suite struct ImprovementRecordTests {
  private func record(promotes: Bool, before: Int?, run: Int) -> ImprovementRecord {
    let manifest = RunManifest(
      program: "1", configuration: FinetuneConfiguration(),
      base: RunManifest.Base(
        name: "tiny", published: nil, fingerprint: "f", reference: "t.gguf", license: nil),
      snapshot: RunManifest.Snapshot(source: "c", hash: "h", tasks: "t"), precision: "f32",
      template: "chat", round: 1, data: DataPreparation.Report())
    var evaluation = ModelEvaluation(name: "a", fingerprint: "fa")
    evaluation[.heldOutLoss] = MetricSample(units: [.init(id: "1", sum: 4, count: 2)])
    return ImprovementRecord(
      training: ImprovementRecord.Training(manifest, run: run, seeds: 3, excluded: 1),
      heldOut: ImprovementRecord.HeldOut(HeldOutTasks([], source: "test")),
      gate: GateConfiguration(), before: ImprovementRecord.Model(evaluation, number: before),
      after: ImprovementRecord.Model(evaluation, number: run),
      decision: Gate.Decision(isPromoted: promotes, reason: "since", comparisons: []))
  }

  /// A corpus with a round's manifest, and runs that have a result.
  private func corpus(_ folder: TemporaryDirectory, runs: Int) throws -> (
    CorpusDirectory, ModelsFolder
  ) {
    let corpus = CorpusDirectory(folder.path)
    let models = ModelsFolder(folder.path(of: "models"))
    for run in 1...runs {
      try folder.write("{}", to: "models/000\(run)/run.json")
      try folder.write("weights", to: "models/000\(run)/final/model.safetensors")
    }
    return (corpus, models)
  }

  @Test func `a record survives its manifest, and what was decided is done once`() throws {
    let folder = try TemporaryDirectory()
    let (_, models) = try corpus(folder, runs: 2)
    let promoted = record(promotes: true, before: nil, run: 1)
    #expect(try JSONValue(encoding: promoted).decoded(as: ImprovementRecord.self) == promoted)
    #expect(promoted.before.values == ["heldOutLoss": 2])
    try promoted.settle(models)
    #expect(models.promoted == 1)
    try promoted.settle(models)
    #expect(models.promoted == 1)
    // Somebody has promoted another one since.
    try models.promote(2)
    try promoted.settle(models)
    #expect(models.promoted == 2)
    try record(promotes: false, before: 2, run: 1).settle(models)
    #expect(models.promoted == 2)
  }

  @Test func `weights of old models go, but never those of the current one`() throws {
    let folder = try TemporaryDirectory()
    let (_, models) = try corpus(folder, runs: 5)
    try models.promote(1)
    try record(promotes: false, before: 1, run: 5).settle(models)
    let left = models.runs.filter { OpenFile.isFolder(models.run($0).finalPath) }
    #expect(left == [1, 4, 5])
    #expect(models.runs == [1, 2, 3, 4, 5])
  }
}
