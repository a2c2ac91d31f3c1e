import Bootstrapping
import Evaluation
import Foundation
import Improvement
import LanguageModels
import LocalModels
import Storage
import TaskCorpus
import Training

/// Grows rounds, trains a model after each, and lets the gate decide what becomes of it.
struct ImprovementRun: Sendable {
  /// What came of the rounds.
  struct Outcome {
    var growth: GrowOutcome
    var decisions: [ImprovementText.Decision] = []
  }

  let setup: ImprovementSetup
  /// Who writes as long as no model of the corpus's own does.
  let choices: ModelRoles<ModelChoice>
  let account: SpendingAccount
  let asJSON: Bool
  let isNight: Bool
  /// Where statistics of the models that write go; each round takes the place of the one before.
  let stats: String?
  /// Makes models ready.
  let sessions: @Sendable (ModelRoles<ModelChoice>) async throws -> ModelSession.Ready

  /// Goes round and says what came of it.
  ///
  /// - Throws: As `GrowRun.grow`.
  func run(rounds: Int, target: Int?) async throws {
    let began = Date()
    let outcome: Outcome = try await GrowRun.noting(
      isNight: isNight, of: setup.corpus, account, asJSON
    ) { try await self.outcome(rounds: rounds, target: target) }
    try GrowRun.tell(
      outcome.growth, outcome.decisions, of: setup.corpus, account, asJSON, isNight: isNight,
      since: began)
  }

  /// A closed round without a decision counts as the first.
  ///
  /// - Returns: All that came of it; also where it ended early.
  private func outcome(rounds: Int, target: Int?) async throws -> Outcome {
    var outcome = Outcome(growth: .nothing(tasks: try CorpusStatus(of: setup.corpus).tasks))
    try settle()
    var left = rounds
    if let round = try undecided() {
      Console.note("round \(round): is grown and nothing was decided yet; it counts as the first")
      try await improve(round, &outcome)
      left -= 1
    }
    while left > 0, outcome.growth.ending == .done {
      let grown = try await grow(target: target)
      outcome.growth.add(grown)
      left -= 1
      // A round may be left unfinished when there are as many tasks as were wanted.
      guard grown.ending == .done, let last = grown.rounds.last, last.isClosed else { break }
      if last.work == .newTasks { try await improve(last.round, &outcome) }
    }
    return outcome
  }

  /// Does what was decided before a run was killed.
  private func settle() throws {
    guard setup.corpus.hasLedger else { return }
    let lock = try setup.corpus.lock()
    defer { withExtendedLifetime(lock) {} }
    try ImprovementRecord.settleLast(of: setup.corpus, setup.models)
  }

  /// The last round, if by the ledger it is closed and has made something new, and its model was not
  /// decided about.
  private func undecided() throws -> Int? {
    guard let last = setup.outline.fold.rounds.last, last.close != nil,
      last.opening.work == .newTasks
    else { return nil }
    let path = setup.corpus.manifestPath(ofRound: last.opening.round)
    try ImprovementRecord.requireReadable(ofRound: last.opening.round, of: setup.corpus)
    return RoundManifest.read(path)?.improvement == nil ? last.opening.round : nil
  }

  private func grow(target: Int?) async throws -> GrowOutcome {
    let ready = try await sessions(setup.writers(choices))
    let run = GrowRun(
      grower: setup.grow.grower(ready.roles.map { $0.metered(account) as any LanguageModel }),
      account: account, asJSON: asJSON, isNight: isNight)
    return try await ModelSession.reporting(on: ready.all, to: stats) {
      try await run.outcomeOfRounds(1, target, answersOnly: false)
    }
  }

  // MARK: After a round

  /// Trains, measures, decides.
  private func improve(_ round: Int, _ outcome: inout Outcome) async throws {
    do {
      let lock = try setup.corpus.lock()
      defer { withExtendedLifetime(lock) {} }
      let record = try await record(of: round)
      try record.write(round: round, of: setup.corpus, setup.models)
      outcome.decisions.append((round, record))
      Console.note(
        "round \(round): \(record.decision.isPromoted ? "promoted" : "rolled back"): "
          + record.decision.reason)
    } catch let end as EarlyEnd where end.code == .stopped {
      Console.note(end.message)
      outcome.growth.limit = account.spending.timeIsUp(at: Date())
      outcome.growth.ending = outcome.growth.limit == nil ? .stopped : .limited
    }
  }

