import Foundation
import LanguageModels
import Storage
import TaskCorpus

/// What tasks will take, by what the last rounds of the same model took for theirs.
package struct GrowForecast: Equatable, Sendable {
  package var tasks: Int
  package var promptTokens: Double
  package var tokens: Double
  /// Nil where the same model made no round yet.
  package var seconds: Double?
  /// The rounds it is taken from; empty if there are none, so that a round of the embedded model
  /// has to stand for them.
  package var rounds: [Int] = []

  /// So many rounds are looked at, the last ones.
  private static let window = 3
  /// Of so many, as some may be of another kind.
  private static let read = 30

  /// - Parameter models: Whose rounds count.
  package init(
    for tasks: Int, of corpus: CorpusDirectory, models: ModelRoles<ModelIdentity>
  ) {
    self.tasks = max(0, tasks)
    let all = RoundManifest.last(Self.read, of: corpus)
    // An endpoint that was not asked yet has told no name: most likely it is the one from before.
    let wanted =
      models.author.fingerprint.isEmpty
      ? all.last?.models : try? models.map { try JSONValue(encoding: $0) }
    let manifests =
      all
      // A round that had enough from the one before, or asked for nothing new, says nothing.
      .filter {
        $0.work == nil && $0.tasks > 0 && $0.tokens > 0 && $0.promptTokens >= 0
          && $0.models == wanted
      }
      .suffix(Self.window)
    let made = manifests.reduce(0.0) { $0 + Double($1.tasks) }
    guard made > 0 else {
      // `generated/sample`: 100 tasks with the defaults.
      (promptTokens, tokens) = (4284 * Double(self.tasks), 852 * Double(self.tasks))
      return
    }
    let share = Double(self.tasks) / made
    promptTokens = manifests.reduce(0.0) { $0 + Double($1.promptTokens) } * share
    tokens = manifests.reduce(0.0) { $0 + Double($1.tokens) } * share
    seconds = manifests.reduce(0.0) { $0 + $1.totalSeconds } * share
    rounds = manifests.map(\.round)
  }

  /// What other answers to tasks will take, by what answers of the last rounds took.
  ///
  /// - Parameter samples: Answers to a task.
  init(toAnswer tasks: Int, samples: Int, of corpus: CorpusDirectory) {
    self.tasks = tasks
    let manifests = RoundManifest.last(Self.read, of: corpus)
    let counts = manifests.flatMap(\.funnel.stages).filter { $0.stage == .answer }
    let answered = counts.reduce(0.0) { $0 + Double($1.answered) }
    let share = Double(tasks * max(1, samples)) / max(1, answered)
    promptTokens = counts.reduce(0.0) { $0 + Double($1.promptTokens) } * share
    tokens = counts.reduce(0.0) { $0 + Double($1.tokens) } * share
    rounds = answered > 0 ? manifests.map(\.round) : []
  }

  /// What it will cost at the prices of the limits.
  package func cost(_ limits: SpendingLimits) -> Double {
    limits.cost(prompt: 1, completion: 0) * promptTokens
      + limits.cost(prompt: 0, completion: 1) * tokens
  }

  /// How many of the tasks the limits allow; nil if all.
  ///
  /// - Parameter now: When it begins.
  package func affordable(_ limits: SpendingLimits, now: Date) -> Int? {
    var share = 1.0
    func bound(_ allowed: Double, of wanted: Double) {
      if wanted > 0 { share = min(share, max(0, allowed) / wanted) }
    }
    if let most = limits.tokens { bound(Double(most), of: promptTokens + tokens) }
    if let most = limits.cost { bound(most, of: cost(limits)) }
    if let end = limits.end, let seconds { bound(end.date.timeIntervalSince(now), of: seconds) }
    return share < 1 ? Int(Double(tasks) * share) : nil
  }
}

extension Grower {
  /// What the tasks that are wanted will take.
  ///
  /// - Parameters:
  ///   - rounds: Of which an unfinished one is the first.
  ///   - target: Tasks of the corpus that are wanted; nil for whole rounds.
  ///   - tasks: How many it has.
  package func forecast(rounds: Int, target: Int?, tasks: Int) -> GrowForecast {
    let made = RoundManifest.last(1, of: corpus).last
    let open = made.flatMap { $0.status == .unfinished ? $0 : nil }
    let (whole, isTooLarge) = configuration.tasks.multipliedReportingOverflow(
      by: open != nil && rounds > 0 ? rounds - 1 : rounds)
    let rest = open.map { max(0, $0.target) - min(max(0, $0.tasks), max(0, $0.target)) } ?? 0
    let (wanted, isLarger) = whole.addingReportingOverflow(rest)
    let ofRounds = isTooLarge || isLarger ? .max : wanted
    return GrowForecast(
      for: target.map { min(max(0, $0 - tasks), ofRounds) } ?? ofRounds, of: corpus,
      models: models.map(\.identity))
  }

  /// What other answers to the tasks there are will take, to those that `run` would ask about.
  package func forecastOfAnswers() throws -> GrowForecast {
    let context = GrowContext(
      configuration: configuration, prompts: prompts, seeds: seeds, evaluation: evaluation,
      models: models.map(ModelProfile.init),
      round: 1 + (RoundManifest.last(1, of: corpus).last?.round ?? 0))
    var state = BootstrapState(
      context, corpus: try corpusState(rules: configuration.rules), taken: [])
    return forecast(toAnswer: state.answerAgain())
  }

  func forecast(toAnswer tasks: Int) -> GrowForecast {
    GrowForecast(toAnswer: tasks, samples: configuration.answers.samples, of: corpus)
  }
}
