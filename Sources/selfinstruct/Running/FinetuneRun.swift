import Foundation
import Projects
import Storage
import Synchronization
import TensorFiles
import Training

/// Trains a model and says what came of it.
struct FinetuneRun {
  let setup: FinetuneSetup
  let output: String?
  let repetition: ModelsFolder.Repetition
  /// What the result is stored in.
  let type: TensorType
  let threads: Int

  /// Shows what would be trained on.
  func preview() throws {
    let (data, report) = try setup.prepare()
    tell(report, data)
    Console.note("nothing was written")
  }

  /// Trains from the first step or the last checkpoint on, and says what came of it; the first signal
  /// stops in good order.
  ///
  /// - Throws: `EarlyEnd` after a signal; what the parts throw.
  func train(asJSON: Bool) throws {
    let stop = StopFlag()
    let (folder, manifest) = try Interruption.handling(
      stop: { stop.raise() }, duringBlocking: { try train { stop.isRaised } })
    try Console.result(
      asJSON
        ? try FinetuneReport.json(manifest, folder).encodedLine()
        : FinetuneReport.text(manifest, folder))
  }

  /// The same, saying only how far it is.
  ///
  /// - Parameter shouldStop: Asked again and again.
  /// - Returns: The finished run.
  func train(
    until shouldStop: () -> Bool
  ) throws -> (folder: RunFolder, manifest: RunManifest) {
    let asked = setup.manifest()
    // Whether a new model takes the place of the current one hangs on which that is.
    if output == nil { _ = try setup.models.current() }
    // Before anything is made; again behind the lock, when nobody else can change it.
    _ = try place(of: asked)
    let home = output ?? setup.models.path
    try OpenFile.makeFolder(home)
    let lock = try AdvisoryLock(home + "/.lock")
    defer { withExtendedLifetime(lock) {} }
    if output == nil { try setup.models.closeLast() }
    switch try place(of: asked) {
    case .finished(let folder):
      try folder.removeWork()
      Console.note("note: \(folder.path) is finished; nothing is left to do")
      return (folder, try RunManifest(reading: folder))
    case .resumed(let folder):
      return (folder, try train(in: folder, RunManifest(reading: folder), until: shouldStop))
    case .new(let folder): return (folder, try train(in: folder, nil, until: shouldStop))
    }
  }

  private func place(of asked: RunManifest) throws -> ModelsFolder.Place {
    guard let output else { return try setup.models.place(of: asked, repetition) }
    return try ModelsFolder.place(in: RunFolder(output), of: asked, repetition)
  }

  /// - Parameter begun: What a run that goes on was begun with.
  private func train(
    in folder: RunFolder, _ begun: RunManifest?, until shouldStop: () -> Bool
  ) throws -> RunManifest {
    try OpenFile.makeFolder(folder.path)
    // A folder may be named as one of a corpus's runs and by itself.
    let lock = output == nil ? try AdvisoryLock(folder.lockPath) : nil
    defer { withExtendedLifetime(lock) {} }
    var manifest = begun ?? setup.manifest()
    let data = try data(of: folder, &manifest)
    let progress = FinetuneProgress(lambda: setup.configuration.lambda)
    let finetuner = try Finetuner(
      folder, setup.configuration, data, setup.weights(), threads: threads,
      copiedBytes: setup.copiedBytes(as: type), report: progress.receive)
    Console.note(FinetuneReport.opening(folder, setup, finetuner.state, manifest.data, threads))
    try finish(finetuner, steps: data.steps.count, progress, until: shouldStop)
    try ModelExport.write(
      finetuner, of: setup.base, setup.adapterBase(as: type), as: type, to: folder, &manifest)
    try manifest.write(to: folder)
    output == nil ? try setup.models.closeLast() : try folder.removeWork()
    return manifest
  }

  /// The prepared data of a run: those that are there, or else made, the same each time.
  private func data(
    of folder: RunFolder, _ manifest: inout RunManifest
  ) throws -> PreparedData {
    if OpenFile.isFolder(folder.dataPath) {
      let data = try PreparedData(readingFrom: folder.dataPath)
      guard data.hash == manifest.dataHash else {
        throw TrainingError.cannotResume(
          path: folder.dataPath, is: "was changed",
          expected:
            "the rows that the run was begun with\n  help: remove that folder; it is made again")
      }
      return data
    }
    let (data, report) = try setup.prepare()
    tell(report, data)
    manifest.data = report
    manifest.dataHash = data.hash
    try manifest.write(to: folder)
    try data.write(to: folder.dataPath)
    return data
  }

  /// Takes all steps; the first signal ends in good order.
  private func finish(
    _ finetuner: Finetuner, steps: Int, _ progress: FinetuneProgress,
    until shouldStop: () -> Bool
  ) throws {
    guard !shouldStop() else {
      throw EarlyEnd(
        code: .stopped, message: "stopped before a step; the same command goes on there")
    }
    defer { progress.clear() }
    let ending = try finetuner.run(shouldStop: shouldStop)
    if case .stopped(let step) = ending {
      throw EarlyEnd(
        code: .stopped,
        message: "stopped after step \(step) of \(steps); the same command goes on there")
    }
  }

  private func tell(_ report: DataPreparation.Report, _ data: PreparedData) {
    for line in FinetuneReport.lines(about: report, setup.configuration) { Console.note(line) }
    guard let renderer = try? setup.renderer(), let row = data.steps.first?.rows.first else {
      return
    }
    let shown = data.training[row]
    Console.note(
      FinetuneReport.masked(shown, renderer, inColor: Console.isWatched))
  }
}

/// Whether a signal came.
final class StopFlag: Sendable {
  private let flag = Atomic(false)

  var isRaised: Bool { flag.load(ordering: .relaxed) }

  func raise() { flag.store(true, ordering: .relaxed) }
}
