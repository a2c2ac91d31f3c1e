import Foundation
import TestSupport
import Testing

@Suite struct HelpTests {
  static let commands = [
    "", "grow", "status", "filter", "finetune", "merge", "explain", "review", "audit", "init",
    "prompts",
    "generate",
    "loglikelihood", "rouge", "tokenize",
  ]

  @Test(arguments: commands)
  func `help says what its snapshot says`(_ command: String) throws {
    let folder = try TemporaryDirectory()
    let arguments = (command.isEmpty ? [] : [command]) + ["--help"]
    let result = try Binary.run(arguments, in: folder)
    #expect(result.code == 0)
    #expect(result.errors == "")
    let name = command.isEmpty ? "selfinstruct" : command
    try Snapshot("\(name).txt").expect(result.output)
  }
}

/// A text that a test once saw, beside the test.
struct Snapshot {
  let path: URL

  init(_ name: String, file: String = #filePath) {
    path = URL(filePath: file).deletingLastPathComponent()
      .appending(components: "Snapshots", name)
  }

  /// Expects the text; under `RECORD_SNAPSHOTS=1` writes it instead, and fails.
  func expect(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
      try Data(text.utf8).write(to: path)
      Issue.record("\(path.lastPathComponent) was recorded", sourceLocation: sourceLocation)
    }
    let known = try String(contentsOf: path, encoding: .utf8)
    #expect(text == known, "RECORD_SNAPSHOTS=1 accepts it", sourceLocation: sourceLocation)
  }
}
