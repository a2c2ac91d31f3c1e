import Bootstrapping
import Evaluation
import Foundation
import Improvement

extension ReportPage {
  // MARK: What rounds that train came to

  /// The rounds that a model was trained after.
  private var decisions: [(round: Int, record: ImprovementRecord)] {
    account.manifests.compactMap { manifest in
      manifest.improvementRecord.map { (manifest.round, $0) }
    }
  }

  var improvementSection: String {
    let decisions = decisions
    let foreign = foreignDecisions
    guard let last = decisions.last?.record else {
      return foreign.isEmpty ? "" : Self.section("improvement", Self.improvementTitle, foreign)
    }
    let primary = last.gate.primary
    let charts = ([primary] + Metric.allCases.filter { $0 != primary }).map {
      chart(of: $0, decisions)
    }.filter { !$0.isEmpty }
    let promoted = decisions.count { $0.record.decision.isPromoted }
    return Self.section(
      "improvement", Self.improvementTitle,
      "<p>After \(Shown.count(decisions.count)) round\(decisions.count == 1 ? "" : "s") a model was trained; "
        + "\(Shown.count(promoted)) took the place of the one before. Decided by \(Shown.count(last.heldOut.tasks)) "
        + "held-out tasks, which no model was trained on or shown.</p>" + foreign
        + "<div class=\"row\">" + charts.prefix(2).joined() + "</div>"
        + "<ul>" + decisions.map(item).joined(separator: "\n") + "</ul>"
        + (charts.count > 2
          ? "<details><summary>All metrics</summary><div class=\"row\">"
            + charts.dropFirst(2).joined() + "</div></details>" : "")
        + "<details><summary>All numbers (↓ lower is better, ↑ higher is better)</summary>"
        + Self.table(
          ["round", "metric", "before", "after", "interval of the difference", "margin", ""],
          decisions.flatMap(rows)) + "</details>")
  }

  private static let improvementTitle = "Rounds that trained"

  /// What is said of decisions in a form that is not known here.
  private var foreignDecisions: String {
    let rounds = account.manifests.filter(\.isDecisionForeign).map { "\($0.round)" }
    if rounds.isEmpty { return "" }
    return "<p>What was decided after round\(rounds.count == 1 ? "" : "s") "
      + "\(rounds.joined(separator: ", ")) was written by another version of selfinstruct, in a form "
      + "that this one does not read.</p>"
  }

  /// A metric by round: of the model that held the place, and of the one that was trained.
  private func chart(
    of metric: Metric, _ decisions: [(round: Int, record: ImprovementRecord)]
  ) -> String {
    func points(_ model: (ImprovementRecord) -> ImprovementRecord.Model?) -> [(
      x: Double, y: Double
    )] {
      decisions.compactMap { round, record in
        model(record)?.values[metric.rawValue].map { (Double(round), $0) }
      }
    }
    let (before, after) = (points { $0.before }, points { $0.after })
    if before.isEmpty { return "" }
    let direction = metric.isLowerBetter ? "lower is better" : "higher is better"
    let svg = Chart(
      summary: "\(metric.title) by round", xLabel: "round", yLabel: metric.unit, width: 420,
      height: 220
    ).lines(
      [
        Chart.Series(name: "before", points: before),
        Chart.Series(name: "trained", points: after, isLine: false),
      ], xTicks: decisions.map { (Double($0.round), "\($0.round)") })
    return Self.figure(
      svg,
      "\(metric.title.capitalizedFirst) (\(direction)): of the model that held the place (blue line), and of "
        + "the one trained after the round (orange points).")
  }

  private func item(_ decision: (round: Int, record: ImprovementRecord)) -> String {
    let (round, record) = decision
    let training = record.training
    return "<li><b>Round \(round): \(record.decision.isPromoted ? "promoted" : "rolled back").</b> "
      + "Run \(training.run), begun with \(HTML.text(training.base)), trained on "
      + "\(Shown.count(training.tasks)) tasks, \(Shown.count(training.seeds)) of them seeds. "
      + HTML.text(record.decision.reason.capitalizedFirst) + ".</li>"
  }

  private func rows(_ decision: (round: Int, record: ImprovementRecord)) -> [[String]] {
    func number(_ value: Double) -> String { Shown.number(value, places: 4) }
    return decision.record.decision.comparisons.map { one in
      let verdict = HTML.text(one.remark)
      return [
        "\(decision.round)",
        HTML.text(one.metric.title + (one.metric.isLowerBetter ? " ↓" : " ↑")),
        number(one.before), number(one.after),
        "\(number(one.lower)) to \(number(one.upper))", one.margin.map(number) ?? "-",
        one.verdict == .objected ? "<b>\(verdict)</b>" : verdict,
      ]
    }
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
