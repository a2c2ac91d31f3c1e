import Foundation
import Reporting
import Storage
import TestSupport
import Testing
import Training

@Suite struct ModelLineageTests {
  private func models(
    _ runs: [(parent: String, license: String?, fingerprint: String?)]
  ) throws -> (TemporaryDirectory, ModelLineage) {
    let folder = try TemporaryDirectory()
    let models = ModelsFolder(folder.path)
    for (number, run) in runs.enumerated() {
      var manifest = RunManifest(
        program: "1", configuration: FinetuneConfiguration(),
        base: RunManifest.Base(
          name: "m", published: nil, fingerprint: run.parent, reference: "m", license: run.license),
        snapshot: RunManifest.Snapshot(source: "c", hash: "h", tasks: "t"), precision: "f32",
        template: "chat", data: DataPreparation.Report())
      manifest.result = run.fingerprint.map {
        RunManifest.Result(
          steps: 1, tokens: 1, seconds: 1, skippedNotFinite: 0, skippedOutliers: 0,
          heldOutLossBefore: nil, heldOutLoss: nil, bestStep: 1, endedEarly: false, fingerprint: $0)
      }
      try OpenFile.makeFolder(models.run(number + 1).path)
      try manifest.write(to: models.run(number + 1))
    }
    return (folder, ModelLineage(of: models))
  }

  @Test func `children and their children come from a model, others do not`() throws {
    let (_, lineage) = try models([
      ("base", nil, "a"), ("a", nil, "b"), ("other", nil, "c"), ("base", nil, nil),
    ])
    #expect(lineage.descendants(of: "base") == ["base", "a", "b"])
    #expect(lineage.descendants(of: "c") == ["c"])
  }

  @Test func `a trained model has the licence of the one it comes from, unless told otherwise`()
    throws
  {
    let (_, lineage) = try models([
      ("base", nil, "a"), ("a", nil, "b"), ("other", "mit", "c"), ("unknown", nil, "d"),
      ("base", nil, "e"),
    ])
    let licenses = lineage.inherited(["base": "apache-2.0", "e": "cc0-1.0"])
    #expect(
      licenses == [
        "base": "apache-2.0", "a": "apache-2.0", "b": "apache-2.0", "c": "mit", "e": "cc0-1.0",
      ])
  }
}
