import Foundation
import Storage

/// The models that were trained on one corpus, by number, and which of them is the current one.
package struct ModelsFolder: Hashable, Sendable {
  package let path: String

  package init(_ path: String) {
    self.path = path
  }

  /// Holds the current model's number.
  package var promotedPath: String { path + "/promoted" }

  /// A run by its number.
  package func run(_ number: Int) -> RunFolder {
    let digits = String(number)
    return RunFolder(path + "/" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits)
  }

  /// The numbers of runs, ascending.
  package var runs: [Int] { numbers.filter { run($0).hasRun } }

  /// The numbers of all folders, also of those that have lost their manifest, ascending.
  private var numbers: [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.compactMap { name in
      name.allSatisfy(\.isASCII) ? Int(name) : nil
    }.filter { 0...Self.highest ~= $0 }.sorted()
  }

  private static let highest = 999_999_999

  /// What its files take.
  package var bytes: Int {
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []
    return names.reduce(0) { sum, name in
      let facts = try? FileManager.default.attributesOfItem(atPath: path + "/" + name)
      guard facts?[.type] as? FileAttributeType == .typeRegular else { return sum }
      return sum + ((facts?[.size] as? NSNumber)?.intValue ?? 0)
    }
  }

  /// The number that the next run takes.
  private var next: Int { 1 + max(numbers.last ?? 0, promoted ?? 0) }

  /// The number of the current model; nil if there is none, or nothing that is a number.
  package var promoted: Int? { try? current() }

  /// The number of the current model; nil if there is none.
  ///
  /// - Throws: `StorageError` for a file that names none of the models.
  package func current() throws -> Int? {
    guard FileManager.default.fileExists(atPath: promotedPath) else { return nil }
    let text = (try? String(contentsOfFile: promotedPath, encoding: .utf8)) ?? ""
    let number = Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
    guard let number, 0...Self.highest ~= number, OpenFile.isFolder(run(number).finalPath) else {
      throw StorageError.malformedFile(
        path: promotedPath, is: "names no model that is there",
        expected: "the number of one, such as 0001\n"
          + "  help: write it, or remove the file to begin again")
    }
    return number
  }

  /// Does what is left to do for the last run where it is finished and was killed before its work was
  /// cleared away.
  package func closeLast() throws {
    guard let last = runs.last else { return }
    let manifest = try RunManifest(reading: run(last))
    if manifest.result != nil { try close(last, manifest) }
  }

  /// Clears away what only an unfinished run needs; a model that does better than what it was made
  /// from is the current one from now on, unless a gate decides, or has decided about that one.
  package func close(_ number: Int, _ manifest: RunManifest) throws {
    try run(number).removeWork()
    guard manifest.round == nil, manifest.result?.isBetter == true else { return }
    // One that is named and not there is no model to keep.
    guard let current = promoted else { return try promote(number) }
    let isGated = (try? RunManifest(reading: run(current)))?.round != nil
    if current < number, !isGated { try promote(number) }
  }

  /// Makes a finished model the current one, and removes old weights.
  package func promote(_ number: Int) throws(StorageError) {
    let digits = URL(fileURLWithPath: run(number).path).lastPathComponent
    try AtomicFile.write(digits + "\n", to: promotedPath)
    try removeOld()
  }

  /// Removes the weights of all models but the current one and the last two besides; what is known of
  /// them stays.
  package func removeOld() throws(StorageError) {
    let current = promoted
    let finished = runs.filter { $0 != current && OpenFile.isFolder(run($0).finalPath) }
    for old in finished.dropLast(2) { try AtomicFolder.remove(run(old).finalPath) }
  }

  /// What is wanted where the last run is the one that is asked for, or is not.
  package enum Repetition: Sendable {
    /// An unfinished one goes on; else another is begun.
    case new
    /// It goes on or is finished; another is never begun.
    case same
    /// It goes on or is finished; else another is begun.
    case once
  }

  /// Which folder a run takes.
  package enum Place: Equatable, Sendable {
    case new(RunFolder)
    /// Unfinished, and the same as is asked for.
    case resumed(RunFolder)
    /// The same, and finished.
    case finished(RunFolder)
  }

  /// The place of a run among those of the corpus.
  ///
  /// - Throws: `TrainingError.cannotResume`, naming the first difference; what is wrong with a
  ///   manifest.
  package func place(of asked: RunManifest, _ repetition: Repetition) throws -> Place {
    if repetition == .once, let earlier = earlier(asked) { return earlier }
    guard let last = runs.last else {
      guard repetition != .same else {
        throw TrainingError.cannotResume(
          path: path, is: "has no run", expected: "one to resume")
      }
      return .new(run(next))
    }
    return try Self.place(run(last), asked, repetition) ?? .new(run(next))
  }

  /// An earlier run that is the same, finished or not.
  private func earlier(_ asked: RunManifest) -> Place? {
    for number in runs.reversed() {
      guard let found = try? RunManifest(reading: run(number)),
        found.differences(from: asked).isEmpty
      else { continue }
      return found.result == nil ? .resumed(run(number)) : .finished(run(number))
    }
    return nil
  }

  /// The place of a run in a folder of its own.
  ///
  /// - Throws: As `place(of:_:)`; also for a folder that holds another run.
  package static func place(
    in folder: RunFolder, of asked: RunManifest, _ repetition: Repetition
  ) throws -> Place {
    guard folder.hasRun else {
      guard repetition != .same else {
        throw TrainingError.cannotResume(
          path: folder.path, is: "has no run", expected: "one to resume")
      }
      // What is there is somebody's: a run writes over some names and removes others.
      guard folder.isUnused else {
        throw TrainingError.cannotResume(
          path: folder.path, is: "holds other files", expected: "an empty folder, or one of a run")
      }
      return .new(folder)
    }
    return try place(folder, asked, .same) ?? .new(folder)
  }

  /// Nil if another folder is to be taken.
  private static func place(
    _ folder: RunFolder, _ asked: RunManifest, _ repetition: Repetition
  ) throws -> Place? {
    let found = try RunManifest(reading: folder)
    let differences = found.differences(from: asked)
    guard let first = differences.first else {
      if found.result == nil { return .resumed(folder) }
      return repetition == .new ? nil : .finished(folder)
    }
    guard repetition == .same else { return nil }
    let more = differences.count > 1 ? " (and \(differences.count - 1) more)" : ""
    throw TrainingError.cannotResume(
      path: folder.path, is: "holds another run: \(first)\(more)",
      expected: "the same one\n  help: name another folder with --output, or leave out --resume")
  }
}
