import Storage
import TaskCorpus
import TestSupport
import Testing

/// Run files of other programs, damaged: nothing crashes, and what is read is whole.
@Suite struct RunFileFuzzTests {
  private static let lines = """
    {"instruction": "Name a bird.", "most_similar": {"Name a fish.": 0.6}, "request_idx": 1}
    {"instruction": "Say it in French.", "input": "Hello", "output": "Bonjour", "similarity": 0.1}
    {"instruction": "Warm or cold?", "instances": [{"input": "July", "output": "warm"}], "is_classification": true}

    """

  @Test func `run files`() throws {
    let array = "[" + Self.lines.split(separator: "\n").joined(separator: ",\n") + "]"
    let share = try Fuzzing.shareOfJSON("run file", from: [Self.lines, array]) { path in
      let file = try RunFile.read(path)
      #expect(!file.rows.isEmpty && file.rows.allSatisfy { !$0.instruction.isEmpty })
    }
    #expect(share >= 0.4)
  }
}
