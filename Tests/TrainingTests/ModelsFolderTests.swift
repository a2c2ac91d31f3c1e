import Foundation
import Storage
import TestSupport
import Testing
import Training

@Suite struct ModelsFolderTests {
  private func manifest(
    _ change: (inout RunManifest) -> Void = { _ in }
  ) -> RunManifest {
    var manifest = RunManifest(
      program: "1", configuration: FinetuneConfiguration(),
      base: RunManifest.Base(
        name: "tiny", published: nil, fingerprint: "f0", reference: "a/tiny.gguf", license: "mit"),
      snapshot: RunManifest.Snapshot(
        source: "generated/main", ledgerBytes: 100, hash: "h0", tasks: "t0"),
      precision: "f32", template: "chat", data: DataPreparation.Report())
    change(&manifest)
    return manifest
  }

  private func finished(_ manifest: RunManifest, before: Double? = 2, after: Double? = 1)
    -> RunManifest
  {
    var manifest = manifest
    manifest.result = RunManifest.Result(
      steps: 3, tokens: 100, seconds: 2, skippedNotFinite: 0, skippedOutliers: 0,
      heldOutLossBefore: before,
      heldOutLoss: after, bestStep: 3, endedEarly: false, fingerprint: "r0")
    return manifest
  }

  @discardableResult
  private func make(
    _ number: Int, _ manifest: RunManifest, in models: ModelsFolder
  ) throws -> RunFolder {
    let folder = models.run(number)
    try OpenFile.makeFolder(folder.path)
    try manifest.write(to: folder)
    return folder
  }

