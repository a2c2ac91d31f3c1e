import Storage
import TaskCorpus
import TestSupport
import Testing
import TextMetrics

@testable import Filtering

@Suite struct EvaluationSetsTests {
  private static let rows = """
    {"question": "How many moons does the planet Jupiter have, and who saw them first?"}
    {"id": 7, "prompt": "Sort the numbers.", "choices": ["a b c d e"]}

    {"question": ["Which river flows through the city of Cairo in Egypt?", ""], "answer": "Nile"}

    """

  private func sets(
    _ rows: String = rows, name: String = "questions.jsonl", fields: [String]? = nil,
    _ folder: TemporaryDirectory? = nil
  ) throws -> EvaluationSets {
    let folder = try folder ?? TemporaryDirectory()
    try folder.write(rows, to: name)
    var configuration = EvaluationSets.Configuration()
    configuration.files = [name]
    if let fields { configuration.fields = fields }
    return try EvaluationSets(
      reading: configuration, resolve: { "\(folder.path)/\($0)" })
  }

  private func overlap(_ instruction: String, _ input: String, _ output: String) throws
    -> EvaluationOverlap?
  {
    var sets = try sets()
    return sets.overlap(
      instruction: instruction, instances: [Parse.Instance(input: input, output: output)])
  }

  private func objection(_ instruction: String, _ input: String = "", _ output: String = "Yes.")
    throws -> String?
  {
    RuleSet().verdict(onOverlap: try overlap(instruction, input, output))?.evidence
  }

