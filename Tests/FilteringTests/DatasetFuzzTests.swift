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
    let folder = try TemporaryDirectory()
    let array = "[" + Self.lines.split(separator: "\n").joined(separator: ",\n  ") + "]"
    let share = Fuzzing.share(
      of: "data set", from: [Array(Self.lines.utf8), Array(array.utf8)],
      wellFormed: { mutator, original in
        original.first == UInt8(ascii: "[")
          ? mutator.reworded(original) : mutator.rewordedLines(original)
      },
      read: { input in
        guard let path = try? folder.write(input, to: "rows"),
          let file = try? DatasetFile(reading: path)
        else { return .refusedAtOnce }
        var filter = DatasetFilter(
          rules: RuleSet(), applying: RuleSet.rulesAboutTexts, tokenizer: .unicode,
          ranksNearest: true)
        let decisions = filter.decisions(about: file.rows)
        #expect(decisions.count == file.rows.count)
        return file.readable > 0 ? .readOn : .refusedAtOnce
      })
    #expect(share >= 0.4)
  }
}
