import Filtering
import Storage
import TaskCorpus

/// The accepted tasks of a corpus as a file: a fold of its ledger and rules.
package enum TaskFile {
  /// The tasks, in candidate order.
  package static func tasks(of corpus: CorpusState) -> [InstructionTask] {
    corpus.items.compactMap { item in
      let instances = corpus.exported(item)
      return instances.isEmpty ? nil : task(item, instances, corpus.reviews[item.id])
    }
  }

  /// The file's text.
  package static func text(of corpus: CorpusState) -> String {
    tasks(of: corpus).map { $0.json.encodedLine() + "\n" }.joined()
  }

  private static func task(
    _ item: CorpusState.Item, _ instances: [CorpusState.ExportedInstance], _ review: Review?
  ) -> InstructionTask {
    var task = InstructionTask(
      id: item.id, instruction: item.instruction,
      instances: instances.map {
        TaskInstance(input: $0.instance.input, output: $0.instance.output)
      },
      isClassification: item.isClassification,
      provenance: provenance(item, instances.map(\.id), review))
    if let edit = review?.edit {
      task.instruction = edit.instruction
      task.instances[0] = TaskInstance(input: edit.input, output: edit.output)
    }
    return task
  }

  private static func provenance(
    _ item: CorpusState.Item, _ instances: [String], _ review: Review?
  ) -> JSONValue {
    var fields: [String: JSONValue] = [
      "round": .int(item.row.round),
      "model": .string(item.row.model),
      "prompt": .string(item.row.prompt),
      "shown": .array(item.row.shown.map(JSONValue.string)),
      "instances": .array(instances.map(JSONValue.string)),
    ]
    if let likelihood = item.evidence.logProbability {
      fields["logProbability"] = .double(likelihood)
    }
    if let review { fields["review"] = review.edit == nil ? "kept" : "edited" }
    if let neighbour = item.neighbour {
      fields["nearest"] = ["id": .string(neighbour.id), "rougeL": .double(neighbour.score)]
    }
    if !item.labels.isEmpty { fields["labels"] = .array(item.labels.map(JSONValue.string)) }
    let flags = item.checks.flags.map { JSONValue.string($0.rule.rawValue) }
    if !flags.isEmpty { fields["flags"] = .array(flags) }
    return .object(fields)
  }
}
