import Foundation
import Storage
import TestSupport
import Testing

/// The commands that run a model, on one so small and random that it says nothing sensible.
@Suite struct ModelCommandTests {
  static let model = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .appending(components: "TransformerTests", "Fixtures", "tiny-tied.gguf")
    .path(percentEncoded: false)

  /// Twelve seeds that any rule would pass.
  static let seeds = [
    "Tell a joke about bread.", "Which rivers cross Poland?", "Add up the bill.",
    "Sort these nails by length.", "Who wrote this poem?", "Explain rain to a child.",
    "Plan our trip to Ghent.", "Find a rhyme for winter.", "Greet the new neighbours.",
  ].map { "{\"instruction\": \"\($0)\", \"output\": \"That is for you to say.\"}\n" }.joined()

  @Test func `tokens and texts are the same both ways`() throws {
    let folder = try TemporaryDirectory()
    let texts = "\"hello\"\n\"a  b\\n\"\n\"\"\n"
    let ids = try Binary.run(["tokenize", "--model", Self.model], input: texts, in: folder)
    #expect(ids.code == 0)
    let back = try Binary.run(
      ["tokenize", "--decode", "--model", Self.model], input: ids.output, in: folder)
    #expect(back.output == texts)
  }

  @Test(arguments: [
    (
      ["tokenize"], "\"a\"\n3\n", "standard input:2: the line is an integer; expected a JSON string"
    ),
    (["tokenize"], "\"a", "standard input:1: "),
    (
      ["tokenize", "--decode"], "{}\n",
      "standard input:1: the line is an object; expected a JSON array of ids"
    ),
    (
      ["tokenize", "--decode"], "[1, -1]\n", "standard input:1: '-1' is no token id; expected 0 to "
    ),
  ])
  func `a wrong line of stdin is named`(
    _ arguments: [String], _ input: String, _ sentence: String
  ) throws {
    let folder = try TemporaryDirectory()
    let result = try Binary.run(arguments + ["--model", Self.model], input: input, in: folder)
    #expect(result.code == 1)
    #expect(result.errors.hasPrefix("error: \(sentence)"), "\(result.errors)")
  }

