import Storage
import TaskCorpus
import TestSupport
import Testing

@testable import Projects

@Suite struct ProjectTests {
  @Test func `the nearest configuration upwards is the project`() throws {
    let folder = try TemporaryDirectory()
    try folder.write("{\"model\": \"outer\"}", to: "a/selfinstruct.json")
    try folder.write("{\"model\": \"inner\"}", to: "a/b/selfinstruct.json")
    try folder.write("", to: "a/c/d/file")
    let inner = try Project(around: folder.path(of: "a/b"))
    #expect(inner.file.text("model") == "inner")
    #expect(inner.path("seeds/x.jsonl") == folder.path(of: "a/b/seeds/x.jsonl"))
    let outer = try Project(around: folder.path(of: "a/c/d"))
    #expect(outer.file.text("model") == "outer")
    #expect(outer.path("seeds/x.jsonl") == folder.path(of: "a/seeds/x.jsonl"))
    #expect(outer.path("/etc/x") == "/etc/x")
  }

  @Test func `without a configuration the current folder is the project`() throws {
    let folder = try TemporaryDirectory()
    let project = try Project(around: folder.path)
    #expect(project.file.values.isEmpty)
    #expect(project.path("generated/main") == "generated/main")
  }
}

@Suite struct ProjectTemplateTests {
  @Test func `a new project is read back without complaint`() throws {
    let folder = try TemporaryDirectory()
    let written = try ProjectTemplate.write(to: folder.path(of: "new"))
    #expect(written.count == 4)
    let project = try Project(around: folder.path(of: "new"))
    #expect(project.file.text("model") == "smollm2")
    #expect(project.file.integer("tasks") == 100)
    let seeds = try SeedFile.read(folder.path(of: "new/seeds/seed_tasks.jsonl"))
    #expect(seeds.tasks.count == 12)
    #expect(seeds.tasks.count { $0.isClassification == true } == 3)
    #expect(seeds.tasks.allSatisfy { $0.name != nil && $0.instances.count == 1 })
  }

  @Test func `an explanation that says "the same" follows another one`() {
    func firsts(_ settings: [Setting]) -> [Setting] {
      var found = Array(settings.prefix(1))
      for setting in settings {
        if case .section(let inner) = setting.kind { found += firsts(inner) }
      }
      return found
    }
    for setting in firsts(Setting.pipeline) {
      #expect(setting.documentation.first?.hasPrefix("The same") == false, "\(setting.key)")
    }
  }

  @Test func `every setting can be uncommented as it stands`() throws {
    let text = ProjectTemplate.configuration
    let bare = text.split(separator: "\n").map { line in
      line.firstRange(of: "// \"").map { line.replacingCharacters(in: $0, with: "\"") }
        ?? String(line)
    }
    let file = try ProjectFile(
      Array(bare.joined(separator: "\n").utf8), path: "selfinstruct.json", settings: Setting.all)
    #expect(Set(file.values.keys) == Set(Setting.all.map(\.key)))
  }

  @Test(arguments: [
    "selfinstruct.json", "seeds/seed_tasks.jsonl", ".gitignore", "README.md",
  ])
  func `nothing is written over`(_ name: String) throws {
    let folder = try TemporaryDirectory()
    try folder.write("mine", to: name)
    expectRefusalSaying(
      "\(name): is there already; expected a place to write to\n"
        + "  help: name another folder, or move the file away", hiding: folder
    ) { try ProjectTemplate.write(to: folder.path) }
    #expect(try folder.text(of: name) == "mine")
    #expect(try folder.names() == [String(name.split(separator: "/")[0])])
  }
}
