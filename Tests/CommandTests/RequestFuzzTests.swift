import TestSupport
import Testing

@testable import selfinstruct

/// Files of requests, damaged: nothing crashes.
@Suite struct RequestFuzzTests {
  @Test func `requests to generate`() throws {
    let rows = """
      {"prompt": "Name three birds."}
      {"messages": [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Hi"}]}
      """
    let share = try Fuzzing.shareOfJSON("prompts", from: [rows]) { path in
      _ = try RequestFile.prompts(path)
    }
    #expect(share >= 0.4)
  }

  @Test func `requests to score`() throws {
    let rows = """
      {"context": "Two and two are", "continuation": " four"}
      {"context_ids": [1, 22, 4095], "continuation_ids": [3]}
      """
    let share = try Fuzzing.shareOfJSON("scoring", from: [rows]) { path in
      _ = try RequestFile.scoring(path)
    }
    #expect(share >= 0.4)
  }
}
