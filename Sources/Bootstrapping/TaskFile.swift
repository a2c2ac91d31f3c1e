import Filtering
import Storage
import TaskCorpus

/// The accepted tasks of a corpus as a file: a fold of its ledger and rules.
package enum TaskFile {
  /// The tasks, in candidate order.
  package static func tasks(of corpus: CorpusState) -> [InstructionTask] {
    corpus.items.compactMap { item in
      guard corpus.isTask(item), let decision = corpus.instances(of: item) else { return nil }
      return task(item, decision)
    }
  }

  /// The file's text.
  package static func text(of corpus: CorpusState) -> String {
    tasks(of: corpus).map { $0.json.encodedLine() + "\n" }.joined()
  }

  private static func task(
    _ item: CorpusState.Item, _ decision: InstanceDecision
  ) -> InstructionTask {
    let kept = decision.kept
    return InstructionTask(
      id: item.id, instruction: item.instruction,
      instances: kept.compactMap { found in
        found.instance.map { TaskInstance(input: $0.input, output: $0.output) }
      },
      isClassification: item.isClassification, provenance: provenance(item, kept))
  }

  private static func provenance(
    _ item: CorpusState.Item, _ kept: [InstanceDecision.Found]
  ) -> JSONValue {
    var fields: [String: JSONValue] = [
      "round": .int(item.row.round),
      "model": .string(item.row.model),
      "prompt": .string(item.row.prompt),
      "shown": .array(item.row.shown.map(JSONValue.string)),
      "instances": .array(kept.map { .string($0.row.id) }),
    ]
    if let likelihood = item.evidence.logProbability {
      fields["logProbability"] = .double(likelihood)
    }
    if let neighbour = item.neighbour {
      fields["nearest"] = ["id": .string(neighbour.id), "rougeL": .double(neighbour.score)]
    }
    if !item.labels.isEmpty { fields["labels"] = .array(item.labels.map(JSONValue.string)) }
    let flags = item.checks.flags.map { JSONValue.string($0.rule.rawValue) }
    if !flags.isEmpty { fields["flags"] = .array(flags) }
    return .object(fields)
  }
}
