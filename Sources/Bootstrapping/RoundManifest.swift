import Filtering
import Foundation
import LanguageModels
import Storage
import TaskCorpus

/// What a round was asked with and what came of it; the only file of a corpus that holds times.
package struct RoundManifest: Codable, Equatable, Sendable {
  /// A stage's share of the time, as `StageClock` tells.
  package struct StageTime: Codable, Equatable, Sendable {
    package var stage: Stage
    package var seconds: Double
  }

  package enum Status: String, Codable, Sendable {
    case unfinished, complete, closed
  }

  package var format = 1
  package var round: Int
  package var status = Status.unfinished
  /// What it asks for; absent where that is new tasks.
  package var work: RoundWork?
  /// Tasks it takes, and has taken.
  package var target: Int
  package var tasks = 0
  package var program: String
  package var model: JSONValue
  /// Absent where there is none besides.
  package var answerModel: JSONValue?
  package var judge: JSONValue?
  package var configuration: JSONValue
  /// Hash of all prompt files, and the names of those that are not the built-in ones; no names if
  /// the round was closed before a manifest was written.
  package var prompts: String
  package var changedPrompts: [String]?
  /// Hash of the seeds.
  package var seeds: String
  /// Hash of the evaluation sets; absent where there are none.
  package var evaluation: String?
  package var funnel = Funnel()
  package var promptTokens = 0
  package var tokens = 0
  /// In the order of the stages; they add up to `totalSeconds`.
  package var seconds: [StageTime] = []
  package var totalSeconds = 0.0
  /// How many invocations worked on it.
  package var invocations = 0
  /// What came of the model that was trained after it, as `Improvement` writes it; absent where none
  /// was.
  package var improvement: JSONValue?
  /// ISO 8601, UTC.
  package var started: String
  package var updated: String

  init(round: RoundRow, run: RunRow, changedPrompts: [String]?, now: Date) {
    self.round = round.round
    work = round.work == .newTasks ? nil : round.work
    target = round.tasks
    program = run.program
    model = run.model
    answerModel = run.answerModel
    judge = run.judge
    configuration = run.configuration
    prompts = run.prompts
    self.changedPrompts = changedPrompts
    seeds = run.seeds
    evaluation = run.evaluation
    started = Self.text(now)
    updated = started
  }

  /// The manifest at a path, if there is one that this version reads.
  package static func read(_ path: String) -> RoundManifest? {
    guard let data = FileManager.default.contents(atPath: path),
      let value = try? JSONValue(parsing: Array(data))
    else { return nil }
    return try? value.decoded()
  }

  /// The manifests of a corpus that this version reads, in the order of the rounds.
  ///
  /// - Parameter count: How many to read at most, the last ones.
  package static func last(_ count: Int = .max, of corpus: CorpusDirectory) -> [RoundManifest] {
    paths(of: corpus).suffix(count).compactMap(read)
  }

  /// The manifests that this version cannot read: damaged ones, and those of later versions.
  package static func unreadable(of corpus: CorpusDirectory) -> [String] {
    paths(of: corpus).filter { read($0) == nil }
  }

  private static func paths(of corpus: CorpusDirectory) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: corpus.roundsPath)) ?? []
    // Longer names are those of later rounds.
    return names.filter { name in
      // No copies that someone has made.
      name.hasSuffix(".json") && name.dropLast(5).allSatisfy { "0"..."9" ~= $0 }
    }
    .sorted { ($0.count, $0) < ($1.count, $1) }
    .map { corpus.roundsPath + "/" + $0 }
  }

  /// The models by their roles.
  var models: ModelRoles<JSONValue> {
    ModelRoles(model, answerer: answerModel, judge: judge)
  }

  package func write(to path: String) throws {
    try AtomicFile.write(try JSONValue(encoding: self).encodedPretty(), to: path)
  }

  /// Takes in how far the round has come.
  mutating func update(_ state: BootstrapState, now: Date) {
    tasks = state.taken
    funnel = state.funnel
    promptTokens = funnel.promptTokens
    tokens = funnel.tokens
    updated = Self.text(now)
  }

  /// Takes in that the round was ended as it was.
  mutating func close(tasks: Int, now: Date) {
    status = .closed
    self.tasks = tasks
    countInvocation()
    updated = Self.text(now)
  }

  /// Takes in that one more invocation works on the round.
  mutating func countInvocation() {
    // The number comes from a file, where it may be any.
    invocations = min(invocations, .max - 1) + 1
  }

  /// Adds time to a stage's share.
  mutating func add(_ spent: Double, to stage: Stage) {
    totalSeconds += spent
    if let place = seconds.firstIndex(where: { $0.stage == stage }) {
      seconds[place].seconds += spent
    } else {
      seconds.append(StageTime(stage: stage, seconds: spent))
      let order = Stage.allCases
      seconds.sort { (order.firstIndex(of: $0.stage) ?? 0) < (order.firstIndex(of: $1.stage) ?? 0) }
    }
  }

  private static func text(_ date: Date) -> String {
    date.formatted(.iso8601)
  }
}
