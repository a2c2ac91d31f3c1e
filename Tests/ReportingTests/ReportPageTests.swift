import Evaluation
import Filtering
import Foundation
import Improvement
import Storage
import TaskCorpus
import TestSupport
import Testing
import Training

@testable import Bootstrapping
@testable import Reporting

@Suite struct ReportPageTests {
  private static let hostile = [
    "<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", "\u{202E}txt.exe\u{2066}",
    "a\u{2028}b\u{2029}c", "]]>--><!--", "\"'`&amp;", String(repeating: "long ", count: 2_000),
  ]

  private func account(_ texts: [String], model: String = "m") -> CorpusAccount {
    let tasks = texts.enumerated().map { number, text in
      InstructionTask(
        id: "t\(number)", instruction: text,
        instances: [TaskInstance(input: text, output: text)], isClassification: false,
        provenance: [
          "model": .string(model), "round": 1, "shown": ["s1"],
          "nearest": ["id": "s1", "rougeL": 0.5],
        ])
    }
    return CorpusAccount(
      tasks: tasks, language: "en", seed: 1,
      seeds: texts.prefix(1).map { SeedsRow.Seed(id: "s1", instruction: $0) }, rounds: 1,
      reviewed: 0,
      authors: CorpusAccount.authors(of: tasks, [model: texts.first ?? model]),
      yields: [
        CorpusAccount.Yield(round: 1, instructions: 10, tasks: texts.count, dropped: [.novelty: 3])
      ], manifests: [], nights: [])
  }

  private func page(_ account: CorpusAccount, name: String = "Mine") -> String {
    ReportPage(of: account, TrainingAccount(runs: []), name: name).text
  }

  @Test func `nothing that a model wrote is anything but text`() throws {
    let text = page(account(Self.hostile), name: "</title><script>alert(2)</script>")
    // Our own script, the data and no other; nothing that is loaded.
    #expect(text.components(separatedBy: "<script").count == 3)
    #expect(text.components(separatedBy: "</script").count == 3)
    #expect(!text.contains("<img") && !text.contains("://"))
    #expect(!text.contains("\u{2028}") && !text.contains("<!--"))
    let begin = try #require(text.firstRange(of: "id=\"data\">")?.upperBound)
    let end = try #require(text[begin...].firstRange(of: "</script>")?.lowerBound)
    let data = try JSONValue(parsing: Array(text[begin..<end].utf8))
    #expect(data["tasks"]?.array?.compactMap { $0.array?[3].string } == Self.hostile)
    #expect(data["seeds"]?["s1"]?.string == Self.hostile[0])
  }

  @Test func `the policy names the style and the script that are there`() throws {
    let text = page(account(["Go."]))
    for (tag, source) in [("<style>", "style-src "), ("<script>", "script-src ")] {
      let begin = try #require(text.firstRange(of: tag)?.upperBound)
      let end = try #require(text[begin...].firstRange(of: "</")?.lowerBound)
      #expect(text.contains(source + HTML.source(String(text[begin..<end]))))
    }
    #expect(text.contains("default-src 'none'"))
    // NIST's example of SHA-256 and RFC 4648's of base64, by hand.
    #expect(HTML.source("abc") == "'sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='")
  }

  @Test func `only a report is written over`() throws {
    let folder = try TemporaryDirectory()
    let path = try folder.write("{\"kind\": \"run\"}\n", to: "ledger.jsonl")
    let report = ReportPage(of: account(["Go."]), TrainingAccount(runs: []), name: "Mine")
    #expect(throws: ExportError.noReport(path: path)) { try report.write(to: path) }
    #expect(try folder.text(of: "ledger.jsonl") == "{\"kind\": \"run\"}\n")
    for _ in 1...2 { try report.write(to: folder.path(of: "report.html")) }
    #expect(try folder.text(of: "report.html") == report.text)
  }

