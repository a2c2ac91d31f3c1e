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

  @Test(arguments: ["Q", "é", "a/b/c", "deep//folder/"])
  func `a folder may have any name, and those above it are made`(name: String) throws {
    let folder = try TemporaryDirectory()
    let result = try Binary.run(["init", name], in: folder)
    #expect(result.code == 0, "\(result.errors)")
    #expect(try !folder.text(of: name + "/selfinstruct.json").isEmpty)
  }
}

@Suite struct PromptsTests {
  @Test func `prompts are shown, copied, and never written over`() throws {
    let folder = try TemporaryDirectory()
    let shown = try Binary.run(["prompts"], in: folder)
    #expect(shown.code == 0)
    #expect(shown.output.hasPrefix("==> "))
    let first = try Binary.run(["prompts", "--write", "mine"], in: folder)
    #expect(first.code == 0)
    let paths = first.output.split(separator: "\n").map(String.init)
    #expect(paths.contains("mine/opener.txt"))
    for path in paths {
      let text = try folder.text(of: path)
      #expect(shown.output.contains(text))
    }
    let second = try Binary.run(["prompts", "--write", "mine"], in: folder)
    #expect(second.code == 1)
    #expect(second.errors.hasPrefix("error: \(paths[0]): is there already; expected"))
  }
}
