import Bootstrapping
import Filtering
import Storage
import TaskCorpus

/// Decides a corpus again and shows what changes.
struct CorpusFilterRun {
  let corpus: CorpusDirectory
  let evaluation: EvaluationSets?
  /// Whether completions are read again.
  let reparses: Bool
  /// Whether nothing is written.
  let isDry: Bool
  let asJSON: Bool

  /// - Throws: What `CorpusFilter.run` throws.
  func run(_ setup: FilterSetup) throws {
    let result = try CorpusFilter.run(
      corpus, configuration: setup.configuration, evaluation: evaluation,
      rereadingBy: reparses ? setup.prompts : nil, program: SelfInstruct.configuration.version,
      isDry: isDry,
      notice: { Console.note("note: \($0)") })
    try Console.result(
      asJSON
        ? json(of: result).encodedLine()
        : ((result.rereading.map(text).map { [$0] } ?? []) + [text(of: result.change)])
          .joined(separator: "\n"))
  }

  private func text(of rereading: Rereading.Summary) -> String {
    var text =
      "\(rereading.completions) completions read again, \(rereading.different) of them otherwise "
      + "than at first"
    if let first = rereading.otherPrompts.first {
      let count = rereading.otherPrompts.count
      text +=
        "\n\(count == 1 ? "round \(first) is" : "\(count) rounds, the first \(first), are") left "
        + "as read before: asked with other prompts than these, or in a way not known here"
    }
    return text
  }

  private func text(of change: RuleChange) -> String {
    if change.isEmpty {
      return "\(corpus.path): \(GrowReport.tasks(change.tasksAfter)); these rules change nothing"
    }
    let pending = change.gained.count(where: \.isPending)
    let waited = change.lost.count(where: \.isPending)
    var lines = [
      "\(corpus.path): \(GrowReport.tasks(change.tasksBefore)) by the rules before, "
        + "\(change.tasksAfter) by these",
      "  gained \(change.gained.count)" + (pending > 0 ? ", \(pending) of them pending" : "")
        + Self.share(change.gained, "were dropped by"),
      "  lost \(change.lost.count)" + (waited > 0 ? ", \(waited) of them were pending" : "")
        + Self.share(change.lost, "dropped by"),
    ]
    if !change.changed.isEmpty { lines.append("  other instances \(change.changed.count)") }
    lines += Self.examples(of: change.gained, "+", "was dropped by")
    lines += Self.examples(of: change.lost, "-", "now dropped by")
    if pending > 0 {
      lines.append(
        "pending: 'selfinstruct grow --rounds 0' asks for their instances, and so does the next "
          + "round that surplus does not fill; what waits for a judge needs --judge, too")
    }
    lines.append(isDry ? "nothing was written" : "\(corpus.tasksPath) is written")
    return lines.joined(separator: "\n")
  }

  private func json(of result: CorpusFilter.Result) -> JSONValue {
    let change = result.change
    var fields: [String: JSONValue] = [
      "corpus": .string(corpus.path), "isWritten": .bool(!isDry),
      "tasksBefore": .int(change.tasksBefore), "tasksAfter": .int(change.tasksAfter),
      "gained": .array(change.gained.map(Self.json)), "lost": .array(change.lost.map(Self.json)),
      "otherInstances": .array(change.changed.map(JSONValue.string)),
    ]
    if let rereading = result.rereading {
      fields["reread"] = [
        "completions": .int(rereading.completions), "different": .int(rereading.different),
        "roundsWithOtherPrompts": .array(rereading.otherPrompts.map(JSONValue.int)),
      ]
    }
    return .object(fields)
  }

  /// How many each rule accounts for, in words.
  private static func share(_ moves: [RuleChange.Move], _ words: String) -> String {
    let counts = RuleChange.rules(of: moves).map { "\($0.rule.rawValue) \($0.count)" }
    return counts.isEmpty ? "" : " (\(words) \(counts.joined(separator: ", ")))"
  }

  /// The first three of each rule, and how many more there are.
  private static func examples(
    of moves: [RuleChange.Move], _ mark: String, _ when: String
  ) -> [String] {
    var shown: [RuleName?: Int] = [:]
    let examples = moves.filter { move in
      shown[move.verdict?.rule, default: 0] += 1
      return shown[move.verdict?.rule, default: 0] <= 3
    }
    let lines = examples.map { move in
      let reason = move.verdict.map { verdict in
        let neighbour = verdict.neighbour.map { " with \($0)" } ?? ""
        return "    \(when) \(verdict.rule.rawValue): \(verdict.evidence)\(neighbour)"
      }
      let text = "  \(mark) \(move.id)  \(move.instruction)"
      return [text, reason].compactMap(\.self).joined(separator: "\n")
    }
    let more = moves.count - examples.count
    return lines + (more > 0 ? ["  \(mark) \(more) more; --json names all"] : [])
  }

  private static func json(of move: RuleChange.Move) -> JSONValue {
    var fields: [String: JSONValue] = [
      "id": .string(move.id), "instruction": .string(move.instruction),
      "pending": .bool(move.isPending),
    ]
    if let verdict = move.verdict {
      fields["rule"] = .string(verdict.rule.rawValue)
      fields["why"] = .string(verdict.evidence)
      fields["neighbour"] = verdict.neighbour.map(JSONValue.string)
    }
    return .object(fields)
  }
}