  @Test func `rounds that trained are shown with their decisions, also in hostile words`() throws {
    var evaluation = ModelEvaluation(name: "<b>", fingerprint: "f")
    evaluation[.heldOutLoss] = MetricSample(units: [.init(id: "1", sum: 4, count: 2)])
    evaluation[.rougeL] = MetricSample(units: [.init(id: "1", sum: 1, count: 4)])
    let run = RunManifest(
      program: "1", configuration: FinetuneConfiguration(),
      base: RunManifest.Base(
        name: "<script>x", published: nil, fingerprint: "f", reference: "m", license: nil),
      snapshot: RunManifest.Snapshot(source: "c", hash: "h", tasks: "t"), precision: "f32",
      template: "chat", data: DataPreparation.Report())
    let record = ImprovementRecord(
      training: ImprovementRecord.Training(run, run: 3, seeds: 3, excluded: 1),
      heldOut: ImprovementRecord.HeldOut(HeldOutTasks([], source: "test")),
      gate: GateConfiguration(), before: ImprovementRecord.Model(evaluation, number: nil),
      after: ImprovementRecord.Model(evaluation, number: 3),
      decision: Gate.Decision(
        isPromoted: true, reason: "held-out loss <fell>",
        comparisons: [
          Gate.Comparison(
            metric: .rougeL, before: 0.25, after: 0.5, difference: 0.25, lower: 0.125, upper: 0.375,
            tail: 0.025, margin: 0.03, verdict: .passed)
        ]))
    var manifest = RoundManifest(
      round: RoundRow(round: 7, tasks: 1, taken: []),
      run: RunRow(configuration: [:], model: [:], prompts: "", seeds: "", program: ""),
      changedPrompts: nil, now: Date(timeIntervalSince1970: 0))
    manifest.improvement = try JSONValue(encoding: record)
    var account = account(["Go."])
    account.manifests = [manifest]
    let text = page(account)
    for part in [
      "Rounds that trained", "Run 3, begun with &lt;script&gt;x, trained on",
      "<b>Round 7: promoted.</b>",
      "Held-out loss &lt;fell&gt;.", "<td>0.125 to 0.375</td>", "held-out loss by round",
      "ROUGE-L of answers by round",
    ] {
      #expect(text.contains(part), "\(part)")
    }
    #expect(!page(self.account(["Go."])).contains("Rounds that trained"))
    manifest.improvement = ["schooling": 1]
    account.manifests = [manifest]
    #expect(page(account).contains("What was decided after round 7 was written by another version"))
  }

  @Test func `a corpus without tasks has a page, too`() {
    let text = page(account([]))
    #expect(text.contains("<b>0 tasks</b>") && text.contains("\"tasks\": []"))
  }

  @Test(arguments: [
    (0.0, 7.0, [0, 2, 4, 6, 8]), (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]), (0, 0, [0, 1]),
    (3, 98, [20, 40, 60, 80]), (0, 1e6, [0, 200_000, 400_000, 600_000, 800_000, 1_000_000]),
  ])
  func `axes have round steps`(_ low: Double, _ high: Double, _ expected: [Double]) {
    let ticks = Chart.ticks(from: low, to: high)
    #expect(ticks.count == expected.count)
    for (tick, right) in zip(ticks, expected) { #expect(abs(tick - right) < 1e-9 * max(1, right)) }
  }

  @Test func `labels below a plot stand within it, and none beyond the last point`() {
    let points = [(x: 0.0, y: 1.0), (x: 102, y: 2)]
    let chart = Chart(summary: "s", xLabel: "step", yLabel: "y", width: 300)
    let plain = chart.lines([Chart.Series(name: "a", points: points)])
    #expect(plain.contains(">100</text>") && !plain.contains(">150</text>"))
    let named = chart.lines(
      [Chart.Series(name: "a", points: points)], xTicks: [(0, "11-28 14:55"), (102, "11-28 15:52")])
    #expect(named.contains("x=\"259.3\" y=\"232.0\">11-28 15:52</text>"))
  }

  @Test func `numbers are shown with what says something`() {
    #expect(Shown.count(1_234_567) == "1,234,567" && Shown.count(-1000) == "-1,000")
    #expect(Shown.count(0) == "0" && Shown.count(999) == "999")
    #expect(
      Shown.number(0.30000000000000004) == "0.3" && Shown.number(2.4365, places: 4) == "2.4365")
    #expect(Shown.number(1e6) == "1,000,000" && Shown.number(.nan) == "-")
  }

  @Test func `a circle of roots shows the commonest, and counts all`() {
    let texts =
      (0..<30).map { "Write a story\($0 % 3)." } + (0..<5).map { _ in "List two birds." } + ["Go."]
    let picture = Sunburst(texts)
    #expect(picture.roots.map(\.verb) == ["write", "list", "go"])
    #expect(picture.roots.map(\.count) == [30, 5, 1])
    #expect(picture.roots[0].nouns.map(\.noun) == ["story0", "story1", "story2"])
    #expect(picture.total == 36 && picture.distinctVerbs == 3 && picture.distinctPairs == 4)
    #expect(picture.svg.components(separatedBy: "<path").count - 1 == 3 + 3 + 1)
    #expect(Sunburst([]).svg == "")
  }
}
