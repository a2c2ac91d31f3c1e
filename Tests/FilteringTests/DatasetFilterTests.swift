import Filtering
import Storage
import TestSupport
import Testing
import TextMetrics

/// What is kept of data sets of others.
@Suite struct DatasetFilterTests {
  private let folder = try? TemporaryDirectory()

  private func file(_ text: String, field: String = "instruction") throws -> DatasetFile {
    let folder = try #require(folder)
    return try DatasetFile(
      reading: try folder.write(text, to: "rows"), fields: .init(instruction: field))
  }

  private func decisions(
    _ text: String, applying names: Set<RuleName>, ranksNearest: Bool = false
  ) throws -> [DatasetFilter.Decision] {
    var rules = RuleSet()
    rules.blacklist.words = ["image"]
    rules.novelty.maximum = 0.7
    var filter = DatasetFilter(
      rules: rules, applying: names, tokenizer: .reference, ranksNearest: ranksNearest)
    return filter.decisions(about: try file(text).rows)
  }

  @Test func `rows stand as they stood, from lines and from an array`() throws {
    let lines = try file("{\"instruction\":\"a\",  \"x\": 1.50}\r\n\n {\"instruction\": \"b\"}")
    #expect(lines.rows.map(\.line) == [1, 3])
    let texts = lines.rows.map { String(decoding: lines.bytes[$0.bytes], as: UTF8.self) }
    #expect(texts == ["{\"instruction\":\"a\",  \"x\": 1.50}", " {\"instruction\": \"b\"}"])
    let array = try file(
      "[{\"instruction\": \"a\",\n    \"y\": \"p\\nq\"},\n {\"instruction\": \"b\"}]")
    #expect(array.rows.map(\.line) == [1, 3])
    let first = String(decoding: array.bytes[array.rows[0].bytes], as: UTF8.self)
    #expect(first == "{\"instruction\": \"a\", \"y\": \"p\\nq\"}")
    let other = try file("{\"question\": \"why?\"}", field: "question")
    #expect(try other.rows[0].content.get().instruction == "why?")
  }

  @Test(arguments: [
    ("not json", "'n' (column 1); expected 'null'"),
    ("3", "the row is an integer; expected an object"),
    ("{\"instrction\": \"a\"}", "the row has no 'instruction'; expected a string"),
    ("{\"instruction\": null}", "'instruction' is null; expected a string"),
    ("{\"instruction\": [\"a\"]}", "'instruction' is an array; expected a string"),
  ])
  func `a row that cannot be read says why and costs no other`(
    _ row: String, _ problem: String
  ) throws {
    let decisions = try decisions(
      "{\"instruction\": \"one\"}\n\(row)\n{\"instruction\": \"two\"}", applying: [.novelty])
    #expect(decisions.map { $0.verdict?.rule } == [nil, .unparsed, nil])
    #expect(decisions[1].verdict?.evidence.hasSuffix("rows:2: " + problem) == true)
  }

  @Test func `a file of nothing is refused, a folder too`() throws {
    let folder = try #require(folder)
    expectRefusalSaying("rows: has no rows; expected at least 1", hiding: folder) {
      try file("\n \n")
    }
    #expect(
      throws: StorageError.wrongKind(path: folder.path, is: "a directory", expected: "a file")
    ) {
      try DatasetFile(reading: folder.path)
    }
  }

  @Test func `a row too long to read is told and the next is read`() throws {
    let long = String(repeating: "x", count: LineReader.maximumLineBytes + 1)
    let rows = try file("{\"instruction\": \"\(long)\"}\n{\"instruction\": \"b\"}").rows
    #expect(rows.map(\.line) == [1, 2])
    #expect(throws: StorageError.self) { try rows[0].content.get() }
    #expect(try rows[1].content.get().instruction == "b")
  }

  @Test func `what is dropped is no neighbour, and the earliest of the nearest is named`() throws {
    let rows = [
      "one two three four five six seven", "one two three four five six eight",
      "one two three four five image seven", "one two three four five nine seven",
      "one two three four five six seven",
    ].map { "{\"instruction\": \"\($0)\"}" }
    let found = try decisions(
      rows.joined(separator: "\n"), applying: [.novelty, .blacklist])
    #expect(found.map { $0.verdict?.rule } == [nil, .novelty, .blacklist, .novelty, .novelty])
    #expect(found.map { $0.neighbour?.row } == [nil, 0, nil, 0, 0])
    #expect(found[4].neighbour?.score == 1)
    #expect(found[1].verdict?.evidence == "ROUGE-L 0.857, more than 0.7")
  }

  @Test func `inputs and outputs are looked at in rows of either form`() throws {
    let rows = [
      #"{"instruction": "Say it again.", "input": "so", "output": "so"}"#,
      #"{"instruction": "Go on.", "instances": [{"input": "a", "output": "b"}]}"#,
      #"{"instruction": "Do.", "instances": [{"input": "a", "output": "a"}, {"output": "c"}]}"#,
      #"{"instruction": "No.", "instances": [{"input": "a", "output": "b"}, {"input": "a", "output": "c"}]}"#,
      #"{"instruction": "Well.", "output": " "}"#,
    ]
    let found = try decisions(
      rows.joined(separator: "\n"), applying: [.same, .conflict, .empty])
    #expect(found.map { $0.verdict?.rule } == [.same, nil, nil, .conflict, .empty])
    let none = try decisions(rows.joined(separator: "\n"), applying: [.novelty])
    #expect(none.allSatisfy { $0.objections.isEmpty })
  }

  @Test func `the nearest of kept rows are told with the mean`() throws {
    let rows = ["a b c d", "a b x y", "p q r s", "a b c z"].map { "{\"instruction\": \"\($0)\"}" }
    let found = try decisions(
      rows.joined(separator: "\n"), applying: [.novelty], ranksNearest: true)
    #expect(found[3].verdict?.rule == .novelty)
    #expect(found[0].nearest.isEmpty)
    #expect(found[2].nearest == [.init(row: 0, score: 0), .init(row: 1, score: 0)])
    #expect(found[1].nearest == [.init(row: 0, score: 0.5)])
    #expect(found[1].meanSimilarity == 0.5)
    #expect(found[2].meanSimilarity == 0)
  }

  @Test func `every rule that texts alone decide can be switched, the others are not for rows`() {
    for name in RuleSet.rulesAboutTexts {
      var rules = RuleSet()
      rules.limit(to: [])
      #expect(!rules.applies(name))
      rules.letDrop([name])
      // Nothing says of an output that is not there that it may be.
      #expect(rules.applies(name) == (name != .empty))
    }
    #expect(RuleSet.rulesForAnybody.isSubset(of: RuleSet.rulesAboutTexts))
  }
}
