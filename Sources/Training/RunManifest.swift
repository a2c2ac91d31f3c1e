import Storage

/// What a run trains on what, and what came of it: `run.json`.
package struct RunManifest: Codable, Equatable, Sendable {
  /// Where the rows come from, as they were when the run began.
  package struct Snapshot: Codable, Equatable, Sendable {
    /// The corpus's folder, or the file of rows, as it was named.
    package var source: String
    /// The length of the corpus's ledger; nil for a file.
    package var ledgerBytes: Int?
    /// SHA-256 of so many bytes of the ledger, or of the file.
    package var hash: String
    /// SHA-256 of the tasks as they are trained on, with seeds.
    package var tasks: String
    /// SHA-256 of the replay texts; nil without any.
    package var replay: String?

    /// Whether a corpus is what it is, and not a file of anybody's rows.
    var isGrown: Bool { ledgerBytes != nil }

    package init(
      source: String, ledgerBytes: Int? = nil, hash: String, tasks: String, replay: String? = nil
    ) {
      self.source = source
      self.ledgerBytes = ledgerBytes
      self.hash = hash
      self.tasks = tasks
      self.replay = replay
    }
  }

  /// The model that training begins with.
  package struct Base: Codable, Equatable, Sendable {
    package var name: String
    /// SHA-256 of its weights.
    package var fingerprint: String
    /// As it was named.
    package var reference: String
    /// An SPDX name; nil if the model's files do not tell.
    package var license: String?
    /// The published model that it is, or was made from; nil if the files do not tell.
    package var published: String?

    package init(
      name: String, published: String?, fingerprint: String, reference: String, license: String?
    ) {
      self.name = name
      self.published = published
      self.fingerprint = fingerprint
      self.reference = reference
      self.license = license
    }
  }

  /// What came of a finished run.
  package struct Result: Codable, Equatable, Sendable {
    package var steps: Int
    package var tokens: Int
    /// That the steps took, without evaluations and checkpoints.
    package var seconds: Double
    package var skippedNotFinite: Int
    package var skippedOutliers: Int
    /// On what is held out, in nats a token of answers; nil where nothing is.
    package var heldOutLossBefore: Double?
    package var heldOutLoss: Double?
    /// The step whose weights are in `final`.
    package var bestStep: Int
    package var endedEarly: Bool
    /// SHA-256 of `final/model.safetensors`, or of the adapter's file.
    package var fingerprint: String

    package init(
      steps: Int, tokens: Int, seconds: Double, skippedNotFinite: Int, skippedOutliers: Int,
      heldOutLossBefore: Double?, heldOutLoss: Double?, bestStep: Int, endedEarly: Bool,
      fingerprint: String
    ) {
      self.steps = steps
      self.tokens = tokens
      self.seconds = seconds
      self.skippedNotFinite = skippedNotFinite
      self.skippedOutliers = skippedOutliers
      self.heldOutLossBefore = heldOutLossBefore
      self.heldOutLoss = heldOutLoss
      self.bestStep = bestStep
      self.endedEarly = endedEarly
      self.fingerprint = fingerprint
    }

    /// Whether it does better on what is held out than the base model; true where nothing is.
    package var isBetter: Bool {
      guard let before = heldOutLossBefore else { return true }
      return heldOutLoss.map { $0 < before } ?? false
    }
  }

  package var format = 1
  /// This program's version.
  package var program: String
  package var configuration: FinetuneConfiguration
  package var base: Base
  package var snapshot: Snapshot
  /// What products were computed in.
  package var precision: String
  /// The way tasks were written as texts: `chat` or `paper`.
  package var template: String
  /// The round of growing that it belongs to, whose gate decides what becomes of its model; nil of a
  /// run by itself.
  package var round: Int?
  package var data: DataPreparation.Report
  /// SHA-256 of the prepared data.
  package var dataHash = ""
  /// Nil while the run is not finished.
  package var result: Result?

  package init(
    program: String, configuration: FinetuneConfiguration, base: Base, snapshot: Snapshot,
    precision: String, template: String, round: Int? = nil, data: DataPreparation.Report
  ) {
    self.program = program
    self.round = round
    self.configuration = configuration
    self.base = base
    self.snapshot = snapshot
    self.precision = precision
    self.template = template
    self.data = data
  }

  /// Reads a manifest.
  /// - Throws: `StorageError` for a file that is none.
  package init(reading folder: RunFolder) throws {
    let value = try JSONDocument.read(folder.manifestPath)
    do {
      self = try Self.completed(value).decoded()
    } catch {
      let problem = JSONProblem(error)
      throw StorageError.malformedFile(
        path: folder.manifestPath, is: problem.found,
        expected: problem.expected + "\n  help: remove \(folder.path); its run then begins again")
    }
  }

  /// A manifest with the defaults of settings that there were not when it was written.
  private static func completed(_ value: JSONValue) throws -> JSONValue {
    guard var fields = value.object, let given = fields["configuration"]?.object else {
      return value
    }
    let defaults = try JSONValue(encoding: FinetuneConfiguration()).object ?? [:]
    fields["configuration"] = .object(given.merging(defaults) { mine, _ in mine })
    return .object(fields)
  }

  package func write(to folder: RunFolder) throws {
    try AtomicFile.write(
      try JSONValue(encoding: self).encodedPretty(), to: folder.manifestPath)
  }

  /// In what an unfinished run differs from one that is asked for, each as a sentence; none if it is
  /// the same run.
  package func differences(from asked: RunManifest) -> [String] {
    var found: [String] = []
    func compare(_ name: String, _ mine: JSONValue, _ other: JSONValue) {
      if let fields = mine.object, let others = other.object {
        for key in Set(fields.keys).union(others.keys).sorted() {
          compare(
            name.isEmpty ? key : "\(name).\(key)", fields[key] ?? .null, others[key] ?? .null)
        }
      } else if mine != other {
        found.append("\(name): \(mine.shown), and now \(other.shown)")
      }
    }
    func value(_ manifest: RunManifest) -> JSONValue {
      var fields = (try? JSONValue(encoding: manifest))?.object ?? [:]
      // Where things are named, and by which version, says nothing about what is trained.
      fields["result"] = nil
      fields["program"] = nil
      fields["data"] = nil
      fields["dataHash"] = nil
      for (section, key) in [
        ("base", "reference"), ("base", "name"), ("base", "published"), ("snapshot", "source"),
      ] {
        guard var inner = fields[section]?.object else { continue }
        inner[key] = nil
        fields[section] = .object(inner)
      }
      return .object(fields)
    }
    compare("", value(self), value(asked))
    return found
  }
}
