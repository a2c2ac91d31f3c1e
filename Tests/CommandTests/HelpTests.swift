import Foundation
import TestSupport
import Testing

@Suite struct HelpTests {
  static let commands = [
    "", "grow", "status", "filter", "finetune", "merge", "explain", "review", "audit", "export",
    "import", "report", "init",
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
