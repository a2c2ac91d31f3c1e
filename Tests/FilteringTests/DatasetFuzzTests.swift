import Filtering
import Storage
import TestSupport
import Testing
import TextMetrics

/// Data sets of others, damaged: nothing crashes, and no row is lost without a word.
@Suite struct DatasetFuzzTests {
  private static let lines = """
    {"instruction": "Name three birds.", "input": "", "output": "Owl, kite, wren."}
    {"instruction": "Größe \\u00e4ndern 你好 🏳️‍🌈", "instances": [{"input": "a", "output": "b"}]}
    {"id": 7, "instruction": "Add 1e5 and -0.5.", "is_classification": true, "output": "x"}
    {"instruction": "Name three birds that swim.", "extra": [1, null, {"a": "b"}]}
    """

  @Test func `data sets in lines and in arrays`() throws {
    let array = "[" + Self.lines.split(separator: "\n").joined(separator: ",\n  ") + "]"
    let share = try Fuzzing.shareOfJSON("data set", from: [Self.lines, array]) { path in
      let file = try DatasetFile(reading: path)
      var filter = DatasetFilter(
        rules: RuleSet(), applying: RuleSet.rulesAboutTexts, tokenizer: .unicode,
        ranksNearest: true)
      #expect(filter.decisions(about: file.rows).count == file.rows.count)
      // Where no row is JSON nothing was read.
      if file.readable == 0, let row = file.rows.first { _ = try row.content.get() }
    }
    #expect(share >= 0.4)
  }

  @Test func `evaluation sets`() throws {
    let lines = """
      {"question": "Which of these birds can swim?", "choices": ["Owl", "Duck"], "answer": 1}
      {"id": "q2", "prompt": "Größe ändern 你好 🏳️‍🌈, one two three four five six seven eight"}
      """
    let share = try Fuzzing.shareOfJSON("evaluation set", from: [lines]) { path in
      var configuration = EvaluationSets.Configuration()
      configuration.files = [path]
      configuration.fields += ["choices"]
      configuration.ngram = 3
      var sets = try EvaluationSets(reading: configuration)
      _ = sets.overlap(
        instruction: "Which of these birds can swim?",
        instances: [Parse.Instance(input: "four five six seven", output: "one two three four")])
    }
    #expect(share >= 0.4)
  }
}
