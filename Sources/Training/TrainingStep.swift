import Kernels
import Randomness
import Transformer

/// One optimizer step after the other.
package struct TrainingStep: ~Copyable {
  /// What came of a step.
  package struct Result: Hashable, Sendable {
    package var sums: Objective.Sums
    /// Nats, as the objective weighs them.
    package var loss: Double
    /// Of the gradient, before it was clipped.
    package var gradientNorm: Double
  }

  /// What is trained: the weights, or an adapter of them.
  package let parameters: any TrainableParameters
  private let pass: TrainingPass
  private let pool: WorkerPool<TrainingWorker>
  package let optimizer: Optimizer
  package let objective: Objective
  /// Rows of a batch, at most, if documents allow: it decides memory, not results.
  private let maximumRows: Int

  /// - Parameters:
  ///   - adapter: What is trained in place of the weights; nil for the weights.
  ///   - pool: Made by `TrainingWorker.pool` for the weights.
  package init(
    _ weights: TrainableWeights, _ adapter: LowRankAdapter? = nil,
    on pool: WorkerPool<TrainingWorker>, optimizer: Optimizer, objective: Objective,
    maximumRows: Int
  ) {
    parameters = adapter ?? weights
    self.pool = pool
    pass = TrainingPass(weights, adapter, pool: pool)
    self.optimizer = optimizer
    self.objective = objective
    self.maximumRows = maximumRows
  }

  /// Trains on documents, in as many batches as their rows need.
  /// - Throws: `KernelError` when memory is missing or a product fails.
  package func train(
    on documents: [TrainingDocument], rate: Double
  ) throws(KernelError) -> Result {
    let result = try differentiate(documents)
    try apply(result, rate: rate)
    return result
  }

  /// The loss of documents, and its gradient, which stays with what is trained.
  /// - Parameter chance: What dropout is drawn from: another stream for each step.
  /// - Throws: As `train(on:rate:)`.
  package func differentiate(
    _ documents: [TrainingDocument], chance: RandomStream = RandomStream(seed: 0)
  ) throws(KernelError) -> Result {
    parameters.clearGradients(on: pool)
    let sums = try run(documents, addsGradients: true, chance)
    return Result(
      sums: sums, loss: objective.loss(sums),
      gradientNorm: optimizer.gradientNorm(of: parameters, on: pool))
  }

  /// Moves what is trained along the gradient that was found last.
  /// - Throws: `KernelError` when memory is missing.
  package func apply(_ result: Result, rate: Double) throws(KernelError) {
    optimizer.step(parameters, rate: rate, norm: result.gradientNorm, on: pool)
    try parameters.refresh(on: pool)
  }

  /// Makes products read the masters as they are now, after they were set from outside.
  /// - Throws: As `apply(_:rate:)`.
  package func refresh() throws(KernelError) {
    try parameters.refresh(on: pool)
  }

  /// The sums of documents that are not trained on.
  /// - Parameter shouldStop: Asked before each batch.
  /// - Returns: Nil if it was asked to stop.
  package func evaluate(
    _ documents: [TrainingDocument], shouldStop: () -> Bool = { false }
  ) throws(KernelError) -> Objective.Sums? {
    var sums = Objective.Sums()
    for part in parts(of: documents) {
      if shouldStop() { return nil }
      sums += try run(Array(documents[part]), addsGradients: false)
    }
    return sums
  }

  private func run(
    _ documents: [TrainingDocument], addsGradients: Bool,
    _ chance: RandomStream = RandomStream(seed: 0)
  ) throws(KernelError) -> Objective.Sums {
    var counts = LossPair(supervised: 0, language: 0)
    for document in documents {
      counts.supervised += document.counts.supervised
      counts.language += document.counts.language
    }
    var sums = Objective.Sums()
    for part in parts(of: documents) {
      let chosen = Array(documents[part])
      let batch = objective.batch(
        of: chosen, in: counts, keys: part.map { chance.stream("text", $0).key })
      sums += objective.sums(
        of: chosen, batch, try pass.run(batch, addsGradients: addsGradients))
    }
    return sums
  }

  /// Consecutive documents whose rows go together.
  private func parts(of documents: [TrainingDocument]) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var rows = 0
    for (place, document) in documents.enumerated() {
      if let last = parts.last, rows + document.tokens.count <= maximumRows {
        parts[parts.count - 1] = last.lowerBound..<place + 1
      } else {
        parts.append(place..<place + 1)
        rows = 0
      }
      rows += document.tokens.count
    }
    return parts
  }
}
