import Foundation
import Kernels
import Randomness
import Storage
import TensorFiles
import Transformer

/// Takes the steps of a run, from its first or from the last checkpoint on.
///
/// What a step does is decided by the run's data and configuration and the step before, so a run that
/// was killed anywhere and goes on ends with the bytes of one that was not.
package final class Finetuner {
  /// How a call of `run` ended.
  package enum Ending: Equatable, Sendable {
    case finished
    /// Asked to, after a checkpoint of this step.
    case stopped(step: Int)
  }

  /// After so many steps in a row that stand out the next one is taken.
  private static let outliersBelieved = 5
  /// After so many steps in a row that are not finite more would be in vain.
  private static let notFiniteBelieved = 10

  private let folder: RunFolder
  private let configuration: FinetuneConfiguration
  private let data: PreparedData
  private let trainer: TrainingStep
  private let report: (TrainingEvent) -> Void
  private let progress: AppendLog
  private let schedule: Schedule
  package private(set) var state = TrainingState()
  private var tokensNow = 0

  /// - Parameters:
  ///   - weights: The base model's; a checkpoint's are put in their place. With the method `lora`
  ///     they are frozen, and an adapter is trained.
  ///   - threads: Threads to compute on; the result does not depend on it.
  ///   - copiedBytes: Of what the result holds beside what is trained.
  ///   - report: Is told what happens.
  /// - Throws: `TrainingError.checkpoint` for a damaged checkpoint, `.diskFull`; `StorageError`;
  ///   `KernelError` when memory is missing.
  package init(
    _ folder: RunFolder, _ configuration: FinetuneConfiguration, _ data: PreparedData,
    _ weights: TrainableWeights, threads: Int, copiedBytes: Int = 0,
    report: @escaping (TrainingEvent) -> Void
  ) throws {
    self.folder = folder
    self.configuration = configuration
    self.data = data
    self.report = report
    schedule = Schedule(
      shape: configuration.schedule, rate: configuration.highestRate,
      warmup: configuration.warmup)
    let adapter = try Self.adapter(for: weights, configuration)
    let parameters: any TrainableParameters = adapter ?? weights
    trainer = TrainingStep(
      weights, adapter,
      on: TrainingWorker.pool(
        threads: threads, for: weights.configuration, precision: weights.precision),
      optimizer: Optimizer(for: parameters.table, configuration.optimizer),
      objective: Objective(lambda: configuration.lambda),
      maximumRows: configuration.batchTokens)
    try folder.removePartials()
    try Self.checkDisk(folder, parameters.table, copiedBytes)
    if let step = folder.checkpoints.last {
      state = try Checkpoint.read(
        folder.checkpointPath(ofStep: step), into: parameters, trainer.optimizer,
        of: data.steps.count)
      guard state.step == step, step <= data.steps.count else {
        throw TrainingError.checkpoint(
          path: folder.checkpointPath(ofStep: step), is: "is of step \(state.step)",
          expected: "step \(step) of \(data.steps.count)")
      }
    }
    if adapter != nil || state.step > 0 { try trainer.refresh() }
    // Before the log is opened, which cuts a torn row off.
    let found = try folder.progressBytes()
    guard found >= state.progressBytes else {
      throw StorageError.malformedFile(
        path: folder.progressPath, is: "has \(found) bytes",
        expected: "at least \(state.progressBytes), which the checkpoint counts\n"
          + "  help: remove \(folder.path); its run then begins again")
    }
    progress = try AppendLog(folder.progressPath)
    guard progress.byteCount >= state.progressBytes else {
      throw StorageError.malformedFile(
        path: folder.progressPath, is: "ends in a torn row before byte \(state.progressBytes)",
        expected: "whole rows\n  help: remove \(folder.path); its run then begins again")
    }
    try progress.truncate(to: state.progressBytes)
  }

  /// The adapter that is trained, as it begins: A drawn at random, uniform within 1 / sqrt(inputs)
  /// as PEFT draws it, B zero.
  private static func adapter(
    for weights: TrainableWeights, _ configuration: FinetuneConfiguration
  ) throws -> LowRankAdapter? {
    guard configuration.method == .lora else { return nil }
    let adapter = try LowRankAdapter(
      configuration.lora, for: weights.configuration, precision: weights.precision)
    let run = RandomStream(seed: configuration.seed)
    let masters = adapter.masters
    for (number, tensor) in adapter.downTensors.enumerated() {
      var draws = run.stream("lora", number).generator()
      let bound = 1 / Double(tensor.shape[1]).squareRoot()
      var numbers = masters.mutableSpan(in: tensor.range)
      for index in numbers.indices { numbers[index] = Float(bound * (2 * draws.uniform() - 1)) }
    }
    return adapter
  }

  /// Takes all steps that are left.
  ///
  /// - Parameter shouldStop: Asked before each step, and again and again while what is held out is
  ///   looked at.
  /// - Throws: `TrainingError.diverged`, `StorageError`, `KernelError`; the checkpoints stay.
  package func run(shouldStop: () -> Bool) throws -> Ending {
    func stop() throws -> Ending {
      try writeCheckpoint()
      return .stopped(step: state.step)
    }
    while true {
      if isEvaluationDue, state.evaluated != state.step {
        guard try evaluate(shouldStop) else { return try stop() }
      }
      if state.step > 0, state.step % configuration.checkpointSteps == 0 { try writeCheckpoint() }
      guard state.step < data.steps.count, !hasEnded else { return .finished }
      if shouldStop() { return try stop() }
      try takeStep()
    }
  }

  /// Whether training ended before its last step, for want of better evaluations.
  package var endedEarly: Bool { hasEnded && state.step < data.steps.count }

  /// Writes the weights, or the adapter, of the best evaluation, or of the last step where nothing is
  /// held out.
  ///
  /// - Parameter type: bf16 or f32.
  /// - Throws: `StorageError`, `TensorFileError`.
  package func writeBest(as type: TensorType, to path: String) throws {
    let parameters = trainer.parameters
    if let best = state.best, best.step != state.step {
      try WeightFiles.read(
        folder.bestPath + "/model.safetensors", parameters.table, into: parameters.masters)
      guard WeightFiles.checksum(parameters.masters, parameters.table) == state.bestChecksum else {
        throw TrainingError.checkpoint(
          path: folder.bestPath, is: "is damaged", expected: "the weights of step \(best.step)")
      }
    }
    try WeightFiles.write(parameters.masters, parameters.table, as: type, to: path)
  }

  // MARK: Steps

  private func takeStep() throws {
    let number = state.step
    let start = ContinuousClock.now
    let documents = data.documents(of: number)
    let result = try trainer.differentiate(
      documents, chance: RandomStream(seed: configuration.seed).stream("dropout", number))
    let rate = schedule.rate(at: number, of: data.steps.count)
    let problem = problem(with: result)
    if problem == nil {
      try trainer.apply(result, rate: rate)
      state.detector.insert(result.gradientNorm)
      state.notFiniteInARow = 0
    }
    let tokens = documents.reduce(0) { $0 + $1.tokens.count }
    state.step += 1
    state.tokens += tokens
    state.seconds += (ContinuousClock.now - start) / .seconds(1)
    tokensNow += tokens
    let step = TrainingEvent.Step(
      step: state.step, steps: data.steps.count, epoch: epoch, result: result, rate: rate,
      tokens: tokensNow)
    try write(step.json(tokens: state.tokens, skipped: problem))
    if let problem { report(.skipped(step: state.step, reason: problem)) }
    report(.step(step))
    if state.notFiniteInARow >= Self.notFiniteBelieved {
      throw TrainingError.diverged(steps: state.notFiniteInARow)
    }
  }

  /// Why a step is not to be taken; nil if it is.
  private func problem(with result: TrainingStep.Result) -> String? {
    guard result.loss.isFinite, result.gradientNorm.isFinite else {
      state.notFinite += 1
      state.notFiniteInARow += 1
      return "loss or gradient is not finite"
    }
    let deviations = state.detector.deviations(of: result.gradientNorm)
    // What stands out again and again is how it is from now on.
    guard configuration.outlierDeviations > 0, deviations > configuration.outlierDeviations else {
      state.outliersInARow = 0
      return nil
    }
    state.outliersInARow += 1
    if state.outliersInARow > Self.outliersBelieved { return nil }
    state.outliers += 1
    let shown = deviations.isFinite && deviations < 1e6 ? "\(Int(deviations))" : "many"
    return "the gradient's norm lies \(shown) standard deviations above that of others"
  }

  /// Epochs done: whole ones, and the share of steps of the one under way.
  private var epoch: Double {
    guard state.step > 0 else { return 0 }
    let current = data.steps[state.step - 1].epoch
    let first = data.steps.firstIndex { $0.epoch == current } ?? 0
    let last = data.steps.lastIndex { $0.epoch == current } ?? first
    return Double(current - 1) + Double(state.step - first) / Double(last - first + 1)
  }

  // MARK: Evaluation

  private var isEvaluationDue: Bool {
    if state.step == 0 || state.step == data.steps.count { return true }
    if configuration.evaluationSteps > 0 {
      return state.step % configuration.evaluationSteps == 0
    }
    return data.steps[state.step].epoch != data.steps[state.step - 1].epoch
  }

  private var hasEnded: Bool {
    configuration.patience > 0 && state.worse >= configuration.patience
  }

  /// Looks at what is held out; false if it was asked to stop before the end.
  private func evaluate(_ shouldStop: () -> Bool) throws -> Bool {
    guard !data.heldOut.isEmpty else { return true }
    guard
      let sums = try trainer.evaluate(data.heldOut.map(\.document), shouldStop: shouldStop)
    else { return false }
    state.evaluated = state.step
    let loss = sums.supervised ?? sums.language ?? 0
    state.evaluations += 1
    let evaluation = TrainingState.Evaluation(step: state.step, loss: loss)
    var isBest = false
    if state.step == 0 {
      state.first = loss.isFinite ? evaluation : nil
    } else if loss.isFinite, state.best.map({ loss < $0.loss }) ?? true {
      isBest = true
      state.best = evaluation
      state.worse = 0
      state.bestChecksum = WeightFiles.checksum(
        trainer.parameters.masters, trainer.parameters.table)
      if state.step < data.steps.count { try writeBestWeights() }
    } else {
      state.worse += 1
    }
    let event = TrainingEvent.Evaluation(step: state.step, sums: sums, isBest: isBest)
    try write(event.json(objective: trainer.objective, epoch: epoch))
    report(.evaluated(event))
    return true
  }

  private func writeBestWeights() throws {
    try OpenFile.makeFolder(folder.bestPath)
    try WeightFiles.write(
      trainer.parameters.masters, trainer.parameters.table, as: .f32,
      to: folder.bestPath + "/model.safetensors")
  }

  // MARK: Files

  private func write(_ row: JSONValue) throws {
    try progress.append(row)
    state.progressBytes = progress.byteCount
  }

  private func writeCheckpoint() throws {
    let former = folder.checkpoints
    if former.last == state.step { return }
    try Checkpoint.write(
      state, trainer.parameters, trainer.optimizer, to: folder.checkpointPath(ofStep: state.step))
    for step in former where step < state.step {
      try AtomicFolder.remove(folder.checkpointPath(ofStep: step))
    }
    report(.checkpoint(step: state.step))
  }

  /// While a checkpoint is written the one before it is there, too; beside them the best weights and
  /// the result, of an adapter perhaps with the model that it belongs to.
  private static func checkDisk(
    _ folder: RunFolder, _ table: TensorTable, _ copiedBytes: Int
  ) throws {
    let weights = WeightFiles.byteCount(table, as: .f32)
    let wanted = 2 * Checkpoint.byteCount(table) + 2 * weights + copiedBytes
    let taken = folder.checkpoints.count * Checkpoint.byteCount(table)
    guard let free = folder.freeBytes, free < wanted - taken else { return }
    throw TrainingError.diskFull(
      path: folder.path, needed: ByteCount(wanted - taken).roundedUp,
      free: ByteCount(free).roundedUp)
  }
}

extension TrainingEvent.Step {
  /// A row of `progress.jsonl`, under Hugging Face's names where it has some.
  fileprivate func json(tokens: Int, skipped: String?) -> JSONValue {
    var fields: [String: JSONValue] = [
      "step": .int(step),
      "epoch": .double(epoch),
      "loss": .double(result.loss),
      "grad_norm": .double(result.gradientNorm),
      "learning_rate": .double(rate),
      "num_input_tokens_seen": .int(tokens),
    ]
    fields["loss_sft"] = result.sums.supervised.map(JSONValue.double)
    fields["loss_lm"] = result.sums.language.map(JSONValue.double)
    fields["skipped"] = skipped.map(JSONValue.string)
    return .object(fields)
  }
}

extension TrainingEvent.Evaluation {
  fileprivate func json(objective: Objective, epoch: Double) -> JSONValue {
    var fields: [String: JSONValue] = [
      "step": .int(step), "epoch": .double(epoch),
      "eval_loss": .double(objective.loss(sums)),
    ]
    fields["eval_loss_sft"] = sums.supervised.map(JSONValue.double)
    fields["eval_loss_lm"] = sums.language.map(JSONValue.double)
    return .object(fields)
  }
}
