import Filtering
import LanguageModels
import Synchronization
import TaskCorpus

/// Has waves answered by a model and hands over each answer as it comes.
final class WaveRunner: Sendable {
  /// What comes from the waves in flight.
  enum Arrival: Sendable {
    case answer(CompletionRow)
    /// The model has nothing more to say to a wave.
    case ended(wave: Int)
    case failed(any Error)
    /// A wish to stop.
    case stop
  }

  let arrivals: AsyncStream<Arrival>
  private let continuation: AsyncStream<Arrival>.Continuation
  private let models: ModelRoles<any LanguageModel>
  private let round: Int
  private let tasks = Mutex<[Task<Void, Never>]>([])

  init(_ models: ModelRoles<any LanguageModel>, round: Int, stop: StopSignal) {
    self.models = models
    self.round = round
    let (stream, continuation) = AsyncStream<Arrival>.makeStream()
    arrivals = stream
    self.continuation = continuation
    stop.whenGiven { continuation.yield(.stop) }
  }

  /// Begins to have requests of a wave answered.
  func start(_ asks: [Ask], wave: Int) {
    let task = Task {
      do {
        try await withThrowingTaskGroup { group in
          for (model, asks) in models.shares(of: asks, stage: \.key.stage) {
            group.addTask { try await self.ask(model, asks, wave) }
          }
          // The first failure ends the others.
          for try await () in group {}
        }
        continuation.yield(.ended(wave: wave))
      } catch {
        continuation.yield(.failed(error))
      }
    }
    tasks.withLock { $0.append(task) }
  }

  /// Ends the asking soon.
  ///
  /// - Returns: What is still at work.
  @discardableResult
  func cancel() -> [Task<Void, Never>] {
    let tasks = tasks.withLock { $0 }
    for task in tasks { task.cancel() }
    return tasks
  }

  /// Ends the asking.
  ///
  /// - Returns: Answers that have arrived and were not looked at.
  func rest() async -> [CompletionRow] {
    for task in cancel() { await task.value }
    continuation.finish()
    var answers: [CompletionRow] = []
    for await arrival in arrivals {
      if case .answer(let row) = arrival { answers.append(row) }
    }
    return answers
  }

  private func ask(_ model: any LanguageModel, _ asks: [Ask], _ wave: Int) async throws {
    async let scores: Void = score(asks, wave, by: model)
    try await generate(asks, wave, by: model)
    try await scores
  }

  private func generate(
    _ asks: [Ask], _ wave: Int, by model: any LanguageModel
  ) async throws {
    var wanted: [(Ask, GenerationRequest)] = []
    for ask in asks {
      if case .generate(let request) = ask.body { wanted.append((ask, request)) }
    }
    if wanted.isEmpty { return }
    for try await answer in model.generate(wanted.map(\.1))
    where wanted.indices.contains(answer.index) {
      let ask = wanted[answer.index].0
      var row = self.row(ask, wave)
      row.text = answer.text
      row.finish = answer.finishReason.rawValue
      row.logProbability = answer.sumLogProbability.flatMap { $0.isFinite ? $0 : nil }
      row.scoredTokens = answer.scoredTokens
      row.promptTokens = answer.promptTokens
      row.tokens = answer.completionTokens
      row.failure = answer.failure
      row.model = answer.model
      // What has come is handed over whatever was wished for meanwhile; a stream that is cancelled
      // ends by itself.
      continuation.yield(.answer(row))
    }
  }

  private func score(
    _ asks: [Ask], _ wave: Int, by model: any LanguageModel
  ) async throws {
    var wanted: [(Ask, ScoringRequest)] = []
    for ask in asks {
      if case .score(let request) = ask.body { wanted.append((ask, request)) }
    }
    if wanted.isEmpty { return }
    for try await answer in model.score(wanted.map(\.1)) where wanted.indices.contains(answer.index)
    {
      var row = self.row(wanted[answer.index].0, wave)
      row.logProbability = answer.sum.isFinite ? answer.sum : nil
      row.scoredTokens = answer.tokenLogProbabilities.count
      row.promptTokens = answer.contextTokens
      // What has come is handed over whatever was wished for meanwhile; a stream that is cancelled
      // ends by itself.
      continuation.yield(.answer(row))
    }
  }

  private func row(_ ask: Ask, _ wave: Int) -> CompletionRow {
    CompletionRow(
      round: round, wave: wave, stage: ask.key.stage.rawValue, request: ask.key.number,
      of: ask.purpose.item, prompt: ask.prompt)
  }
}
