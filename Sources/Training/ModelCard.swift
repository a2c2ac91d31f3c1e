import Foundation
import Storage

/// The page that tells what a model is and where it comes from.
enum ModelCard {
  static func text(of run: RunManifest) -> String {
    let c = run.configuration
    let texts = run.snapshot.replay == nil ? "the same texts" : "other texts"
    let lambda =
      c.lambda > 0
      ? "plus \(c.lambda) times the language-model loss of \(texts)"
      : "without a language-model term"
    return """
      \(frontMatter(of: run))
      # \(title(of: run))

      Made by selfinstruct \(run.program) from `\(run.base.name)` and \(origin(of: run))

      ## What it learnt from

      | | |
      |---|---:|
      | tasks | \(run.data.tasks), of them \(run.data.heldOutTasks) held out |
      | instances | \(run.data.instances), of them \(run.data.heldOutInstances) held out |
      | tokens of an epoch | \(run.data.tokensOfAnEpoch), of them \(run.data.learntOfAnEpoch) learnt |
      | too long, \(c.overlong == .drop ? "dropped" : "cut") | \(run.data.overlong) |

      ## How

      Answers were learnt (mean negative log-likelihood a token) \(lambda): \(c.epochs) \
      epoch\(c.epochs == 1 ? "" : "s"), \(c.batchSize) texts a step, AdamW, learning rate \(c.highestRate) (\(c.schedule.rawValue)), \
      \(trained(by: c)), \
      texts as \(form(of: run)), \
      products in \(run.precision), seed \(c.seed).
      \(results(of: run))
      ## Where it comes from

      - base model: `\(run.base.name)`, SHA-256 of its weights `\(run.base.fingerprint)`
      - tasks: SHA-256 `\(run.snapshot.tasks)`
      - this \(c.method == .full ? "model: SHA-256 of `model" : "adapter: SHA-256 of `adapter_model").safetensors` `\(run.result?.fingerprint ?? "")`

      """
  }

  private static func title(of run: RunManifest) -> String {
    let name =
      (run.base.published ?? run.base.name).split(separator: "/").last.map(String.init)
      ?? run.base.name
    return "\(name), finetuned on \(run.snapshot.isGrown ? "a grown corpus" : "instruction data")"
  }

  private static func origin(of run: RunManifest) -> String {
    guard run.snapshot.isGrown else { return "rows that a person named.\n" }
    return """
      instruction data that was grown by
      a language model from hand-written tasks. Rows written by a small model are often wrong: test this
      model before you rely on it.

      """
  }

  private static func trained(by c: FinetuneConfiguration) -> String {
    guard c.method == .lora else { return "all weights trained" }
    let dropout = c.lora.dropout > 0 ? ", dropout \(c.lora.dropout)" : ""
    return "low-rank updates trained (rank \(c.lora.rank), alpha \(c.lora.alpha)\(dropout), of "
      + c.lora.targets.map(\.rawValue).joined(separator: ", ") + ")"
  }

  private static func form(of run: RunManifest) -> String {
    run.template == "chat"
      ? "conversations in the model's template"
      : "the paper of 2022 writes them, not as conversations"
  }

  private static func frontMatter(of run: RunManifest) -> String {
    let isAdapter = run.configuration.method == .lora
    var lines = [
      "---", "library_name: \(isAdapter ? "peft" : "transformers")",
      "pipeline_tag: text-generation",
      "tags: [selfinstruct, text-generation\(isAdapter ? ", lora" : "")]",
    ]
    // Only a published model has a name that others can look up.
    if let published = run.base.published {
      lines.append("base_model: \(JSONValue.string(published).encodedLine())")
    }
    if let license = run.base.license {
      lines.append("license: \(JSONValue.string(license).encodedLine())")
    }
    return (lines + ["---", ""]).joined(separator: "\n")
  }

  private static func results(of run: RunManifest) -> String {
    guard let result = run.result, let before = result.heldOutLossBefore,
      let after = result.heldOutLoss
    else { return "" }
    func shown(_ loss: Double) -> String { String(format: "%.4f", loss) }
    return """

      ## What came of it

      On held-out tasks the loss of answers went from \(shown(before)) to \(shown(after)) nats a token \
      (step \(result.bestStep) of \(run.data.steps); \(result.skippedNotFinite + result.skippedOutliers) steps were skipped).

      """
  }
}
