import Storage
import TaskCorpus

/// A form in which other programs read tasks.
package enum ExportFormat: String, CaseIterable, Sendable {
  /// `{"instruction", "input", "output"}`, all in one array.
  case alpaca
  /// `{"messages": [{"role", "content"}]}`.
  case messages
  /// `{"prompt", "completion"}`, two strings.
  case promptCompletion = "prompt-completion"
  /// `{"conversations": [{"from", "value"}]}`.
  case sharegpt
  /// The schema of the seeds: one row a task, with all its instances.
  case selfInstruct = "self-instruct"

  /// How a file of it is called after its first name.
  package var fileExtension: String { self == .alpaca ? "json" : "jsonl" }

  /// The rows of a task, one for each instance where the form has no place for several.
  ///
  /// - Parameter hasProvenance: Whether rows say where they come from, in `id` and `provenance`.
  package func rows(of task: InstructionTask, hasProvenance: Bool) -> [JSONValue] {
    var task = task
    // A person's word and the lineage are what provenance holds; the rest of a row are texts.
    if !hasProvenance { task.provenance = nil }
    if self == .selfInstruct { return [task.json] }
    return task.instances.map { instance in
      var fields = fields(of: task.instruction, instance)
      if hasProvenance {
        fields["id"] = .string(task.id)
        fields["provenance"] = task.provenance
      }
      return .object(fields)
    }
  }

  /// The keys of rows in the order in which people read them; those of the lineage follow.
  static let keys = [
    "instruction", "instances", "input", "output", "prompt", "completion", "role", "from",
    "content",
    "value",
  ]

  private func fields(of instruction: String, _ instance: TaskInstance) -> [String: JSONValue] {
    // As 'finetune' asks, too.
    let question = instance.input.isEmpty ? instruction : instruction + "\n\n" + instance.input
    let (asked, answer) = (JSONValue.string(question), JSONValue.string(instance.output))
    switch self {
    case .alpaca, .selfInstruct:
      return [
        "instruction": .string(instruction), "input": .string(instance.input), "output": answer,
      ]
    case .messages:
      return [
        "messages": [
          ["role": "user", "content": asked], ["role": "assistant", "content": answer],
        ]
      ]
    case .promptCompletion:
      // Who joins the two as they are needs something between them, and tokenizers join a space with
      // what follows it, never with what stands before.
      return ["prompt": asked, "completion": .string(" " + instance.output)]
    case .sharegpt:
      return [
        "conversations": [["from": "human", "value": asked], ["from": "gpt", "value": answer]]
      ]
    }
  }

  /// The text of a file with some rows.
  package func text(of rows: [JSONValue]) -> String {
    let lines = rows.map { $0.encodedLine(first: Self.keys) }
    if self == .alpaca { return "[\n" + lines.joined(separator: ",\n") + "\n]\n" }
    return lines.map { $0 + "\n" }.joined()
  }
}
