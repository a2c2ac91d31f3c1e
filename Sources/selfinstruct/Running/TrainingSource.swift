import Bootstrapping
import Evaluation
import Filtering
import Foundation
import Projects
import Storage
import TaskCorpus
import Training

/// What a model learns from: the tasks of a corpus with its seeds, or the rows of a file; and texts
/// that are only read.
struct TrainingSource {
  let tasks: [InstructionTask]
  let replay: [String]
  let snapshot: RunManifest.Snapshot
  /// Tasks of corpus and seeds that are left out, being near copies of held-out ones.
  private(set) var excluded = 0

  init(
    _ options: TrainingDataOptions, usesSeeds: Bool, _ corpus: CorpusDirectory,
    in project: Project
  ) throws {
    replay = try options.lmCorpus.map(TextFile.texts) ?? []
    if let path = options.data {
      tasks = try SeedFile.read(path).tasks
      snapshot = RunManifest.Snapshot(
        source: path, hash: try ContentHash.hex(ofFile: path), tasks: Self.hash(of: tasks),
        replay: Self.hash(ofTexts: replay))
      return
    }
    let grown = try CorpusTasks(of: corpus)
    let seeds = usesSeeds ? try Self.seeds(options, corpus, in: project) : []
    tasks = seeds + grown.tasks
    snapshot = Self.snapshot(of: grown, corpus, tasks, replay)
  }

  /// What a round trains on: all of the corpus so far and the seeds, without what is held out.
  ///
  /// - Parameter seeds: Those to train on, which overlap with no evaluation set.
  init(
    of corpus: CorpusDirectory, seeds: [InstructionTask], holdingOut heldOut: HeldOutTasks,
    replay: [String]
  ) throws {
    self.replay = replay
    let grown = try CorpusTasks(of: corpus)
    (tasks, excluded) = heldOut.excluded(from: seeds + grown.tasks)
    snapshot = Self.snapshot(of: grown, corpus, tasks, replay)
  }

  /// The seeds that overlap with no evaluation set: what a model is tested with it never learns.
  private static func seeds(
    _ options: TrainingDataOptions, _ corpus: CorpusDirectory, in project: Project
  ) throws -> [InstructionTask] {
    let path = project.seedTasks(options.seedTasks)
    let seeds: SeedFile
    do {
      seeds = try SeedFile.read(path)
    } catch StorageError.missing {
      throw ProjectError.missingSeeds(path: path)
    }
    let filter = try FilterSetup(corpus: corpus, prompts: nil, nil, in: project)
    return Grower.usable(
      seeds.tasks, try filter.evaluation(in: project), filter.configuration.rules
    ).seeds
  }

  private static func snapshot(
    of grown: CorpusTasks, _ corpus: CorpusDirectory, _ tasks: [InstructionTask],
    _ replay: [String]
  ) -> RunManifest.Snapshot {
    RunManifest.Snapshot(
      source: corpus.path, ledgerBytes: grown.ledgerBytes, hash: grown.ledgerHash,
      tasks: hash(of: tasks), replay: hash(ofTexts: replay))
  }

  private static func hash(of tasks: [InstructionTask]) -> String {
    ContentHash.hex(of: Array(tasks.map { $0.json.encodedLine() + "\n" }.joined().utf8))
  }

  private static func hash(ofTexts texts: [String]) -> String? {
    texts.isEmpty
      ? nil : ContentHash.hex(of: Array(texts.joined(separator: "\u{0}").utf8))
  }
}

/// A file of texts that are only read: JSON rows with a field `text`, or plain text.
enum TextFile {
  static func texts(_ path: String) throws -> [String] {
    let bytes = try JSONDocument.bytes(of: path)
    let first = bytes.first { $0 > 0x20 }
    guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
      guard let text = String(validating: bytes, as: UTF8.self), first != nil else {
        throw StorageError.malformedFile(
          path: path, is: first == nil ? "is empty" : "is no UTF-8", expected: "text")
      }
      return [text]
    }
    var texts: [String] = []
    try JSONRows.forEach(in: path) { row, _ throws(JSONProblem) in
      guard let text = row["text"]?.string, !text.isEmpty else {
        throw JSONProblem(
          found: "'text' is \(row["text"]?.kind ?? "missing")", expected: "a text that is not empty"
        )
      }
      texts.append(text)
    }
    return texts
  }
}
