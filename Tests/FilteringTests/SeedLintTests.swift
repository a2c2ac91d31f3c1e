import Filtering
import TaskCorpus
import TestSupport
import Testing
import TextMetrics

@Suite struct SeedLintTests {
  private let folder: TemporaryDirectory

  init() throws {
    folder = try TemporaryDirectory()
  }

  private let good = [
    "Write a short poem about a river in spring.", "List three uses for an old newspaper.",
    "Explain why bread dough rises.", "Name the capital of Portugal.",
    "Suggest a present for a gardener.", "Translate the sentence into French.",
    "Sort these numbers from small to large.", "Describe how a bicycle stays upright.",
  ].map { #"{"instruction": "\#($0)", "output": "Something right."}"# }

  /// What is found in seeds of the given rows, in the form users see it.
  private func findings(_ rows: [String]) throws -> [SeedLint.Finding] {
    let path = try folder.write(rows.joined(separator: "\n"), to: "seeds.jsonl")
    var rules = RuleSet()
    rules.blacklist.words = ["picture"]
    return SeedLint.findings(in: try SeedFile.read(path), rules: rules, tokenizer: .unicode)
  }

  private func sentences(_ rows: [String]) throws -> [String] {
    let sentences = try findings(rows).map {
      $0.description.replacing(folder.path + "/", with: "")
    }
    for sentence in sentences { #expect(wordingComplaint(sentence) == nil) }
    return sentences
  }

  @Test func `good seeds have nothing to be told`() throws {
    #expect(try findings(good).isEmpty)
  }

  @Test func `fewer than eight are told`() throws {
    #expect(
      try sentences(Array(good.prefix(7)))
        == ["seeds.jsonl: 7 tasks; expected at least 8, as many as a prompt shows"])
    #expect(try findings([good[0]]).map(\.kind) == [.tooFew])
  }

  @Test func `equal and near instructions are told with the earlier line`() throws {
    let near = #"{"instruction": "Write a short poem about a lake in spring.", "output": "La."}"#
    #expect(
      try sentences(good + [near, good[2]]) == [
        "seeds.jsonl:9: the instruction has ROUGE-L 0.889 with that of line 1; "
          + "expected at most 0.55",
        "seeds.jsonl:10: the instruction is that of line 3; expected each task once",
      ])
  }

  @Test(arguments: [
    Malformed(
      "no output", #"{"instruction": "Hum a tune you like.", "output": " "}"#,
      "the instance has no output; expected the right answer"),
    Malformed(
      "two words", #"{"instruction": "Say hello.", "output": "Hello."}"#,
      "the instruction would not pass the rule 'length' (2 words, not 4 to 150); "
        + "expected what new tasks must pass"),
    Malformed(
      "a picture", #"{"instruction": "Paint a picture of your house.", "output": "Done."}"#,
      "the instruction would not pass the rule 'blacklist' ('picture'); "
        + "expected what new tasks must pass"),
    Malformed(
      "the input again",
      #"{"instruction": "Repeat what you read here.", "input": "Same.", "output": "Same."}"#,
      "the instance would not pass the rule 'same' (input and output are equal); "
        + "expected what new tasks must pass"),
  ])
  func `what new tasks may not do is told of seeds`(_ given: Malformed<String>) throws {
    #expect(try sentences(good + [given.input]) == ["seeds.jsonl:9: " + given.sentence])
  }

  @Test func `a field that is almost one that is read is told, others are not`() throws {
    let row = """
      {"instruction": "Give the opposite of the word.", "is_clasification": true, "source": "me", "input": "", \
      "instances": [{"inputs": "hot", "input": "", "output": "cold", "note": "easy"}]}
      """
    #expect(
      try sentences(good + [row]) == [
        "seeds.jsonl:9: nothing reads the field 'is_clasification'; "
          + "expected perhaps 'is_classification'",
        "seeds.jsonl:9: nothing reads the field 'inputs'; expected perhaps 'input'",
      ])
  }

  @Test func `two outputs for one input are told`() throws {
    let row = """
      {"instruction": "Give the opposite of the word.", "instances": [{"input": "hot", "output": \
      "cold"}, {"input": "hot", "output": "icy"}, {"input": "", "output": "x"}]}
      """
    #expect(
      try sentences(good + [row]) == [
        "seeds.jsonl:9: instance 2 would not pass the rule 'conflict' "
          + "(one input has another output too); expected what new tasks must pass"
      ])
  }

  @Test func `a person's list, poem or code is not taken for a model's failing`() throws {
    let output = String(repeating: "one more line of a song\\n", count: 9)
    let row = #"{"instruction": "Sing the song of lines", "output": "\#(output)"}"#
    #expect(try findings(good + [row]).isEmpty)
  }
}
