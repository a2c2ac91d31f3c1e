import Bootstrapping
import Filtering
import Foundation
import TaskCorpus

extension ReportPage {
  // MARK: What became of the instructions

  var funnelSection: String {
    var rows = [(name: "tasks", count: account.tasks.count, isGood: true)]
    if account.waiting > 0 { rows.append(("kept, no task yet", account.waiting, true)) }
    rows += account.dropped.map { (name: $0.rule.rawValue, count: $0.count, isGood: false) }
    let bars = Chart.bars(
      rows,
      summary: "What became of \(account.instructions) instructions, by the rule that dropped them")
    return Self.section(
      "funnel", "What became of the instructions",
      Self.figure(
        bars,
        "Instructions, by what became of them: tasks, and those dropped, by the first rule that dropped "
          + "them. The rules are those that the corpus was decided by last.") + roundTable)
  }

  /// The same by rounds, the last ones.
  private var roundTable: String {
    let yields = account.yields.suffix(12)
    guard yields.count > 1 else { return "" }
    let rules = account.dropped.map(\.rule)
    let rows =
      [
        ["instructions"] + yields.map { Shown.count($0.instructions) },
        ["tasks"] + yields.map { Shown.count($0.tasks) },
        ["kept, no task yet"] + yields.map { Shown.count($0.waiting) },
      ]
      + rules.map { rule in
        [HTML.text(rule.rawValue)] + yields.map { Shown.count($0.dropped[rule] ?? 0) }
      }
    return "<details><summary>By round</summary>"
      + Self.table([""] + yields.map { "round \($0.round)" }, rows) + "</details>"
  }

  // MARK: Growth

  var growthSection: String {
    var total = 0
    let points = account.manifests.compactMap { manifest -> (x: Double, y: Double)? in
      // As they were taken then: some were written by the round before.
      total += manifest.work == nil ? manifest.tasks : 0
      guard let date = try? Date(manifest.updated, strategy: .iso8601) else { return nil }
      return (date.timeIntervalSince1970 / 86400, Double(total))
    }
    guard let first = points.first, let last = points.last, points.count > 1 else { return "" }
    let chart = Chart(
      summary: "Tasks over time, \(Shown.count(Int(last.y))) in the end",
      xLabel: "end of a round (UTC)",
      yLabel: "tasks")
    let middle = (first.x + last.x) / 2
    let svg = chart.lines(
      [Chart.Series(name: "tasks", points: [(first.x, first.y)] + points.dropFirst())],
      xTicks: [first.x, middle, last.x].map { ($0, Self.day($0, of: last.x - first.x)) })
    return Self.section(
      "growth", "Growth",
      Self.figure(svg, "Tasks that the rounds had taken when each of them ended."))
  }

  /// A day, with the time where all is within a few of them.
  private static func day(_ days: Double, of range: Double) -> String {
    let date = Date(timeIntervalSince1970: days * 86400)
    var style = Date.ISO8601FormatStyle().year().month().day()
    if range < 3 { style = style.time(includingFractionalSeconds: false) }
    let text = date.formatted(style)
    return range < 3 ? String(text.dropFirst(5).dropLast(3)).replacing("T", with: " ") : text
  }

  // MARK: What tasks are like

  var rootsSection: String {
    guard account.language == "en" else { return "" }
    let picture = Sunburst(account.tasks.map(\.instruction))
    return Self.section(
      "roots", "What is asked for",
      Self.figure(
        picture.svg,
        "The commonest roots of instructions (their first verb, or question word) and the nouns that go "
          + "with them most. All in all \(Shown.count(picture.distinctVerbs)) different roots and "
          + "\(Shown.count(picture.distinctPairs)) different pairs, guessed from the order of words."
      ))
  }

  var sizesSection: String {
    let near = account.tasks.compactMap { $0.provenance?["nearest"]?["rougeL"]?.double }
    let instructions = account.tasks.map { Double($0.instruction.split { $0.isWhitespace }.count) }
    let answers = account.tasks.flatMap(\.instances)
      .map { Double($0.output.split { $0.isWhitespace }.count) }
    return Self.section(
      "sizes", "How new, and how long",
      "<div class=\"row\">"
        + histogram(
          near, upTo: 1, 20, x: "ROUGE-L F with the nearest", y: "tasks",
          "How near each task comes to what was kept before it: 0 has no word in common, 1 is the same."
        )
        + histogram(
          instructions, upTo: Self.end(of: instructions), 20, x: "words", y: "tasks",
          "Length of instructions; the last bar holds all longer ones.")
        + histogram(
          answers, upTo: Self.end(of: answers), 20, x: "words", y: "answers",
          "Length of answers; the last bar holds all longer ones.") + "</div>")
  }

