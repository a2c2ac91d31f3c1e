import Foundation
import TestSupport
import Testing

/// `filter` and `rouge` as a user runs them.
@Suite struct FilterTests {
  private static let rows = """
    {"instruction": "Write a short poem about the river at night.", "id": 1.0}
    {"instruction": "Write a short poem about the river at noon.", "id": 2}
    {"instruction": "Draw the river."}
    {"instruction": 7}
    {"instruction": "Name three birds that swim."}

    """

  private func folder() throws -> TemporaryDirectory {
    let folder = try TemporaryDirectory()
    try folder.write(Self.rows, to: "rows.jsonl")
    return folder
  }

  @Test func `kept rows come as they were, rejected ones with the reason`() throws {
    let folder = try folder()
    let result = try Binary.run(
      [
        "filter", "--input", "rows.jsonl", "--output", "kept.jsonl", "--rejected",
        "rejected.jsonl", "--nearest", "nearest.jsonl", "--threshold", "0.7",
      ], in: folder)
    #expect(result.code == 0)
    #expect(
      result.output == """
        rows.jsonl: 2 of 5 rows kept
          dropped by unparsed 1, length 1, novelty 1

        """)
    #expect(
      result.errors == """
        note: no row has an output, so the rules about outputs have nothing to look at
        warning: rows.jsonl:4: 'instruction' is an integer; expected a string

        """)
    let lines = Self.rows.split(separator: "\n")
    #expect(try folder.text(of: "kept.jsonl") == "\(lines[0])\n\(lines[4])\n")
    let rejected = try folder.text(of: "rejected.jsonl")
    #expect(
      rejected == """
        {"line": 2, "neighbour": {"instruction": "Write a short poem about the river at night.", \
        "line": 1, "rougeL": 0.8888888888888888}, "rule": "novelty", "why": "ROUGE-L 0.889, more \
        than 0.7", "row": \(lines[1])}
        {"line": 3, "rule": "length", "why": "3 words, not 4 to 150", "row": \(lines[2])}
        {"line": 4, "rule": "unparsed", "text": "\(lines[3].replacing("\"", with: "\\\""))", \
        "why": "rows.jsonl:4: 'instruction' is an integer; expected a string"}

        """)
    #expect(
      try folder.text(of: "nearest.jsonl") == """
        {"line": 1, "meanSimilarity": 0.0, "nearest": []}
        {"line": 5, "meanSimilarity": 0.0, "nearest": [{"line": 1, "rougeL": 0.0}]}

        """)
  }

  @Test func `a pipe gets the kept rows, a dry run writes nothing`() throws {
    let folder = try folder()
    let piped = try Binary.run(
      ["filter", "--input", "-", "--only", "novelty"], input: Self.rows, in: folder)
    #expect(piped.code == 0)
    #expect(piped.output.split(separator: "\n").count == 3)
    #expect(
      piped.errors.hasSuffix(
        "standard input: 3 of 5 rows kept\n  dropped by unparsed 1, novelty 1\n"))
    let dry = try Binary.run(
      ["filter", "--input", "rows.jsonl", "--output", "kept.jsonl", "--dry-run", "--json"],
      in: folder)
    #expect(
      dry.output == """
        {"dropped": {"length": 1, "novelty": 1, "unparsed": 1}, "flagged": {}, "input": \
        "rows.jsonl", "kept": 2, "rows": 5}

        """)
    #expect(try folder.names() == ["rows.jsonl"])
  }

  @Test func `the file itself may be replaced, and a strict run that fails leaves it alone`() throws
  {
    let folder = try folder()
    let strict = try Binary.run(
      ["filter", "--input", "rows.jsonl", "--output", "rows.jsonl", "--strict"], in: folder)
    #expect(strict.code == 1)
    #expect(
      strict.errors == "error: rows.jsonl:4: 'instruction' is an integer; expected a string\n")
    #expect(try folder.text(of: "rows.jsonl") == Self.rows)
    let lax = try Binary.run(
      ["filter", "--input", "rows.jsonl", "--output", "rows.jsonl"], in: folder)
    #expect(lax.code == 0)
    #expect(try folder.text(of: "rows.jsonl").split(separator: "\n").count == 2)
  }

  @Test(arguments: [
    (["--output", "a", "--rejected", "./a"], "--rejected: is the file of --output"),
    (["--output", "a", "--nearest", "link"], "--nearest: is the file of --output"),
    (["--rejected", "rows.jsonl"], "--rejected: is the file of --input"),
    (["--nearest", "folder/../rows.jsonl"], "--nearest: is the file of --input"),
    (["--evaluation", "q", "--output", "folder/link"], "--output: is the file of --evaluation"),
  ])
  func `no result takes the place of another or of what is read`(
    _ arguments: [String], _ problem: String
  ) throws {
    let folder = try folder()
    try folder.write("{\"question\": \"What is this all about?\"}", to: "q")
    try folder.write("", to: "folder/empty")
    let manager = FileManager.default
    try manager.createSymbolicLink(atPath: folder.path(of: "link"), withDestinationPath: "a")
    try manager.createSymbolicLink(
      atPath: folder.path(of: "folder/link"), withDestinationPath: "../q")
    let result = try Binary.run(
      ["filter", "--input", "rows.jsonl"] + arguments, in: folder)
    #expect(result.code == 2)
    #expect(result.errors.hasPrefix("error: \(problem); expected another\n"))
    #expect(try folder.text(of: "rows.jsonl") == Self.rows)
  }

  @Test func `what overlaps with evaluation texts is dropped, and fields may have other names`()
    throws
  {
    let folder = try TemporaryDirectory()
    try folder.write(
      """
      {"instruction": "Tell me something.", "response": "Well, who wrote the book of tea?"}
      {"instruction": "Tell me something else.", "response": "No."}
      """, to: "rows.jsonl")
    try folder.write("{\"text\": \"Who wrote the book of tea?\"}", to: "q.jsonl")
    let arguments = [
      "filter", "--input", "rows.jsonl", "--only", "contamination", "--evaluation", "q.jsonl",
      "--evaluation-field", "text", "--dry-run",
    ]
    let named = try Binary.run(arguments + ["--output-field", "response"], in: folder)
    #expect(named.output == "rows.jsonl: 1 of 2 rows kept\n  dropped by contamination 1\n")
    let unnamed = try Binary.run(arguments, in: folder)
    #expect(unnamed.output == "rows.jsonl: 2 of 2 rows kept\n")
  }

  @Test func `a file without a readable row is an error, and a language without spaces is read`()
    throws
  {
    let folder = try folder()
    let wrong = try Binary.run(
      ["filter", "--input", "rows.jsonl", "--field", "task", "--output", "kept"], in: folder)
    #expect(wrong.code == 1)
    #expect(
      wrong.errors.hasSuffix("error: rows.jsonl: no row can be read; expected at least 1\n"))
    #expect(try folder.names() == ["rows.jsonl"])
    let chinese = try Binary.run(
      ["filter", "--input", "-", "--only", "length", "--dry-run"],
      input: "{\"instruction\": \"请解释气候变化的概念。\"}\n{\"instruction\": \"写诗。\"}\n", in: folder)
    #expect(
      chinese.output == "standard input: 1 of 2 rows kept\n  dropped by length 1\n")
  }

  @Test func `settings of the project decide, rules that are off in them can be asked for`() throws
  {
    let folder = try folder()
    try folder.write(
      """
      {"rules": {"novelty": {"maximum": 0.9}, "length": {"maximum": 5}, "sentences": {"severity": "off"}}}
      """, to: "selfinstruct.json")
    let result = try Binary.run(["filter", "--input", "rows.jsonl", "--dry-run"], in: folder)
    #expect(
      result.output == "rows.jsonl: 1 of 5 rows kept\n  dropped by length 3, unparsed 1\n")
    let only = try Binary.run(
      ["filter", "--input", "-", "--only", "sentences, lines", "--json", "--dry-run"],
      input: "{\"instruction\": \"Wait. Go.\"}\n{\"instruction\": \"Go.\"}", in: folder)
    #expect(only.output.contains("\"dropped\": {\"sentences\": 1}"))
  }

  @Test func `pairs get their scores to the last digit, bad rows null`() throws {
    let folder = try TemporaryDirectory()
    try folder.write(
      """
      {"target": "the cats sat", "prediction": "the cat sat"}
      {"target": "x"}
      {"target": "你好", "prediction": "你好"}
      """, to: "pairs.jsonl")
    let plain = try Binary.run(["rouge", "--pairs", "pairs.jsonl"], in: folder)
    #expect(plain.code == 1)
    let score =
      "{\"f\": 0.6666666666666666, \"precision\": 0.6666666666666666, \"recall\": 0.6666666666666666}"
    let lines = plain.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 4)
    #expect(
      lines[0] == """
        {"rouge1": \(score), "rouge2": {"f": 0.0, "precision": 0.0, "recall": 0.0}, \
        "rougeL": \(score), "rougeLsum": \(score)}
        """)
    #expect(lines[1] == "null")
    #expect(lines[2].contains("\"rougeL\": {\"f\": 1.0"))
    #expect(
      plain.errors == """
        warning: pairs.jsonl:2: the row has no 'prediction'; expected a string
        error: pairs.jsonl: 1 of 3 rows are no pairs; expected all to be

        """)
    let stemmed = try Binary.run(
      ["rouge", "--pairs", "pairs.jsonl", "--stemmer", "--preset", "paper", "--strict"], in: folder)
    #expect(stemmed.output.hasPrefix("{\"rouge1\": {\"f\": 1.0"))
    #expect(stemmed.errors.hasPrefix("error: pairs.jsonl:2: "))
  }
}

/// What reads a corpus, where there is none.
@Suite struct ReviewCommandTests {
  @Test(arguments: [["review"], ["audit"], ["explain", "r1-1"], ["filter"]])
  func `without a corpus there is one sentence`(_ command: [String]) throws {
    let folder = try TemporaryDirectory()
    try folder.write(
      "{\"instruction\": \"Go.\", \"input\": \"\", \"output\": \"Gone.\"}",
      to: "seeds/seed_tasks.jsonl")
    let result = try Binary.run(command, in: folder)
    #expect(result.code == 1)
    #expect(
      result.errors.hasPrefix(
        "error: generated/main: is no corpus; expected a folder that 'selfinstruct grow' made"))
    #expect(try folder.names() == ["seeds"])
  }
}