  private func record(of round: Int) async throws -> ImprovementRecord {
    let (number, current) = try setup.current()
    let source = try setup.source()
    let seeds = source.tasks.count { $0.provenance == nil }
    let finetune = try FinetuneSetup(
      source, setup.finetune, model: setup.continues ? current : setup.student, of: setup.corpus,
      round: round)
    Console.note(
      "round \(round): \(finetune.base.name) is given \(GrowReport.tasks(source.tasks.count)) to learn from, "
        + "\(seeds) of them seeds"
        + (source.excluded > 0 ? "; \(source.excluded) near copies of held-out tasks left out" : "")
    )
    let trained = try await train(finetune)
    let before = try await evaluate(current)
    let run = trained.folder.number
    guard run != number else {
      throw EvaluationError.holder(
        model: trained.folder.path, is: "is the one that this round made already")
    }
    func record(_ after: ModelEvaluation?, _ decision: Gate.Decision) -> ImprovementRecord {
      ImprovementRecord(
        training: ImprovementRecord.Training(
          trained.manifest, run: run, seeds: seeds, excluded: source.excluded),
        heldOut: ImprovementRecord.HeldOut(setup.examination.heldOut),
        gate: setup.examination.configuration,
        before: ImprovementRecord.Model(before, number: number),
        after: after.map { ImprovementRecord.Model($0, number: run) }, decision: decision)
    }
    if let problem = trained.problem {
      return record(nil, Gate.Decision(isPromoted: false, reason: problem, comparisons: []))
    }
    let after = try await evaluate(
      ModelReference(trained.folder.finalPath, namedBy: trained.folder.path))
    return record(after, try setup.examination.decide(from: before, to: after))
  }

  /// A run that is finished, or came to numbers that are none.
  private typealias Trained = (folder: RunFolder, manifest: RunManifest, problem: String?)

  private func train(_ finetune: FinetuneSetup) async throws -> Trained {
    let run = FinetuneRun(
      setup: finetune, output: nil, repetition: .once, type: .bf16,
      threads: setup.engine.onCores.threads)
    let stop = StopFlag()
    let end = account.limits.end?.date
    return try await Interruption.handling(
      stop: { stop.raise() },
      during: {
        try await OwnThread.run {
          do {
            let (folder, manifest) = try run.train {
              stop.isRaised || end.map { Date() >= $0 } == true
            }
            return (folder, manifest, nil)
          } catch let error as TrainingError {
            guard case .diverged = error,
              case .resumed(let folder) = try finetune.models.place(of: finetune.manifest(), .once)
            else { throw error }
            try folder.removeWork()
            return (folder, try RunManifest(reading: folder), "\(error)".firstLine)
          }
        }
      })
  }

  private func evaluate(_ model: ModelReference) async throws -> ModelEvaluation {
    let engine = setup.engine.onCores
    let (examination, cache) = (setup.examination, setup.corpus.cachePath + "/evaluations")
    do {
      return try await Interruption.cancelling {
        try await GrowRun.working(until: account.limits.end?.date, else: CancellationError()) {
          try await examination.evaluate(model, engine, cache: cache) { Console.note("\($0)") }
        }
      }
    } catch is CancellationError {
      throw EarlyEnd(
        code: .stopped, message: "stopped before the decision; the same command goes on there")
    }
  }
}

/// Work that blocks, on a thread of its own, so that it takes none of those that tasks run on.
enum OwnThread {
  static func run<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      let thread = Thread { continuation.resume(with: Swift.Result { try body() }) }
      // Of that of a first thread; a secondary one has an eighth of it.
      thread.stackSize = 8 << 20
      thread.start()
    }
  }
}

extension RunFolder {
  /// Its number among the models of a corpus.
  fileprivate var number: Int { Int(URL(fileURLWithPath: path).lastPathComponent) ?? 0 }
}

extension String {
  fileprivate var firstLine: String { String(prefix { $0 != "\n" }) }
}
