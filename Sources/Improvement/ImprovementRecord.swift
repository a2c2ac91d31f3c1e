import Bootstrapping
import Evaluation
import Foundation
import Storage
import TaskCorpus
import Training

/// What came of the model that was trained after a round: a part of the round's manifest.
package struct ImprovementRecord: Codable, Equatable, Sendable {
  /// A model that was measured.
  package struct Model: Codable, Equatable, Sendable {
    /// Its number among the corpus's models; nil of the one that training begins with.
    package var number: Int?
    package var name: String
    package var fingerprint: String
    /// By the metrics' names.
    package var values: [String: Double]

    package init(_ evaluation: ModelEvaluation, number: Int?) {
      self.number = number
      name = evaluation.name
      fingerprint = evaluation.fingerprint
      values = evaluation.values
    }
  }

  /// What entered training.
  package struct Training: Codable, Equatable, Sendable {
    /// The number of the run, `models/0001` for one.
    package var run: Int
    package var base: String
    package var tasks: Int
    package var instances: Int
    /// Of these, seeds.
    package var seeds: Int
    /// Left out, being near copies of held-out tasks.
    package var excluded: Int
    package var steps: Int
    package var tokens: Int
    package var seconds: Double
    /// On the part of the tasks that is not trained on, in nats a token; nil where nothing is.
    package var lossBefore: Double?
    package var loss: Double?

    package init(_ manifest: RunManifest, run: Int, seeds: Int, excluded: Int) {
      self.run = run
      self.seeds = seeds
      self.excluded = excluded
      base = manifest.base.name
      (tasks, instances) = (manifest.data.tasks, manifest.data.instances)
      steps = manifest.result?.steps ?? 0
      tokens = manifest.result?.tokens ?? 0
      seconds = manifest.result?.seconds ?? 0
      lossBefore = manifest.result?.heldOutLossBefore
      loss = manifest.result?.heldOutLoss
    }
  }

  /// Where the held-out tasks come from, how many they are, and their SHA-256.
  package struct HeldOut: Codable, Equatable, Sendable {
    package var source: String
    package var tasks: Int
    package var hash: String

    package init(_ heldOut: HeldOutTasks) {
      source = heldOut.source
      tasks = heldOut.tasks.count
      hash = heldOut.hash
    }
  }

  package var training: Training
  package var heldOut: HeldOut
  package var gate: GateConfiguration
  package var before: Model
  /// Nil where training came to no model.
  package var after: Model?
  package var decision: Gate.Decision
  /// Whether what was decided is done; nil before.
  package var isSettled: Bool?

  package init(
    training: Training, heldOut: HeldOut, gate: GateConfiguration, before: Model, after: Model?,
    decision: Gate.Decision
  ) {
    self.training = training
    self.heldOut = heldOut
    self.gate = gate
    self.before = before
    self.after = after
    self.decision = decision
  }
}

extension RoundManifest {
  /// What came of training after the round; nil if nothing has yet, or another version wrote it.
  package var improvementRecord: ImprovementRecord? {
    try? improvement?.decoded(as: ImprovementRecord.self)
  }

  /// Whether something was decided that this version cannot read.
  package var isDecisionForeign: Bool { improvement != nil && improvementRecord == nil }
}

extension ImprovementRecord {
  /// Writes the record into the manifest of its round, and makes the model the current one if that was
  /// decided.
  ///
  /// - Throws: `StorageError`.
  package func write(round: Int, of corpus: CorpusDirectory, _ models: ModelsFolder) throws {
    var record = self
    try record.save(round: round, of: corpus)
    if decision.isPromoted {
      guard OpenFile.isFolder(models.run(training.run).finalPath) else {
        throw StorageError.missing(path: models.run(training.run).finalPath)
      }
      try models.promote(training.run)
    }
    try models.removeOld()
    record.isSettled = true
    try record.save(round: round, of: corpus)
  }

  private func save(round: Int, of corpus: CorpusDirectory) throws {
    let path = corpus.manifestPath(ofRound: round)
    guard var manifest = RoundManifest.read(path) else {
      throw StorageError.malformedFile(
        path: path, is: "is no manifest", expected: "that of round \(round)")
    }
    manifest.improvement = try JSONValue(encoding: self)
    try manifest.write(to: path)
  }

  /// Sees to it that what was decided after a round, if something was, can be read.
  ///
  /// - Throws: `StorageError` for a manifest that is none, `EvaluationError.record` for a decision
  ///   that is none.
  package static func requireReadable(ofRound round: Int, of corpus: CorpusDirectory) throws {
    let path = corpus.manifestPath(ofRound: round)
    guard FileManager.default.fileExists(atPath: path) else { return }
    guard let manifest = RoundManifest.read(path) else {
      throw StorageError.malformedFile(
        path: path, is: "is no manifest of a round",
        expected: "that of round \(round), which says what was decided about its model")
    }
    if manifest.isDecisionForeign { throw EvaluationError.record(path: path) }
  }

  /// Does what was decided last, where a run was killed before it was done.
  package static func settleLast(of corpus: CorpusDirectory, _ models: ModelsFolder) throws {
    let manifests = RoundManifest.last(of: corpus)
    guard let last = manifests.last(where: { $0.improvementRecord != nil }),
      let record = last.improvementRecord, record.isSettled != true
    else { return }
    try record.write(round: last.round, of: corpus, models)
  }
}
