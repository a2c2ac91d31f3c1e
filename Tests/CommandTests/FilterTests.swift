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
      result.errors == "warning: rows.jsonl:4: 'instruction' is an integer; expected a string\n")
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
