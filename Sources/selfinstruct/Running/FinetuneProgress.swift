import Foundation
import Training

/// Says on stderr how far training is.
final class FinetuneProgress {
  private let progress = Progress()
  private let lambda: Double
  private let start = ContinuousClock.now
  /// Of the first step of this call, by which the time left is told.
  private var firstStep: (step: Int, time: ContinuousClock.Instant)?
  private var recent: [Double] = []
  /// Of what is held out, before the first step.
  private var firstLoss: Double?

  init(lambda: Double) {
    self.lambda = lambda
  }

  func receive(_ event: TrainingEvent) {
    switch event {
    case .step(let step): show(step)
    case .evaluated(let evaluation):
      clear()
      let loss = evaluation.sums.supervised ?? evaluation.sums.language ?? 0
      if evaluation.step == 0 { firstLoss = loss }
      let isBetter = firstLoss.map { loss < $0 } ?? true
      let remark =
        evaluation.step == 0
        ? "" : !isBetter ? ", no better than before" : evaluation.isBest ? ", the best so far" : ""
      Console.note(
        "step \(evaluation.step): validation loss \(FinetuneReport.number(loss)) nats a token\(remark)"
      )
    case .skipped(let step, let reason):
      clear()
      Console.note("warning: step \(step) is skipped: \(reason)")
    case .checkpoint: break
    }
  }

  func clear() { progress.clear() }

  private func show(_ step: TrainingEvent.Step) {
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    recent.append(step.result.sums.supervised ?? .nan)
    if recent.count > 10 { recent.removeFirst() }
    let mean = recent.reduce(0, +) / Double(recent.count)
    let rate = Double(step.tokens) / max(seconds, 0.001)
    var line = "step \(step.step) of \(step.steps), epoch "
    line += String(format: "%.1f", step.epoch) + ": loss \(FinetuneReport.number(mean))"
    if lambda > 0, let language = step.result.sums.language {
      line += ", of texts \(FinetuneReport.number(language))"
    }
    line += ", \(Int(rate)) tokens a second" + left(after: step)
    progress.show(line)
  }

  private func left(after step: TrainingEvent.Step) -> String {
    guard let firstStep else {
      self.firstStep = (step: step.step, time: .now)
      return ""
    }
    let done = step.step - firstStep.step
    let seconds = (ContinuousClock.now - firstStep.time) / .seconds(1)
    let rest = seconds / Double(max(1, done)) * Double(step.steps - step.step)
    return ", \(GrowReport.duration(rest)) left"
  }
}
