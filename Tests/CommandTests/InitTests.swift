import TestSupport
import Testing

@Suite struct InitTests {
  @Test func `init makes a project and never writes over one`() throws {
    let folder = try TemporaryDirectory()
    let first = try Binary.run(["init", "new"], in: folder)
    #expect(first.code == 0)
    #expect(
      first.output.split(separator: "\n") == [
        "new/selfinstruct.json", "new/seeds/seed_tasks.jsonl", "new/.gitignore", "new/README.md",
      ])
    let made = try folder.text(of: "new/selfinstruct.json")
    let second = try Binary.run(["init", "new"], in: folder)
    #expect(second.code == 1)
    #expect(second.errors.hasPrefix("error: new/selfinstruct.json: is there already; expected"))
    #expect(try folder.text(of: "new/selfinstruct.json") == made)
  }
}
