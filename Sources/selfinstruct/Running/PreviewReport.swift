import Bootstrapping
import Filtering
import Storage

extension Preview.Step {
  /// The step as people read it: prompt, completion, what was read, what each rule says.
  var text: String {
    var parts = ["== \(stage.rawValue) \(id)", "-- prompt", prompt]
    if let completion { parts += ["-- completion", completion] }
    if let scored {
      parts += ["-- log-probability", "\(scored.logProbability) of '\(scored.text)'"]
    }
    for (index, parse) in parses.enumerated() {
      parts += ["-- read", parse.encodedLine()]
      if checks.indices.contains(index) { parts += checks[index].map(Self.line) }
    }
    return parts.joined(separator: "\n") + "\n"
  }

  /// The step as a row.
  var json: JSONValue {
    var row: [String: JSONValue] = [
      "stage": .string(stage.rawValue), "id": .string(id), "prompt": .string(prompt),
      "parses": .array(parses),
      "checks": .array(checks.map { .array($0.map(Self.row)) }),
    ]
    row["completion"] = completion.map(JSONValue.string)
    row["scored"] = scored.map {
      ["text": .string($0.text), "logprob": .double($0.logProbability)]
    }
    return .object(row)
  }

  private static func line(_ check: RuleCheck) -> String {
    guard let verdict = check.verdict else { return "   passes \(check.rule.rawValue)" }
    return "   \(verdict.severity.rawValue)s  \(check.rule.rawValue): \(verdict.evidence)"
  }

  private static func row(_ check: RuleCheck) -> JSONValue {
    guard let verdict = check.verdict else {
      return ["rule": .string(check.rule.rawValue), "verdict": "pass"]
    }
    return [
      "rule": .string(check.rule.rawValue), "verdict": .string(verdict.severity.rawValue),
      "evidence": .string(verdict.evidence),
    ]
  }
}
