import Foundation
import Storage
import Training

/// What a training run says of itself.
enum FinetuneReport {
  /// A loss as people read it.
  static func number(_ loss: Double) -> String { String(format: "%.4f", loss) }

  private static func count(_ number: Int, _ noun: String) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
  }

  /// What the model learns from.
  static func lines(
    about report: DataPreparation.Report, _ configuration: FinetuneConfiguration
  ) -> [String] {
    let c = configuration
    var lines = [
      "data: \(count(report.tasks, "task")) with \(count(report.instances, "instance")); "
        + "\(count(report.heldOutTasks, "task")) with "
        + "\(count(report.heldOutInstances, "instance")) of them held out for validation",
      "an epoch: \(report.tokensOfAnEpoch) tokens, \(report.learntOfAnEpoch) of them learnt; "
        + "\(count(c.epochs, "epoch")): \(count(report.steps, "step")) of "
        + count(c.batchSize, "text"),
    ]
    if report.overlong > 0 {
      lines.append(
        "too long: \(report.overlong) instances have more than \(c.maxLength) tokens and are "
          + (c.overlong == .drop ? "dropped; --overlong cut takes their beginnings" : "cut"))
    }
    if report.nothingToTrain > 0 {
      lines.append(
        "nothing to learn: \(count(report.nothingToTrain, "instance")) without an answer, or none "
          + "left by the cut; dropped")
    }
    if report.replayTexts > 0 { lines.append("replay: \(report.replayTexts) pieces of text") }
    return lines
  }

  /// A text with what is learnt of it marked.
  static func masked(
    _ row: PreparedData.Row, _ renderer: TaskRenderer, inColor: Bool
  ) -> String {
    let (open, close) = inColor ? ("\u{1B}[32m", "\u{1B}[0m") : ("[[", "]]")
    var text = ""
    var isLearnt = false
    var part: [Int32] = []
    func flush() {
      if part.isEmpty { return }
      text += isLearnt ? open + renderer.text(of: part) + close : renderer.text(of: part)
      part = []
    }
    for (token, answer) in zip(row.document.tokens, row.document.answers) {
      if answer != isLearnt { flush() }
      isLearnt = answer
      part.append(token)
    }
    flush()
    let mark = inColor ? "green" : "in [[ ]]"
    return "for example \(row.id), what is learnt of it \(mark):\n"
      + text.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
      .joined(separator: "\n")
  }

  /// What begins now, or goes on.
  static func opening(
    _ folder: RunFolder, _ setup: FinetuneSetup, _ state: TrainingState,
    _ data: DataPreparation.Report, _ threads: Int
  ) -> String {
    let from = state.step > 0 ? ", going on after step \(state.step) of \(data.steps)" : ""
    let lora = setup.configuration.lora
    let how =
      setup.configuration.method == .full
      ? ""
      : "LoRA of rank \(lora.rank) for \(lora.targets.map(\.rawValue).joined(separator: " ")), "
    return
      "\(folder.path): \(setup.base.name) (\(how)\(setup.precision.rawValue), \(threads) threads)"
      + from
  }

  /// What came of a run.
  static func text(_ manifest: RunManifest, _ folder: RunFolder) -> String {
    guard let result = manifest.result else { return folder.path }
    var lines: [String] = []
    let skipped = result.skippedNotFinite + result.skippedOutliers
    let early = result.endedEarly ? ", ended early" : ""
    lines.append(
      "\(count(result.steps, "step")), \(count(result.tokens, "token"))\(early)"
        + (skipped > 0 ? ", \(count(skipped, "step")) skipped" : ""))
    if let before = result.heldOutLossBefore, let after = result.heldOutLoss {
      lines.append(
        "validation loss: \(number(before)) before, \(number(after)) after (nats a token, weights of "
          + "step \(result.bestStep))")
    } else {
      lines.append("nothing is held out: what came of it is not measured")
    }
    if let before = result.heldOutLossBefore, let after = result.heldOutLoss, after >= before {
      let how = after > before ? "worse than" : "as well as"
      lines.append(
        "on what is held out it does \(how) the model it was made from\n  help: "
          + "lower --learning-rate, or train for fewer epochs")
    }
    lines.append(
      "try it: selfinstruct generate --model \(folder.finalPath) --chat --temperature 0 --prompt '...'"
    )
    return lines.joined(separator: "\n")
  }

  /// The same as one object.
  static func json(_ manifest: RunManifest, _ folder: RunFolder) throws -> JSONValue {
    [
      "path": .string(folder.path), "model": .string(folder.finalPath),
      "data": try JSONValue(encoding: manifest.data),
      "result": try manifest.result.map { try JSONValue(encoding: $0) } ?? .null,
    ]
  }
}