  @Test func `a paraphrase near to a text is named with its place and its ROUGE-L`() throws {
    let asked = "How many moons does Jupiter have, and who saw them?"
    // 10 of 13 and of 10 words in common.
    #expect(try objection(asked) == "ROUGE-L 0.87 with questions.jsonl:1")
    #expect(
      try overlap(asked, "", "Yes.")?.nearest?.score
        == rougeL(
          target: "How many moons does the planet Jupiter have, and who saw them first?",
          prediction: asked, tokenizer: .unicode
        ).f)
    #expect(try objection("Name a planet that has many moons.") == nil)
  }

  @Test func `an input, an input with its instruction, and an output are looked at too`() throws {
    #expect(
      try objection("Answer.", "Which river flows through the city of Cairo in Egypt?")
        == "ROUGE-L 1.0 with questions.jsonl:4")
    #expect(
      try objection("Which river flows through", "the city of Cairo in Egypt")
        == "ROUGE-L 1.0 with questions.jsonl:4")
    let long =
      "People ask all sorts of things. One is: which river flows through the city of Cairo, a "
      + "place that many of them have been to and that is much older than they believe?"
    #expect(try objection("Tell me something.", "", long) == "has 80 % of questions.jsonl:4 in it")
    #expect(try overlap("Tell me something.", "", long)?.nearest == nil)
  }

  @Test func `a short text counts where all of it is there`() throws {
    var sets = try sets("{\"question\": \"Who wrote Moby Dick?\", \"input\": null}")
    func found(_ output: String) -> EvaluationOverlap? {
      sets.overlap(
        instruction: "Say it.", instances: [Parse.Instance(input: "", output: output)])
    }
    #expect(
      found("They asked me who wrote Moby Dick, of all things.")?.covered
        == .init(text: "questions.jsonl:1", score: 1))
    #expect(found("They asked me who wrote Moby Grape.") == nil)
  }

  @Test func `texts of three words are not compared, nor is what is not a field`() throws {
    #expect(try objection("Sort the numbers.") == nil)
    #expect(try objection("a b c d e") == nil)
    var sets = try sets(fields: ["choices", "question"])
    #expect(sets.overlap(instruction: "a b c d e", instances: [])?.nearest?.score == 1)
  }

  @Test func `the thresholds are the rule's, and off is off`() throws {
    let overlap = EvaluationOverlap(
      nearest: .init(text: "a:1", score: 0.7), covered: .init(text: "b:2", score: 0.5))
    var rules = RuleSet()
    #expect(rules.verdict(onOverlap: overlap) == nil)
    rules.contamination.maximum = 0.69
    #expect(rules.verdict(onOverlap: overlap)?.evidence == "ROUGE-L 0.7 with a:1")
    rules.contamination.maximum = 0.7
    rules.contamination.maximumCoverage = 0.49
    #expect(rules.verdict(onOverlap: overlap)?.evidence == "has 50 % of b:2 in it")
    rules.contamination.severity = .flag
    #expect(rules.verdict(onOverlap: overlap)?.severity == .flag)
    rules.contamination.severity = .off
    #expect(rules.verdict(onOverlap: overlap) == nil)
  }

  @Test func `what is recorded is read back, and a row without anything has no key`() throws {
    let overlap = EvaluationOverlap(nearest: .init(text: "a:1", score: 0.5))
    let row = CandidateRow(
      id: "r1-1", round: 1, wave: 1, stage: "answer", request: 0, of: "r1-0",
      parse: ["input": "", "output": "x"],
      evidence: try JSONValue(encoding: InstanceEvidence(finish: "stop", logProbability: nil)),
      prompt: "p", model: "m", sampling: .null)
    let measured = row.withOverlap(try JSONValue(encoding: overlap))
    #expect(measured.evidence(as: InstanceEvidence.self)?.evaluation == overlap)
    #expect(measured.withOverlap(nil) == row)
  }

  @Test func `equal sets have one hash, and others another`() throws {
    let hash = try sets().hash
    #expect(try sets().hash == hash)
    #expect(try sets(Self.rows.replacing("Cairo", with: "Luxor")).hash != hash)
    #expect(try sets(name: "others.jsonl").hash != hash)
    // Fields that are not read do not count.
    #expect(try sets(Self.rows.replacing("Nile", with: "The Nile")).hash == hash)
  }

  @Test func `one JSON array will do`() throws {
    var sets = try sets(
      "[\n{\"question\": \"What do bees do in winter?\"},\n{\"question\": \"Why is ice slippery?\"}]"
    )
    #expect(
      sets.overlap(instruction: "Why is ice slippery?", instances: [])?.nearest
        == .init(text: "questions.jsonl:3", score: 1))
    #expect(sets.sources == [.init(path: "questions.jsonl", texts: 2)])
  }

  @Test(arguments: [
    Malformed(
      "nothing", "", "questions.jsonl: has no text of 4 words or more; expected at least 1"),
    Malformed(
      "no row", "[]", "questions.jsonl: has no text of 4 words or more; expected at least 1"),
    Malformed("no object", "1", "questions.jsonl:1: the row is an integer; expected an object"),
    Malformed(
      "no field", "{\"question\": \"a\"}\n{\"text\": \"b\"}",
      "questions.jsonl:2: the row has none of the fields 'instruction', 'question', 'prompt', "
        + "'input'; expected one of them, or the names of others in the settings"),
    Malformed(
      "a number", "{\"question\": 3}",
      "questions.jsonl:1: 'question' is an integer; expected a string, or an array of strings"),
    Malformed(
      "an array with one", "{\"question\": [\"a\", 3]}",
      "questions.jsonl:1: 'question' is an array; expected a string, or an array of strings"),
    Malformed(
      "no JSON", "{\"question",
      "questions.jsonl:1: the text ends inside a string (column 11); expected a closing double quote"
    ),
    Malformed(
      "texts too short to tell", "{\"question\": \"Who am I?\"}",
      "questions.jsonl: has no text of 4 words or more; expected at least 1"),
  ])
  func `what is no set is refused with its line`(_ given: Malformed<String>) throws {
    let folder = try TemporaryDirectory()
    given.expectRefusal(hiding: folder) { try sets(given.input, folder) }
  }
}
