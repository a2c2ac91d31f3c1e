import Bootstrapping
import Filtering
import Storage

extension DryRun.Request {
  /// The request as people read it: what it is for, how often it is made, and the prompt.
  var text: String {
    var head = "== \(stage.rawValue)"
    if stage != .calibration { head += ", \(subject)" }
    head += ": \(count) request\(count == 1 ? "" : "s")"
    if let limit { head += " of at most \(limit.tokens) tokens, temperature \(limit.temperature)" }
    var parts = [head, "-- prompt", prompt]
    if let scored { parts += ["-- how likely is", scored] }
    return parts.joined(separator: "\n") + "\n"
  }

  /// The request as a row.
  var json: JSONValue {
    var row: [String: JSONValue] = [
      "stage": .string(stage.rawValue), "kind": .string(kind.rawValue), "count": .int(count),
      "prompt": .string(prompt),
    ]
    row["scored"] = scored.map(JSONValue.string)
    row["maxNewTokens"] = limit.map { .int($0.tokens) }
    row["temperature"] = limit.map { .double($0.temperature) }
    return .object(row)
  }

  private var subject: String {
    switch kind {
    case .open: "open task"
    case .input: "task with an input"
    case .label: "classification task"
    }
  }
}
