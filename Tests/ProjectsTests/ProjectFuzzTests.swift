import Projects
import TestSupport
import Testing

/// Settings, damaged: nothing crashes.
@Suite struct ProjectFuzzTests {
  @Test func `selfinstruct_json`() throws {
    let folder = try TemporaryDirectory()
    let original = """
      {"model": "smollm2", "tasks": 30, "seed": 7, "preset": "paper", "language": "de",
       "rules": {"novelty": {"maximum": 0.5, "severity": "flag"}, "length": {"minimum": 2},
       "blacklist": {"words": ["a b", "ä"]}}, "answers": {"samples": 2, "sampling": {"topP": 0.9}}}
      """
    let share = Fuzzing.share(
      of: "selfinstruct.json", from: [Array(original.utf8)], wellFormed: { $0.reworded($1) },
      read: { input in
        guard let path = try? folder.write(input, to: "selfinstruct.json") else {
          return .refusedAtOnce
        }
        do {
          _ = try ProjectFile(reading: path).growConfiguration(flags: [:])
          return .readOn
        } catch {
          return "\(error)".contains("(column ") ? .refusedAtOnce : .readOn
        }
      })
    #expect(share >= 0.4)
  }
}
