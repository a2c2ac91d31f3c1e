import Foundation
import Storage
import TestSupport
import Testing

/// A corpus at a glance: what is there, what is damaged, and who is at work.
@Suite struct StatusTests {
  private func status(_ folder: TemporaryDirectory, _ more: String...) throws -> String {
    let result = try Binary.run(["status"] + more, in: folder)
    #expect(result.code == 0, "\(result.errors)")
    return result.output
  }

  /// A corpus of one round, made without a model.
  private func corpus() throws -> TemporaryDirectory {
    let folder = try TemporaryDirectory()
    let rows = ["Name the colours of a rainbow.", "Count the legs of two spiders together."].map {
      "{\"instruction\": \"\($0)\", \"output\": \"As many as there are.\"}\n"
    }
    try folder.write(rows.joined(), to: "rows.jsonl")
    let arguments = ["import", "rows.jsonl", "--seed-tasks", "rows.jsonl", "--preset", "paper"]
    let result = try Binary.run(arguments, in: folder)
    #expect(result.code == 0, "\(result.errors)")
    return folder
  }

  @Test func `a folder without a corpus is said to be one`() throws {
    #expect(
      try status(TemporaryDirectory(), "--corpus", "elsewhere")
        == "elsewhere: no corpus yet\n\nnext: 'selfinstruct grow' begins\n")
  }

  @Test func `a corpus is told with what is damaged about it`() throws {
    let folder = try corpus()
    let whole = try status(folder)
    #expect(whole.hasPrefix("generated/main: 0 tasks in 1 round\n"))
    #expect(!whole.contains("model ") && !whole.contains("damaged"))
    try folder.write("7\n", to: "generated/main/models/promoted")
    try folder.write("{\"format\": 1, ", to: "generated/main/rounds/0001.json")
    let damaged = try status(folder)
    #expect(damaged.contains("  model    generated/main/models/promoted names no model"))
    #expect(damaged.contains("  damaged  generated/main/rounds/0001.json is no manifest"))
  }

  @Test func `who is at work on a corpus is said instead of what is next`() throws {
    let folder = try corpus()
    var lock: AdvisoryLock? = try AdvisoryLock(folder.path(of: "generated/main/.lock"))
    let text = try status(folder)
    withExtendedLifetime(lock) {}
    lock = nil
    let this = ProcessInfo.processInfo.processIdentifier
    #expect(text.hasSuffix("next: process \(this) is at work on it\n"))
    #expect(try !status(folder).contains("at work"))
  }
}