  private func histogram(
    _ values: [Double], upTo high: Double, _ bins: Int, x: String, y: String, _ caption: String
  ) -> String {
    guard !values.isEmpty else { return "" }
    var counts = [Int](repeating: 0, count: bins)
    for value in values {
      counts[min(bins - 1, max(0, Int(value / high * Double(bins))))] += 1
    }
    let chart = Chart(summary: caption, xLabel: x, yLabel: y, width: 420, height: 230)
    return Self.figure(chart.histogram(counts, from: 0, to: high), caption)
  }

  /// A round number that 99 of 100 values do not pass.
  private static func end(of values: [Double]) -> Double {
    let sorted = values.sorted()
    let most = sorted.isEmpty ? 1 : sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
    return max(20, (most / 20).rounded(.up) * 20)
  }

  // MARK: Training

  var trainingSection: String {
    guard let last = training.runs.last else { return "" }
    func points(_ curve: [(step: Int, loss: Double)]) -> [(x: Double, y: Double)] {
      curve.map { (Double($0.step), $0.loss) }
    }
    let chart = Chart(
      summary: "Loss of run \(last.number) by step", xLabel: "step",
      yLabel: "nats a token of answers")
    let svg = chart.lines(
      [Chart.Series(name: "training", points: points(last.losses))]
        + training.runs.suffix(5).filter { !$0.heldOut.isEmpty }.map { run in
          Chart.Series(name: "validation, run \(run.number)", points: points(run.heldOut))
        })
    let rows = training.runs.map { run in
      let result = run.manifest.result
      func loss(_ value: Double?) -> String { value.map { Shown.number($0, places: 4) } ?? "-" }
      return [
        "\(run.number)\(run.isPromoted ? ", current" : "")", HTML.text(run.manifest.base.name),
        Shown.count(run.manifest.data.tasks),
        result.map { Shown.count($0.steps) } ?? "not finished",
        loss(result?.heldOutLossBefore), loss(result?.heldOutLoss),
      ]
    }
    return Self.section(
      "training", "Training",
      Self.figure(
        svg,
        "Loss of the last run's steps, and of the last runs on tasks of the corpus that they were not trained on "
          + "(lower is better).")
        + Self.table(
          ["run", "begun with", "tasks", "steps", "validation before", "after (nats a token)"], rows
        ))
  }

  // MARK: What it took

  var spendingSection: String {
    var stages: [(stage: Stage, asked: Int, prompt: Int, tokens: Int)] = []
    for count in account.manifests.flatMap(\.funnel.stages) {
      let place = stages.firstIndex { $0.stage == count.stage } ?? stages.count
      if place == stages.count { stages.append((count.stage, 0, 0, 0)) }
      stages[place].asked += count.answered
      stages[place].prompt += count.promptTokens
      stages[place].tokens += count.tokens
    }
    if stages.isEmpty { return "" }
    stages.append(
      stages.reduce(into: (Stage.instruction, 0, 0, 0)) { sum, one in
        sum.1 += one.asked
        sum.2 += one.prompt
        sum.3 += one.tokens
      })
    let rows = stages.enumerated().map { index, one -> [String] in
      let name = index == stages.count - 1 ? "<b>all</b>" : HTML.text(one.stage.rawValue)
      let cost = prices.map {
        [Shown.number((Double(one.prompt) * $0.input + Double(one.tokens) * $0.output) / 1e6)]
      }
      return [name, Shown.count(one.asked), Shown.count(one.prompt), Shown.count(one.tokens)]
        + (cost ?? [])
    }
    let minutes = account.manifests.reduce(0) { $0 + $1.totalSeconds } / 60
    return Self.section(
      "spending", "What it took",
      "<p>\(Shown.number(minutes, places: 1)) minutes of growing.</p>"
        + Self.table(
          ["stage", "requests", "tokens read", "tokens written"] + (prices == nil ? [] : ["cost"]),
          rows))
  }

  var nightsSection: String {
    let nights = account.nights.suffix(30).reversed()
    if nights.isEmpty { return "" }
    let rows = nights.map { night in
      [
        HTML.text(String(night.began.prefix(16)).replacing("T", with: " ")),
        HTML.text(night.ending),
        Shown.count(night.added), Shown.count(night.tasks), Shown.count(night.promptTokens),
        Shown.count(night.tokens),
      ]
    }
    return Self.section(
      "nights", "Nights",
      Self.table(["began", "ended", "added", "tasks", "tokens read", "written"], rows))
  }
}
