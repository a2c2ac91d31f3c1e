import Foundation
import Storage
import TestSupport
import Testing

/// `grow --finetune`, on the embedded model, as small as it can be.
@Suite(.serialized) struct ImprovementCommandTests {
  private func folder() throws -> TemporaryDirectory {
    let folder = try TemporaryDirectory()
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    for (name, count) in [("seed_tasks.jsonl", 14), ("held_out_tasks.jsonl", 12)] {
      let text = try String(
        contentsOf: root.appending(components: "seeds", name), encoding: .utf8)
      let lines = text.split(separator: "\n").filter { $0.utf8.count < 900 }.prefix(count)
      try folder.write(lines.joined(separator: "\n") + "\n", to: "seeds/" + name)
    }
    try folder.write(
      #"{"gate": {"minimumTasks": 10, "instructions": 16, "maxNewTokens": 8}, "#
        + #""waves": {"requests": 100}, "generalText": "general.txt"}"#, to: "selfinstruct.json")
    try folder.write(
      (1...10).map { "In the night of day \($0) the river rose over the meadows." }
        .joined(separator: "\n\n"), to: "general.txt")
    return folder
  }

  private let arguments = [
    "grow", "--finetune", "--tasks", "2", "--epochs", "1", "--max-length", "256", "--json",
    "--learning-rate", "1e-4",
  ]

  private func json(_ folder: TemporaryDirectory, _ path: String) throws -> JSONValue {
    try JSONValue(parsing: folder.bytes(of: path))
  }

  private func ledger(_ folder: TemporaryDirectory) throws -> [UInt8] {
    try folder.bytes(of: "generated/main/ledger.jsonl")
  }

  /// Those of the first run.
  private func weights(_ folder: TemporaryDirectory) throws -> [UInt8] {
    try folder.bytes(of: "generated/main/models/0001/final/model.safetensors")
  }

  @Test(.needsEmbeddedModel)
  func `rounds grow, train and decide, and one that was killed comes to the same bytes`() throws {
    let whole = try folder()
    let result = try Binary.run(arguments + ["--rounds", "2"], in: whole)
    #expect(result.code == 0, "\(result.errors)")
    let made = try JSONValue(parsing: Array(result.output.utf8))
    #expect(made["improvements"]?.array?.count == 2 && made["tasks"]?.int == 4)
    let first = try json(whole, "generated/main/rounds/0001.json")
    let record = try #require(first["improvement"])
    #expect(record["training"]?["run"]?.int == 1 && record["heldOut"]?["tasks"]?.int == 12)
    #expect(record["training"]?["tasks"]?.int == 16 && record["training"]?["seeds"]?.int == 14)
    #expect(record["before"]?["name"]?.string == "smollm2")
    let isPromoted = record["decision"]?["isPromoted"]?.bool == true
    #expect(record["decision"]?["isPromoted"]?.bool != nil)
    let metrics =
      record["decision"]?["comparisons"]?.array?.compactMap { $0["metric"]?.string } ?? []
    #expect(metrics.first == "heldOutLoss" && metrics.count == 10)
    // Who holds the place writes the next round, and the next model is held against it.
    let second = try json(whole, "generated/main/rounds/0002.json")
    let holder = isPromoted ? record["after"] : record["before"]
    #expect(second["model"]?["fingerprint"] == holder?["fingerprint"])
    #expect(second["improvement"]?["before"]?["fingerprint"] == holder?["fingerprint"])
    let isSecond = second["improvement"]?["decision"]?["isPromoted"]?.bool == true
    let promoted = try? whole.text(of: "generated/main/models/promoted")
    #expect(promoted == (isSecond ? "0002\n" : isPromoted ? "0001\n" : nil))

    let killed = try folder()
    let training = killed.path(of: "generated/main/models/0001/progress.jsonl")
    _ = try Binary.kill(
      arguments + ["--rounds", "1"],
      when: { FileManager.default.fileExists(atPath: training) }, in: killed)
    #expect(try json(killed, "generated/main/rounds/0001.json")["improvement"] == nil)
    let resumed = try Binary.run(arguments + ["--rounds", "1"], in: killed)
    #expect(resumed.code == 0, "\(resumed.errors)")
    #expect(resumed.errors.contains("round 1: is grown and nothing was decided yet"))
    #expect(try weights(killed) == weights(whole))
    let (ledger, other) = (try ledger(killed), try ledger(whole))
    #expect(other.starts(with: ledger) && ledger.count > other.count / 3)
    let decision = try json(killed, "generated/main/rounds/0001.json")["improvement"]?["decision"]
    #expect(decision == record["decision"])
    let page = try Binary.run(["report", "--output", "-"], in: whole)
    #expect(page.output.contains("Rounds that trained"))
  }

  static let misuses: [(arguments: [String], sentence: String)] = [
    (["--epochs", "2"], "--epochs: goes with --finetune; expected both"),
    (["--held-out", "rows"], "--held-out: goes with --finetune; expected both"),
    (["--continue"], "--continue: goes with --finetune; expected both"),
    (["--generator", "promoted"], "--generator: goes with --finetune; expected both"),
    (
      ["--finetune", "--rounds", "0"],
      "--finetune: --rounds 0 makes nothing new; expected one of them"
    ),
    (
      ["--finetune", "--answers-only"],
      "--finetune: --answers-only makes nothing new; expected one of them"
    ),
    (["--finetune", "--epochs", "0"], "--epochs: 0; expected 1 to 10000"),
    (["--finetune", "--train-model", ""], "--train-model: is empty; expected a path"),
    (
      ["--finetune", "--train-model", "nowhere"],
      "--train-model: 'nowhere'"
    ),
  ]

  @Test(arguments: misuses.map(\.arguments))
  func `a wrong use of rounds that train is one sentence`(_ arguments: [String]) throws {
    let folder = try folder()
    let result = try Binary.run(["grow"] + arguments, in: folder)
    let sentence = try #require(Self.misuses.first { $0.arguments == arguments }?.sentence)
    #expect(result.code == 2, "\(result)")
    #expect(result.errors.contains("error: " + sentence), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path(of: "generated")))
  }

  @Test func `too few held-out tasks, settings that cannot be and seen ones are refused`() throws {
    let folder = try folder()
    try folder.write("{}", to: "selfinstruct.json")
    let few = try Binary.run(["grow", "--finetune"], in: folder)
    #expect(few.code == 1)
    #expect(
      few.errors.contains("held_out_tasks.jsonl: 12 held-out tasks; expected at least 100"),
      "\(few.errors)")
    try folder.write(#"{"gate": {"confidence": 2}}"#, to: "selfinstruct.json")
    let wrong = try Binary.run(["grow", "--finetune"], in: folder)
    #expect(wrong.code == 1 && wrong.errors.contains("gate.confidence: 2.0; expected"))
    #expect(!FileManager.default.fileExists(atPath: folder.path(of: "generated")))

    try folder.write(#"{"gate": {"minimumTasks": 10}}"#, to: "selfinstruct.json")
    let rows = try folder.text(of: "seeds/held_out_tasks.jsonl")
    try folder.write(rows, to: "more.jsonl")
    let grown = try Binary.run(["import", "more.jsonl", "--seed-tasks", "more.jsonl"], in: folder)
    #expect(grown.code == 0, "\(grown.errors)")
    // Had a model written it, it would have been shown its seeds.
    let ledger = try folder.text(of: "generated/main/ledger.jsonl")
    try folder.write(
      ledger.replacing("\"name\": \"imported\"", with: "\"name\": \"other\""),
      to: "generated/main/ledger.jsonl")
    let seen = try Binary.run(["grow", "--finetune"], in: folder)
    #expect(seen.code == 1)
    #expect(
      seen.errors.contains(
        "generated/main: was grown with 12 of the held-out tasks in its prompts"),
      "\(seen.errors)")
  }
}