  @Test func `answers come in the order of the requests, the same with any company`() throws {
    let folder = try TemporaryDirectory()
    let rows = (1...9).map { "{\"prompt\": \"\(String(repeating: "ab ", count: $0))\"}\n" }
    try folder.write(rows.joined(), to: "p.jsonl")
    func run(_ threads: String, _ concurrency: String) throws -> [JSONValue] {
      let result = try Binary.run(
        [
          "generate", "--prompts", "p.jsonl", "--json", "--model", Self.model, "--threads", threads,
          "--concurrency", concurrency, "--max-new-tokens", "8", "--stats", "s.json",
        ], in: folder)
      #expect(result.code == 0 && result.errors == "")
      return try result.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }
    let one = try run("1", "1")
    #expect(try run("2", "5") == one)
    #expect(
      one.map { $0["prompt"]?.string } == (1...9).map { String(repeating: "ab ", count: $0) })
    for row in one {
      let keys = try #require(row.object).keys.sorted()
      #expect(keys == ["completion", "finish_reason", "prompt", "tokens"])
    }
    let statistics = try JSONValue(parsing: folder.text(of: "s.json"))
    #expect(statistics["threads"]?.int == 2)
    #expect(statistics["generated_tokens"]?.int.map { $0 > 0 } == true)
  }

  @Test func `likelihoods come in the order of the requests`() throws {
    let folder = try TemporaryDirectory()
    try folder.write(
      """
      {"context": "hello  ", "continuation": "you"}
      {"context": "", "continuation": "you"}
      {"context": "hello", "continuation": ""}
      """, to: "r.jsonl")
    let result = try Binary.run(
      ["loglikelihood", "--requests", "r.jsonl", "--model", Self.model], in: folder)
    #expect(result.code == 0)
    let rows = try result.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    #expect(rows.count == 3)
    for row in rows {
      let each = try #require(row["token_logprobs"]?.array).compactMap(\.double)
      #expect(row["tokens"]?.int == each.count)
      #expect(each.allSatisfy { $0 <= 0 })
      expectClose(
        try #require(row["sum_logprob"]?.double), each.reduce(0, +), relative: 1e-5,
        absolute: 1e-6, because: "each is printed as a Float32")
    }
    #expect(rows[2]["tokens"]?.int == 0 && rows[2]["is_greedy"]?.bool == true)
  }

  @Test func `log-probabilities while generating are those of loglikelihood, digit for digit`()
    throws
  {
    let folder = try TemporaryDirectory()
    let rows = (1...9).map { "{\"prompt\": \"\(String(repeating: "ab ", count: $0))\"}\n" }
    try folder.write(rows.joined(), to: "p.jsonl")
    func run(_ arguments: [String]) throws -> [JSONValue] {
      let result = try Binary.run(
        arguments + ["--model", Self.model, "--stats", "s.json"], in: folder)
      #expect(result.code == 0, "\(result.errors)")
      return try result.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }
    let plain = ["generate", "--prompts", "p.jsonl", "--json", "--max-new-tokens", "20"]
    let made = try run(plain + ["--logprobs", "--concurrency", "8"])
    #expect(try run(plain + ["--logprobs", "--concurrency", "1"]) == made)
    let keys = try #require(made[0].object).keys.sorted()
    #expect(
      keys == [
        "completion", "finish_reason", "prompt", "prompt_ids", "token_ids", "token_logprobs",
        "tokens",
      ])
    let asked = try made.map { row in
      let request: JSONValue = [
        "context_ids": try #require(row["prompt_ids"]),
        "continuation_ids": try #require(row["token_ids"]),
      ]
      return request.encodedLine() + "\n"
    }
    try folder.write(asked.joined(), to: "r.jsonl")
    for concurrency in ["1", "8"] {
      let scores = try run([
        "loglikelihood", "--requests", "r.jsonl", "--concurrency", concurrency,
      ])
      #expect(scores.map { $0["token_logprobs"] } == made.map { $0["token_logprobs"] })
      #expect(scores.map { $0["tokens"] } == made.map { $0["tokens"] })
    }
  }

  @Test(arguments: [
    ("[1], \"continuation_ids\": [70000]", "'70000' is no token id; expected 0 to "),
    (
      "[\(String(repeating: "1, ", count: 600))1], \"continuation_ids\": []",
      "the row has 601 ids; expected at most 513, which the model can score"
    ),
  ])
  func `ids that the model cannot score are named by their line`(
    _ row: String, _ sentence: String
  ) throws {
    let folder = try TemporaryDirectory()
    let good = "{\"context_ids\": [1], \"continuation_ids\": [2]}\n"
    try folder.write(good + "{\"context_ids\": \(row)}\n", to: "r.jsonl")
    let result = try Binary.run(
      ["loglikelihood", "--requests", "r.jsonl", "--model", Self.model], in: folder)
    #expect(result.code == 1 && result.output == "")
    #expect(result.errors.hasPrefix("error: r.jsonl:2: \(sentence)"), "\(result.errors)")
  }

  /// A folder with seeds and a configuration that gives up after a wave.
  private func project(emptyWaves: Int) throws -> TemporaryDirectory {
    let folder = try TemporaryDirectory()
    try folder.write(Self.seeds, to: "seeds/seed_tasks.jsonl")
    try folder.write(
      """
      { // small and impatient
        "model": "\(Self.model)",
        "waves": {"requests": 4, "emptyWaves": \(emptyWaves)},
      }
      """, to: "selfinstruct.json")
    return folder
  }

  @Test func `a round that nothing comes of ends with code 5 and can be closed`() throws {
    let folder = try project(emptyWaves: 1)
    let result = try Binary.run(["grow", "--tasks", "3", "--json"], in: folder)
    #expect(result.code == 5)
    #expect(result.errors.contains("error: generated/main: nothing more is being accepted; "))
    let summary = try JSONValue(parsing: result.output)
    #expect(summary["ending"] == "collapsed" && summary["tasks"] == 0)
    #expect(try folder.names() == ["generated", "seeds", "selfinstruct.json"])

    let other = try Binary.run(["grow", "--tasks", "4"], in: folder)
    #expect(other.code == 1)
    #expect(
      other.errors.contains(
        "was opened with tasks '3' (now '4'); expected the same\n"
          + "  help: the command that opened it goes on, its flags included; "
          + "or end the round as it is with --close-round"))

    let closed = try Binary.run(["grow", "--close-round"], in: folder)
    #expect(closed.code == 0 && closed.output == "round 1 is closed with 0 tasks\n")
  }

  @Test func `a manifest that names a stage twice, or an age, is reported all the same`() throws {
    let folder = try project(emptyWaves: 1)
    _ = try Binary.run(["grow"], in: folder)
    let path = "generated/main/rounds/0001.json"
    var manifest = try #require(try JSONValue(parsing: folder.text(of: path)).object)
    manifest["seconds"] = [
      ["stage": "answer", "seconds": 1.5], ["stage": "answer", "seconds": 2],
    ]
    manifest["totalSeconds"] = 1e300
    try folder.write(JSONValue.object(manifest).encodedLine(), to: path)
    let report = try Binary.run(["grow", "--json"], in: folder)
    #expect(report.code == 5)
    let round = try JSONValue(parsing: report.output)["rounds"]?.array?.first
    #expect((round?["stageSeconds"]?["answer"]?.double ?? 0) >= 3.5)
    #expect(try Binary.run(["grow"], in: folder).code == 5)
  }

  @Test func `a corpus that another run writes to is refused with code 4`() throws {
    let folder = try project(emptyWaves: 1)
    try folder.write("", to: "generated/main/x")
    let lock = try AdvisoryLock(folder.path(of: "generated/main/.lock"))
    let result = try Binary.run(["grow"], in: folder)
    withExtendedLifetime(lock) {}
    #expect(result.code == 4)
    #expect(result.errors.contains("error: generated/main/.lock: is locked by process "))
  }

  @Test func `a signal stops a round in good order with code 3`() throws {
    let folder = try project(emptyWaves: 1_000_000)
    let result = try Binary.interrupt(["grow"], after: "tasks wanted", in: folder)
    #expect(result.code == 3)
    #expect(result.errors.contains("stopped; the same command goes on where this ended"))
    #expect(try folder.text(of: "generated/main/ledger.jsonl").hasSuffix("}\n"))
  }

  @Test func `a preview shows every stage and writes nothing`() throws {
    let folder = try project(emptyWaves: 1)
    let result = try Binary.run(["grow", "--preview", "2"], in: folder)
    #expect(result.code == 0)
    #expect(result.output.contains("== instruction "))
    #expect(result.output.contains("-- completion"))
    #expect(try folder.names() == ["seeds", "selfinstruct.json"])
  }

  @Test(.needsEmbeddedModel)
  func `seeds in a language that the model does not name are refused`() throws {
    let folder = try TemporaryDirectory()
    let model = try ModelCache.embeddedModel()
    try folder.write(
      """
      {"instruction": "Schreibe einen Brief an die Nachbarn.", "output": "Wir feiern am Samstag."}
      {"instruction": "Nenne drei Tiere, die im Wald leben.", "output": "Reh, Fuchs und Eule."}
      """, to: "seeds.jsonl")
    let result = try Binary.run(
      ["grow", "--seed-tasks", "seeds.jsonl", "--model", model], in: folder)
    #expect(result.code == 1)
    #expect(
      result.errors.contains("error: seeds.jsonl: the tasks are in 'de'; expected a language that"))
    #expect(result.errors.hasSuffix("go on with --any-language\n"))
    #expect(try folder.names() == ["seeds.jsonl"])
  }
}