  @Test func `an unfinished run that is the same goes on, another takes the next number`() throws {
    let directory = try TemporaryDirectory()
    let models = ModelsFolder(directory.path)
    #expect(try models.place(of: manifest(), .new) == .new(models.run(1)))
    let first = try make(1, manifest(), in: models)
    #expect(first.path.hasSuffix("/0001"))
    #expect(try models.place(of: manifest(), .new) == .resumed(first))
    // Where files are and which version wrote them makes no difference.
    let moved = manifest {
      $0.program = "2"
      $0.base.reference = "b/tiny.gguf"
      $0.snapshot.source = "./generated/main"
    }
    #expect(try models.place(of: moved, .same) == .resumed(first))
    let other = manifest { $0.configuration.epochs = 9 }
    #expect(try models.place(of: other, .new) == .new(models.run(2)))
    let error = #expect(throws: TrainingError.self) {
      try models.place(of: other, .same)
    }
    let said = error.map { "\($0)".replacing(directory.path + "/", with: "") }
    #expect(
      said
        == "0001: holds another run: configuration.epochs: 3, and now 9; expected the same one\n"
        + "  help: name another folder with --output, or leave out --resume")
    try make(1, finished(manifest()), in: models)
    #expect(try models.place(of: manifest(), .new) == .new(models.run(2)))
    #expect(try models.place(of: manifest(), .same) == .finished(first))
  }

  @Test func `a ledger that grew is another run`() throws {
    let directory = try TemporaryDirectory()
    let models = ModelsFolder(directory.path)
    try make(1, manifest(), in: models)
    let grown = manifest { ($0.snapshot.ledgerBytes, $0.snapshot.hash) = (200, "h1") }
    #expect(try models.place(of: grown, .new) == .new(models.run(2)))
    #expect(throws: TrainingError.self) { try models.place(of: grown, .same) }
  }

  @Test func `a folder of one's own holds one run`() throws {
    let directory = try TemporaryDirectory()
    let folder = RunFolder(directory.path(of: "mine"))
    #expect(try ModelsFolder.place(in: folder, of: manifest(), .new) == .new(folder))
    #expect(throws: TrainingError.self) {
      try ModelsFolder.place(in: folder, of: manifest(), .same)
    }
    try OpenFile.makeFolder(folder.path)
    try directory.write("mine", to: "mine/data/rows.jsonl")
    #expect(throws: TrainingError.self) {
      try ModelsFolder.place(in: folder, of: manifest(), .new)
    }
    #expect(RunFolder(directory.path).freeBytes ?? 0 > 0)
    try manifest().write(to: folder)
    #expect(
      try ModelsFolder.place(in: folder, of: manifest(), .new) == .resumed(folder))
    let other = manifest { $0.configuration.lambda = 0.5 }
    #expect(throws: TrainingError.self) {
      try ModelsFolder.place(in: folder, of: other, .new)
    }
  }

  @Test func `of those before the current model two keep their weights, all what is known of them`()
    throws
  {
    let directory = try TemporaryDirectory()
    let models = ModelsFolder(directory.path)
    for number in 1...5 {
      let folder = try make(number, finished(manifest()), in: models)
      try OpenFile.makeFolder(folder.finalPath)
      // As a run that was killed after its last write leaves them.
      try OpenFile.makeFolder(folder.checkpointPath(ofStep: 2))
      try OpenFile.makeFolder(folder.path + "/.checkpoint-4.partial")
      try models.closeLast()
      #expect(folder.checkpoints.isEmpty)
      #expect(!OpenFile.isFolder(folder.path + "/.checkpoint-4.partial"))
      #expect(models.promoted == number)
    }
    #expect(models.runs == [1, 2, 3, 4, 5])
    let kept = models.runs.filter { OpenFile.isFolder(models.run($0).finalPath) }
    #expect(kept == [3, 4, 5])
    #expect(try directory.text(of: "promoted") == "0005\n")
    // One that is no better stays, and is not the current one.
    try make(6, finished(manifest(), before: 1, after: 2), in: models)
    try models.closeLast()
    #expect(models.promoted == 5)
  }

  @Test func `a model is better that does better on what is held out`() {
    #expect(finished(manifest()).result?.isBetter == true)
    #expect(finished(manifest(), before: 1, after: 1).result?.isBetter == false)
    #expect(finished(manifest(), before: nil, after: nil).result?.isBetter == true)
    // No evaluation after a step was finite.
    #expect(finished(manifest(), before: 1, after: nil).result?.isBetter == false)
  }

  @Test func `a manifest is read back, and what is none is named`() throws {
    let directory = try TemporaryDirectory()
    let folder = RunFolder(directory.path)
    try finished(manifest()).write(to: folder)
    #expect(try RunManifest(reading: folder) == finished(manifest()))
    try directory.write("{\"format\": 1}", to: "run.json")
    let error = #expect(throws: StorageError.self) { try RunManifest(reading: folder) }
    let said = error.map { "\($0)" } ?? ""
    #expect(said.hasPrefix(directory.path + "/run.json: "), "\(said)")
    #expect(wordingComplaint(said) == nil)
  }

  @Test func `a run of a round waits for the gate, however well it did`() throws {
    let directory = try TemporaryDirectory()
    let models = ModelsFolder(directory.path)
    let folder = try make(1, finished(manifest { $0.round = 1 }), in: models)
    try OpenFile.makeFolder(folder.bestPath)
    try OpenFile.makeFolder(folder.finalPath)
    try models.closeLast()
    #expect(models.promoted == nil && !OpenFile.isFolder(folder.bestPath))
    // Killed before the decision, it is found again.
    #expect(try models.place(of: manifest { $0.round = 1 }, .once) == .finished(folder))
    #expect(try models.place(of: manifest { $0.round = 2 }, .once) == .new(models.run(2)))
    #expect(try models.place(of: manifest { $0.round = 1 }, .new) == .new(models.run(2)))
    try models.promote(1)
    #expect(models.promoted == 1)
    // A run by itself takes no place that a gate gave, and hides no run of a round.
    try make(2, finished(manifest()), in: models)
    try models.closeLast()
    #expect(models.promoted == 1)
    #expect(try models.place(of: manifest { $0.round = 1 }, .once) == .finished(folder))
  }

  @Test func `a folder without a manifest keeps its number, and odd names count for nothing`()
    throws
  {
    let directory = try TemporaryDirectory()
    let models = ModelsFolder(directory.path)
    try OpenFile.makeFolder(models.run(3).finalPath)
    try OpenFile.makeFolder(directory.path(of: "9223372036854775807"))
    try OpenFile.makeFolder(directory.path(of: "-5"))
    #expect(try models.place(of: manifest(), .new) == .new(models.run(4)))
    #expect(try models.current() == nil)
    try models.promote(3)
    #expect(try models.current() == 3)
    for text in ["", "garbage", "9999", "-3", "99999999999999999999"] {
      try directory.write(text, to: "promoted")
      #expect(throws: StorageError.self) { try models.current() }
    }
  }
}
