import Bootstrapping
import Filtering
import TaskCorpus

/// The life of a candidate as a person reads it.
struct ExplanationText {
  private let explanation: Explanation

  init(_ explanation: Explanation) {
    self.explanation = explanation
  }

  var text: String {
    let item = explanation.item
    let row = item.row
    var parts = [
      "\(item.id)  \(status)",
      "  " + indented(item.instruction),
      origin(of: row),
    ]
    parts += aims(of: item)
    parts += ancestors(explanation.ancestors, depth: 1, heading: "shown in its prompt")
    parts += review
    parts += completion
    parts.append("rules")
    parts += item.checks.map(line)
    parts += neighbour
    parts += instances
    return parts.joined(separator: "\n")
  }

  private func origin(of row: CandidateRow) -> String {
    if row.model.hasPrefix(RunFile.modelName + "-") {
      return "taken in by round \(row.round) as row \(row.request + 1) of a file"
    }
    return "asked in round \(row.round), wave \(row.wave), by request \(row.request) of stage "
      + "'\(row.stage)', of model \(row.model.prefix(12))"
  }

  private var status: String {
    switch explanation.status {
    case .task: "is a task of the corpus"
    case .pending: "is kept and pending: nothing was asked about it yet"
    case .waiting:
      "is kept and waits for a judge: 'selfinstruct grow --rounds 0 --judge MODEL' asks one"
    case .open: "is kept and has no instance"
    case .surplus: "is a finished task that no round has taken yet"
    case .dropped(let verdict): "is dropped by \(verdict.rule.rawValue): \(reason(verdict))"
    }
  }

  private func aims(of item: CorpusState.Item) -> [String] {
    let evidence = item.evidence
    let aims = [
      evidence.opener.isEmpty ? nil : "begun with '\(evidence.opener)'",
      evidence.topic.isEmpty ? nil : "about '\(evidence.topic)'",
      evidence.kind == .open ? nil : "of kind '\(evidence.kind.rawValue)'",
    ].compactMap(\.self)
    return aims.isEmpty ? [] : ["  " + aims.joined(separator: ", ")]
  }

  private func ancestors(
    _ ancestors: [Explanation.Ancestor], depth: Int, heading: String? = nil
  ) -> [String] {
    guard !ancestors.isEmpty else { return [] }
    let margin = String(repeating: "  ", count: depth)
    return [heading].compactMap(\.self)
      + ancestors.flatMap { ancestor in
        let text = ancestor.instruction.map(shortened) ?? "not in the ledger"
        let seed = ancestor.isSeed ? " (seed)" : ""
        return ["\(margin)\(ancestor.id)\(seed)  \(text)"]
          + self.ancestors(ancestor.shown, depth: depth + 1)
      }
  }

  private var review: [String] {
    guard let review = explanation.review else { return [] }
    let faults = [
      review.instructionIsSensible ? nil : "the instruction makes no sense",
      review.inputFits ? nil : "the input does not fit",
      review.outputIsRight ? nil : "the output is wrong", review.isRejected ? "rejected" : nil,
    ].compactMap(\.self)
    let said = faults.isEmpty ? "nothing is wrong" : faults.joined(separator: ", ")
    guard let edit = review.edit else { return ["reviewed: \(said)"] }
    return [
      "reviewed: \(said); edited", "  instruction: \(edit.instruction)", "  input: \(edit.input)",
      "  output: \(edit.output)",
    ]
  }

  private var completion: [String] {
    guard let row = explanation.completion, let text = row.text else { return [] }
    var facts = ["\(row.tokens) tokens, ended by \(row.finish ?? "stop")"]
    if let sum = row.logProbability, row.scoredTokens > 0 {
      facts.append("mean log-probability \(rounded(sum / Double(row.scoredTokens)))")
    }
    return ["completion (\(facts.joined(separator: ", ")))", "  " + indented(text)]
  }

  private func line(_ check: RuleCheck) -> String {
    guard let verdict = check.verdict else { return "  ok    \(check.rule.rawValue)" }
    return "  \(verdict.severity == .drop ? "DROP" : "flag")  \(check.rule.rawValue): "
      + reason(verdict)
  }

  private var neighbour: [String] {
    guard let neighbour = explanation.neighbour else { return [] }
    let evidence = explanation.item.evidence
    var lines = [
      "nearest kept before: \(neighbour.id), ROUGE-L \(rounded(neighbour.comparison.score.f))",
      "  \(neighbour.id): \(neighbour.comparison.target)",
      "  \(explanation.item.id): \(neighbour.comparison.prediction)",
    ]
    if let mean = evidence.meanSimilarity {
      let nearest = evidence.nearest.map { "\($0.id) \(rounded($0.score))" }
      lines.append("  when it was found: \(nearest.joined(separator: ", ")); mean \(rounded(mean))")
    }
    return lines
  }

  private var instances: [String] {
    guard let decision = explanation.instances else { return [] }
    return ["instances"]
      + decision.found.flatMap { found in
        let fate = found.verdict != nil ? "DROP" : found.awaitsJudge ? "wait" : "kept"
        var lines = ["  \(fate)  \(found.row.id)"]
        if found.row.model != explanation.item.row.model {
          lines[0] += "  of model \(found.row.model.prefix(12))"
        }
        if let verdict = found.verdict {
          lines[0] += "  \(verdict.rule.rawValue): \(reason(verdict))"
        }
        let scores = explanation.item.followers(.judge).compactMap {
          $0.parsed(as: Parse.Score.self)
        }
        if let said = scores.last(where: { $0.instance == found.row.id }) {
          lines[0] += "  (judge: \(said.score.map { "score \($0)" } ?? "no score"))"
        }
        guard let instance = found.instance else { return lines }
        let isWhole = found.row.id == explanation.instanceID
        func text(_ text: String) -> String {
          isWhole ? text.split(separator: "\n").joined(separator: "\n      ") : shortened(text)
        }
        if !instance.input.isEmpty { lines.append("    input: \(text(instance.input))") }
        lines.append("    output: \(text(instance.output))")
        guard isWhole else { return lines }
        return lines + found.checks.map { "    " + line($0).drop { $0 == " " } }
      }
  }

  private func reason(_ verdict: Verdict) -> String {
    verdict.evidence + (verdict.neighbour.map { " (\($0))" } ?? "")
  }

  private func rounded(_ number: Double) -> Double {
    (number * 1000).rounded() / 1000
  }

  /// One line of at most a hundred characters.
  private func shortened(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    return line.count <= 100 ? line : line.prefix(99) + "…"
  }

  private func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n  ")
  }
}
