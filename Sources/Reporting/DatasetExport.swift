import Bootstrapping
import Foundation
import Randomness
import Storage
import TaskCorpus
import TextMetrics

/// The tasks of a corpus as a data set that others read: files of rows, and a card that says what
/// they are.
package struct DatasetExport: Sendable {
  package struct Options: Equatable, Sendable {
    package var format = ExportFormat.messages
    /// The share of tasks for validation, 0 to below 1.
    package var validation = 0.1
    /// Whether rows say where they come from.
    package var hasProvenance = false
    /// Whether to write a card without a licence that nobody gave.
    package var isForced = false
    /// What people call the data set.
    package var name: String
    /// The recorded fingerprints of models that are too small to be relied on.
    package var smallModels: Set<String>

    package init(name: String, smallModels: Set<String>) {
      (self.name, self.smallModels) = (name, smallModels)
    }
  }

  /// A part of the data set.
  package struct Split: Equatable, Sendable {
    /// `train` or `validation`.
    package let name: String
    /// Relative to the folder.
    package let path: String
    package let tasks: [InstructionTask]
    package let rows: [JSONValue]
  }

  package let account: CorpusAccount
  package let options: Options
  /// Those with rows.
  package let splits: [Split]
  /// The licences of seeds and models; nil for one that nobody gave.
  package let licenses: [(source: String, license: String?)]

  /// - Parameter corpus: What the corpus is called in messages.
  /// - Throws: `ExportError` for a corpus without tasks, and for licences that are not given or not
  ///   known.
  package init(
    of account: CorpusAccount, _ options: Options, _ licenses: Licenses, corpus: String
  ) throws(ExportError) {
    if account.tasks.isEmpty { throw .noTasks(corpus: corpus) }
    self.account = account
    self.options = options
    self.licenses = try Self.licenses(of: account, licenses, isForced: options.isForced)
    let stream = RandomStream(seed: account.seed).stream("validation")
    // By its id alone, so that a task stays on its side however the corpus grows.
    let isForValidation = account.tasks.map { task in
      stream.stream(task.id).uniform(at: 0) < options.validation
    }
    splits = ["train", "validation"].compactMap { name in
      let tasks = zip(account.tasks, isForValidation)
        .filter { $0.1 == (name == "validation") }.map(\.0)
      let rows = tasks.flatMap {
        options.format.rows(of: $0, hasProvenance: options.hasProvenance)
      }
      let path = "data/\(name).\(options.format.fileExtension)"
      return rows.isEmpty ? nil : Split(name: name, path: path, tasks: tasks, rows: rows)
    }
  }

  private static func licenses(
    of account: CorpusAccount, _ licenses: Licenses, isForced: Bool
  ) throws(ExportError) -> [(source: String, license: String?)] {
    var sources: [(source: String, key: String, license: String?)] = [
      ("the seeds", "seeds.license", licenses.seeds)
    ]
    let models = account.authors.filter { $0.name != RunFile.modelName }
    if models.count < account.authors.count {
      sources.append(("the imported tasks", "imported.license", licenses.imported))
    }
    func isUnnamed(_ author: CorpusAccount.Author) -> Bool {
      licenses.named(author.name, author.fingerprint) == nil
    }
    for author in models {
      let makesTasks = author.tasks > 0
      // What is said of the model of today holds for one, not for whatever was there before it.
      let isOnly =
        models.count { isUnnamed($0) && ($0.tasks > 0) == makesTasks } == 1
      let other = makesTasks ? licenses.author : licenses.answerer
      let license =
        licenses.named(author.name, author.fingerprint) ?? (isOnly ? other : nil)
      let key =
        !isOnly ? "models[].license" : makesTasks ? "modelLicense" : "answerModel.license"
      sources.append(("what '\(author.name)' writes", key, license))
    }
    for (_, key, license) in sources {
      if let license, !Licenses.known.contains(license) {
        throw .unknownLicense(
          key: key, is: license, nearest: NearestSpelling.of(license, among: Licenses.known))
      }
    }
    let missing = sources.filter { $0.license == nil }
    if !missing.isEmpty, !isForced {
      let keys = missing.map(\.key).enumerated().filter { one in
        !missing[..<one.offset].contains { $0.key == one.element }
      }
      throw .noLicense(of: missing.map(\.source), keys: keys.map(\.element))
    }
    return sources.map { ($0.source, $0.license) }
  }

  /// Writes the files; what an earlier export had besides goes once all of them are there.
  ///
  /// - Returns: The paths of what was written.
  /// - Throws: `ExportError.occupied` for a folder with anything else in it, before anything is
  ///   written; `StorageError` for files.
  package func write(to folder: String) throws -> [String] {
    try Self.expectRoom(in: folder)
    let manager = FileManager.default
    for made in [folder, folder + "/data"] { try OpenFile.makeFolder(made) }
    let card = folder + "/README.md"
    // A first one is known by its card, also if it is killed before it is whole.
    if !manager.fileExists(atPath: card) {
      try AtomicFile.write(DatasetCard.text(of: self), to: card)
    }
    for split in splits {
      try AtomicFile.write(options.format.text(of: split.rows), to: folder + "/" + split.path)
    }
    try AtomicFile.write(DatasetCard.text(of: self), to: card)
    let names = Set(splits.map(\.path))
    for old in Self.dataFiles + Self.partialFiles where !names.contains(old) {
      try? manager.removeItem(atPath: folder + "/" + old)
    }
    return splits.map { folder + "/" + $0.path } + [card]
  }

  private static let dataFiles = ["train", "validation"].flatMap { name in
    Set(ExportFormat.allCases.map(\.fileExtension)).sorted().map { "data/\(name).\($0)" }
  }

  /// What an export that was killed may have left.
  private static let partialFiles = (dataFiles + ["README.md"]).map { path in
    let parts = path.split(separator: "/")
    return (parts.dropLast() + [".\(parts.last ?? "").partial"]).joined(separator: "/")
  }

  /// Only what an export wrote is written over.
  private static func expectRoom(in folder: String) throws {
    let manager = FileManager.default
    guard manager.fileExists(atPath: folder) else { return }
    guard let entries = try? manager.contentsOfDirectory(atPath: folder) else {
      throw StorageError.wrongKind(path: folder, is: "a file", expected: "a folder for the export")
    }
    let data = (try? manager.contentsOfDirectory(atPath: folder + "/data")) ?? []
    let all = (entries.filter { $0 != "data" } + data.map { "data/" + $0 }).sorted()
    let card = manager.contents(atPath: folder + "/README.md")
    let isOurs = card.map { String(decoding: $0, as: UTF8.self).contains(DatasetCard.mark) } == true
    let known = partialFiles + (isOurs ? dataFiles + ["README.md"] : [])
    if let stray = all.first(where: { !known.contains($0) }) {
      throw ExportError.occupied(path: folder, entry: stray)
    }
  }
}
