import Bootstrapping
import Storage
import TestSupport
import Testing

@testable import Projects

@Suite struct ProjectGrowConfigurationTests {
  private func file(_ text: String) throws -> ProjectFile {
    try ProjectFile(Array(text.utf8), path: "selfinstruct.json", settings: Setting.all)
  }

  @Test func `a file without settings gives a preset as it is`() throws {
    #expect(try file("{}").growConfiguration(flags: [:]) == GrowConfiguration(.standard))
    #expect(
      try file("{\"preset\": \"paper\"}").growConfiguration(flags: [:])
        == GrowConfiguration(.paper))
  }

  @Test func `flags override the file, and the file overrides the preset`() throws {
    let file = try file(
      """
      {
        "preset": "default", "tasks": 7, "seed": 3, "model": "x", "threads": 2,
        "answers": {"samples": 9, "sampling": {"temperature": 0.25}},
        "rules": {"novelty": {"maximum": 0.5}}
      }
      """)
    let made = try file.growConfiguration(flags: ["tasks": 8, "preset": "paper"])
    var expected = GrowConfiguration(.paper)
    expected.tasks = 8
    expected.seed = 3
    expected.answers.samples = 9
    expected.answers.sampling.temperature = 0.25
    expected.rules.novelty.maximum = 0.5
    #expect(made == expected)
  }

  @Test func `a fraction may stand where the default is a whole number`() throws {
    let file = try file(
      """
      {"instructions": {"topicShare": 0.5}, "rules": {"likelihood": {"relevance": 0.25}}}
      """)
    let made = try file.growConfiguration(flags: [:])
    #expect(made.instructions.topicShare == 0.5)
    #expect(made.rules.likelihood.relevance == 0.25)
  }

  @Test func `no fraction may stand where things are counted`() throws {
    expectRefusalSaying(
      "selfinstruct.json:1: 'answers.samples' is 2.5; expected an integer"
    ) { try file("{\"answers\": {\"samples\": 2.5}}") }
  }

  @Test func `values that cannot be together are refused, all at once`() throws {
    let file = try file("{\"answers\": {\"samples\": 0}, \"inputs\": {\"samples\": -1}}")
    expectRefusalSaying(
      "configuration: inputs.samples: is -1; expected at least 1\n"
        + "  answers.samples: is 0; expected at least 1"
    ) { try file.growConfiguration(flags: [:]) }
  }

  @Test func `the keys that a file gives are those of the pipeline, to the last dot`() throws {
    let file = try file(
      """
      {"tasks": 7, "model": "x", "threads": 2, "answers": {"samples": 9, "sampling": {}},
       "instructions": {"openerLengths": [1, 2]}, "rules": {"novelty": {"maximum": 0.5}}}
      """)
    #expect(
      file.growKeys == [
        "tasks", "answers.samples", "instructions.openerLengths", "rules.novelty.maximum",
      ])
  }
}
