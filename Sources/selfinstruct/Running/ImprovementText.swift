import Evaluation
import Foundation
import Improvement
import Training

/// What a round that trained says of itself.
enum ImprovementText {
  typealias Decision = (round: Int, record: ImprovementRecord)

  /// What was trained, both models by every metric, and the decision.
  static func text(of decision: Decision, in models: ModelsFolder) -> String {
    let (round, record) = decision
    let training = record.training
    let folder = models.run(training.run)
    var lines = [
      "round \(round): \(folder.path), trained on \(GrowReport.tasks(training.tasks)) "
        + "(\(training.seeds) of them seeds) in \(training.steps) steps, "
        + GrowReport.duration(training.seconds)
    ]
    if !record.decision.comparisons.isEmpty {
      lines.append(
        row("+ or - is better", "before", "after", "interval of the difference", "margin"))
    }
    lines += record.decision.comparisons.map(row)
    lines.append(
      "  \(record.decision.isPromoted ? "promoted" : "rolled back"): \(record.decision.reason)")
    if record.decision.isPromoted {
      lines.append("  other commands take it with --model \(folder.finalPath)")
    }
    return lines.joined(separator: "\n")
  }

  private static func row(_ comparison: Gate.Comparison) -> String {
    row(
      (comparison.metric.isLowerBetter ? "- " : "+ ") + comparison.metric.title,
      number(comparison.before), number(comparison.after),
      "\(number(comparison.lower)) to \(number(comparison.upper))",
      comparison.margin.map(number) ?? "-", comparison.remark)
  }

  private static func row(
    _ name: String, _ before: String, _ after: String, _ interval: String, _ margin: String,
    _ verdict: String = ""
  ) -> String {
    func left(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    func right(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    let line =
      "  " + left(name, 27) + right(before, 9) + right(after, 9) + right(interval, 28)
      + right(margin, 8) + "  " + verdict
    return String(line.reversed().drop { $0 == " " }.reversed())
  }

  private static func number(_ value: Double) -> String { String(format: "%.4f", value) }
}
