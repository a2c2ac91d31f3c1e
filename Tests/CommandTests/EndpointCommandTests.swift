import Foundation
import Storage
import TestSupport
import Testing

@testable import selfinstruct

@Suite struct EndpointCommandTests {
  @Test func `a deadline is the next time that the clock shows it`() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(identifier: "Europe/Berlin"))
    let format = ISO8601DateFormatter()
    func next(_ text: String, _ now: String) throws -> String? {
      let date = try #require(format.date(from: now))
      return LimitOptions.next(text, after: date, in: calendar).map(format.string)
    }
    #expect(try next("06:00", "2026-11-27T21:30:00Z") == "2026-11-28T05:00:00Z")
    #expect(try next("23:30", "2026-11-27T21:30:00Z") == "2026-11-27T22:30:00Z")
    // The clocks go forward: 02:30 is left out, and three hours later it is four.
    #expect(try next("02:30", "2027-03-27T23:30:00Z") == "2027-03-28T01:00:00Z")
    for text in ["6:00", "24:00", "06:60", "0600", "06:00:00", "aa:bb", ""] {
      #expect(try next(text, "2026-11-27T21:30:00Z") == nil, "\(text)")
    }
  }

  /// A command line and what it is told, with exit code 2.
  static let misuses: [(arguments: [String], sentence: String)] = [
    (
      ["grow", "--model", "http://user:pw@host/v1"],
      "--model: 'host' is no address of an endpoint; expected no user and password in it"
    ),
    (["grow", "--model", "http://"], "--model: 'http://' is no address of an endpoint"),
    (["grow", "--model-name", "x"], "--model-name: goes with an endpoint"),
    (["grow", "--extra-body", "[]"], "--extra-body: is no JSON object"),
    (["grow", "--max-cost", "1"], "--max-cost: no price is known"),
    (["grow", "--deadline", "6"], "--deadline: '6'; expected a time such as 06:00"),
    (["grow", "--target", "0"], "--target: 0; expected 1 or more"),
    (["grow", "--night", "--preview", "2"], "grow: --preview and --night are given"),
    (["grow", "--answers-only", "--tasks", "3"], "--tasks: --answers-only makes nothing new"),
    (["grow", "--answers-only", "--rounds", "2"], "--rounds: --answers-only makes nothing new"),
    (
      ["grow", "--judge-name", "x"],
      "--judge-name: goes with an endpoint; expected its address after --judge"
    ),
    (
      ["grow", "--answer-model", "smollm2", "--answer-model-name", "x"],
      "--answer-model-name: goes with an endpoint; expected its address after --answer-model"
    ),
    (["grow", "--judge", ""], "--judge: is empty; expected a text"),
    (["grow", "--judge", "http://"], "--judge: 'http://' is no address of an endpoint"),
    (["grow", "--dry-run", "--close-round"], "grow: --dry-run and --close-round are given"),
    (
      ["finetune", "--model", "http://127.0.0.1:1/v1"],
      "--model: 'http://127.0.0.1:1/v1' is an endpoint; expected a model of this machine"
    ),
    (
      ["loglikelihood", "--requests", "rows", "--model", "http://127.0.0.1:1/v1"],
      "--model: 'http://127.0.0.1:1/v1' is an endpoint; expected a model of this machine"
    ),
  ]

  @Test(arguments: misuses.map(\.arguments))
  func `a wrong use of endpoints and limits is one sentence`(arguments: [String]) throws {
    let folder = try TemporaryDirectory()
    try folder.write(#"{"context": "a", "continuation": "b"}"#, to: "rows")
    try folder.write(
      #"{"instruction": "Name a river.", "instances": [{"input": "", "output": "Rhine."}]}"#,
      to: "seeds/seed_tasks.jsonl")
    let result = try Binary.run(arguments, in: folder)
    let sentence = try #require(Self.misuses.first { $0.arguments == arguments }?.sentence)
    #expect(result.code == 2, "\(result)")
    #expect(result.errors.contains("error: " + sentence), "\(result.errors)")
  }

  @Test func `a dry run asks no endpoint, so none has to be there`() throws {
    let folder = try TemporaryDirectory()
    try folder.write(
      #"{"id": "s1", "instruction": "Name a river.", "instances": [{"input": "", "output": "Rhine."}]}"#,
      to: "seeds/seed_tasks.jsonl")
    let arguments = [
      "grow", "--dry-run", "--model", "http://127.0.0.1:1/v1", "--model-name", "m",
      "--target", "1000", "--price-in", "1", "--price-out", "2", "--max-cost", "1",
    ]
    let result = try Binary.run(arguments, in: folder)
    #expect(result.code == 0, "\(result)")
    #expect(result.output.contains("== answer, open task: 1 request of at most 120 tokens"))
    #expect(result.output.contains("[user] Name a river.\n[assistant] ..."))
    #expect(
      result.output.contains(
        "forecast: 1000 tasks take about 4,300,000 tokens of prompts, 850,000 of answers, cost 5.988,"
      ))
    #expect(result.output.contains("the limits allow about 167 of them"))
    #expect(result.errors.contains("nothing was asked and nothing was written"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["seeds"])

    let rows = try Binary.run(arguments + ["--json"], in: folder)
    let last = try #require(rows.output.split(separator: "\n").last)
    #expect(last.hasPrefix(#"{"forecast": {"affordable": 167, "cost": 5.9"#), "\(last)")
  }

  @Test func `an endpoint that is not there is one sentence`() throws {
    let folder = try TemporaryDirectory()
    let result = try Binary.run(
      ["generate", "--prompt", "a", "--model", "http://127.0.0.1:9/v1"], in: folder,
      environment: ["SELFINSTRUCT_API_KEY": "sk-hidden"])
    #expect(result.code == 1)
    #expect(
      result.errors.hasPrefix(
        "error: http://127.0.0.1:9/v1: no answer, the connection was refused; expected an endpoint"),
      "\(result.errors)")
    #expect(!result.errors.contains("sk-hidden"))
  }

  @Test func `endpoints of a project are checked key by key`() throws {
    let folder = try TemporaryDirectory()
    try folder.write(
      "{\n  \"models\": [\n    {\"url\": \"http://h/v1\", \"nme\": \"x\"}]}",
      to: "selfinstruct.json")
    let result = try Binary.run(["generate", "--prompt", "a"], in: folder)
    #expect(
      result.errors.contains(
        "selfinstruct.json:2: 'models.1.nme' is no setting; expected perhaps 'name'"),
      "\(result.errors)")
  }
}
