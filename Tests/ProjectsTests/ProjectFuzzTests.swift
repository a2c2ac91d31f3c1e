import Projects
import TestSupport
import Testing

/// Settings, damaged: nothing crashes.
@Suite struct ProjectFuzzTests {
  @Test func `selfinstruct_json`() throws {
    let original = """
      {"model": "smollm2", "tasks": 30, "seed": 7, "preset": "paper", "language": "de",
       "rules": {"novelty": {"maximum": 0.5, "severity": "flag"}, "length": {"minimum": 2},
       "blacklist": {"words": ["a b", "ä"]}}, "answers": {"samples": 2, "sampling": {"topP": 0.9}}}
      """
    let share = try Fuzzing.shareOfJSON("selfinstruct.json", from: [original]) { path in
      _ = try ProjectFile(reading: path).growConfiguration(flags: [:])
    }
    #expect(share >= 0.4)
  }
}
