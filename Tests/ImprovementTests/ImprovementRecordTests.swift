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

  private func manifest(_ corpus: CorpusDirectory, round: Int) throws {
    let fields: JSONValue = [
      "format": 1, "round": .int(round), "status": "complete", "target": 1, "tasks": 1,
      "program": "1", "model": [:], "configuration": [:], "prompts": "", "seeds": "",
      "funnel": try JSONValue(encoding: Funnel()), "promptTokens": 0, "tokens": 0, "seconds": [],
      "totalSeconds": 0, "invocations": 1, "started": "", "updated": "",
    ]
    try OpenFile.makeFolder(corpus.roundsPath)
    try AtomicFile.write(fields.encodedPretty(), to: corpus.manifestPath(ofRound: round))
  }

  @Test func `what was decided is done, also after a kill in between, and only once`() throws {
    let folder = try TemporaryDirectory()
    let (corpus, models) = try corpus(folder, runs: 2)
    try manifest(corpus, round: 1)
    let promoted = record(promotes: true, before: nil, run: 1)
    #expect(promoted.before.values == ["heldOutLoss": 2])
    try promoted.write(round: 1, of: corpus, models)
    #expect(models.promoted == 1)
    let path = corpus.manifestPath(ofRound: 1)
    var manifest = try #require(RoundManifest.read(path))
    var written = try #require(manifest.improvementRecord)
    #expect(written.isSettled == true)
    // Somebody has taken another one since, or none.
    try models.promote(2)
    try ImprovementRecord.settleLast(of: corpus, models)
    #expect(models.promoted == 2)
    try FileManager.default.removeItem(atPath: models.promotedPath)
    try ImprovementRecord.settleLast(of: corpus, models)
    #expect(models.promoted == nil)
    // Killed before it was done.
    written.isSettled = nil
    #expect(written == promoted)
    manifest.improvement = try JSONValue(encoding: written)
    try manifest.write(to: path)
    try ImprovementRecord.settleLast(of: corpus, models)
    #expect(models.promoted == 1)
    #expect(RoundManifest.read(path)?.improvementRecord?.isSettled == true)
  }

  @Test func `weights of old models go, but never those of the current one`() throws {
    let folder = try TemporaryDirectory()
    let (corpus, models) = try corpus(folder, runs: 5)
    try manifest(corpus, round: 1)
    try models.promote(1)
    try record(promotes: false, before: 1, run: 5).write(round: 1, of: corpus, models)
    let left = models.runs.filter { OpenFile.isFolder(models.run($0).finalPath) }
    #expect(left == [1, 4, 5])
    #expect(models.runs == [1, 2, 3, 4, 5])
  }

  @Test func `records of fewer metrics are read, those of another form are known as such`() throws {
    let folder = try TemporaryDirectory()
    let (corpus, models) = try corpus(folder, runs: 1)
    try manifest(corpus, round: 1)
    var written = record(promotes: false, before: nil, run: 1)
    written.gate.margins.rougeL = 0.5
    try written.write(round: 1, of: corpus, models)
    let path = corpus.manifestPath(ofRound: 1)
    let whole = try String(contentsOfFile: path, encoding: .utf8)
    let before = whole.replacing(#""repetition": 0.05,"#, with: "")
    try #require(before != whole)
    try AtomicFile.write(before, to: path)
    let old = try #require(RoundManifest.read(path))
    #expect(!old.isDecisionForeign)
    #expect(old.improvementRecord?.gate.margins == written.gate.margins)
    try AtomicFile.write(whole.replacing(#""training""#, with: #""schooling""#), to: path)
    let foreign = try #require(RoundManifest.read(path))
    #expect(foreign.isDecisionForeign)
    #expect(foreign.improvementRecord == nil)
    #expect(throws: EvaluationError.record(path: path)) {
      try ImprovementRecord.requireReadable(ofRound: 1, of: corpus)
    }
    // A damaged one is not one of which nothing was decided.
    try AtomicFile.write(String(whole.prefix(100)), to: path)
    #expect(throws: StorageError.self) {
      try ImprovementRecord.requireReadable(ofRound: 1, of: corpus)
    }
    #expect(RoundManifest.unreadable(of: corpus) == [path])
    try AtomicFile.write(whole, to: path)
    try ImprovementRecord.requireReadable(ofRound: 1, of: corpus)
    try ImprovementRecord.requireReadable(ofRound: 2, of: corpus)
    #expect(RoundManifest.unreadable(of: corpus).isEmpty)
  }
}
