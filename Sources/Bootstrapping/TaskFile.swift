import Filtering
import Storage
import TaskCorpus

/// The accepted tasks of a corpus as a file: a fold of its ledger and rules.
package enum TaskFile {
  /// The tasks of a whole state, in candidate order.
  package static func tasks(of corpus: CorpusState) -> [InstructionTask] {
    corpus.items.compactMap { task(of: $0, in: corpus) }
  }

  /// How many there are.
  package static func count(of corpus: CorpusState) -> Int {
    corpus.closedTasks.count { $0.exported != nil } + corpus.items.count { corpus.isTask($0) }
  }

  /// The file's bytes.
  package static func bytes(of corpus: CorpusState) -> [UInt8] {
    var bytes: [UInt8] = []
    func add(_ line: [UInt8]?) {
      guard let line else { return }
      bytes += line
      bytes.append(UInt8(ascii: "\n"))
    }
    var closed = corpus.closedTasks[...]
    for item in corpus.items {
      let earlier = closed.prefix { $0.place < item.place }
      for task in earlier { add(task.exported) }
      closed = closed.dropFirst(earlier.count)
      add(line(of: item, in: corpus))
    }
    for task in closed { add(task.exported) }
    return bytes
  }

  /// The line of an item; nil if it is no task.
  static func line(of item: CorpusState.Item, in corpus: CorpusState) -> [UInt8]? {
    task(of: item, in: corpus).map { Array($0.json.encodedLine().utf8) }
  }

  private static func task(
    of item: CorpusState.Item, in corpus: CorpusState
  ) -> InstructionTask? {
    let instances = corpus.exported(item)
    return instances.isEmpty ? nil : task(item, instances, corpus.reviews[item.id])
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
      provenance: provenance(item, instances, review))
    if let edit = review?.edit {
      task.instruction = edit.instruction
      task.instances[0] = TaskInstance(input: edit.input, output: edit.output)
    }
    return task
  }

  private static func provenance(
    _ item: CorpusState.Item, _ instances: [CorpusState.ExportedInstance], _ review: Review?
  ) -> JSONValue {
    var fields: [String: JSONValue] = [
      "round": .int(item.row.round),
      "model": .string(item.row.model),
      "prompt": .string(item.row.prompt),
      "shown": .array(item.row.shown.map(JSONValue.string)),
      "instances": .array(instances.map { .string($0.id) }),
    ]
    if let answerer = instances.first?.model, answerer != item.row.model {
      fields["answerModel"] = .string(answerer)
    }
    let scores = instances.compactMap(\.score)
    if !scores.isEmpty, scores.count == instances.count {
      fields["scores"] = .array(scores.map(JSONValue.int))
    }
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
