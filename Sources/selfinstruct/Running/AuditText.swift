import Bootstrapping
import Storage

/// An audit as tables, and as JSON.
struct AuditText {
  private let audit: Audit

  init(_ audit: Audit) {
    self.audit = audit
  }

  var text: String {
    var lines = [
      Self.row("rule", "seeds", "right", "wrong", "candidates"),
      Self.row(
        "", "of \(audit.seedCount)", "of \(audit.rightCount)", "of \(audit.wrongCount)",
        "dropped so far"),
    ]
    lines += audit.rules.map { count in
      Self.row(
        count.rule.rawValue, "\(count.seeds.count)", "\(count.right.count)",
        "\(count.wrong.count)", "\(count.candidates)")
    }
    lines += examples
    lines += ["", Self.row("stage", "answers", "cut", "unread")]
    lines += audit.stages.map { stage in
      Self.row(stage.stage, "\(stage.completions)", "\(stage.cut)", "\(stage.unparsed)")
    }
    lines += ["", Self.row("seed", "shown", "too near", "tasks")]
    lines += seeds
    return lines.joined(separator: "\n")
  }

  /// What each rule would drop of what people wrote or kept.
  private var examples: [String] {
    let lines = audit.rules.compactMap { count -> String? in
      let ids = (count.right + count.seeds).prefix(5)
      return ids.isEmpty ? nil : "  \(count.rule.rawValue): \(ids.joined(separator: ", "))"
    }
    return lines.isEmpty ? [] : ["", "killed wrongly, as far as people have said:"] + lines
  }

  /// The five best seeds and the five worst.
  private var seeds: [String] {
    let rows = audit.seeds.map { seed in
      Self.row(seed.id, "\(seed.shown)", "\(seed.tooNear)", "\(seed.tasks)")
    }
    return rows.count <= 11 ? rows : rows.prefix(5) + ["..."] + rows.suffix(5)
  }

  private static func row(_ name: String, _ values: String...) -> String {
    let cells = values.map { value in
      String(repeating: " ", count: max(1, 11 - value.count)) + value
    }
    return name + String(repeating: " ", count: max(1, 18 - name.count)) + cells.joined()
  }

  var json: JSONValue {
    [
      "seeds": .int(audit.seedCount), "right": .int(audit.rightCount),
      "wrong": .int(audit.wrongCount),
      "rules": .array(
        audit.rules.map { count in
          [
            "rule": .string(count.rule.rawValue), "seeds": Self.list(count.seeds),
            "right": Self.list(count.right), "wrong": Self.list(count.wrong),
            "candidates": .int(count.candidates),
          ]
        }),
      "stages": .array(
        audit.stages.map { stage in
          [
            "stage": .string(stage.stage), "completions": .int(stage.completions),
            "cut": .int(stage.cut), "unparsed": .int(stage.unparsed),
          ]
        }),
      "yield": .array(
        audit.seeds.map { seed in
          [
            "seed": .string(seed.id), "shown": .int(seed.shown), "tooNear": .int(seed.tooNear),
            "tasks": .int(seed.tasks),
          ]
        }),
    ]
  }

  private static func list(_ ids: [String]) -> JSONValue {
    .array(ids.map(JSONValue.string))
  }
}
