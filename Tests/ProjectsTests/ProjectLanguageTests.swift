import TaskCorpus
import TestSupport
import Testing

@testable import Projects

@Suite struct ProjectLanguageTests {
  private func seeds(_ instructions: [String]) throws -> SeedFile {
    let folder = try TemporaryDirectory()
    let rows = instructions.map { "{\"instruction\": \"\($0)\", \"output\": \"-\"}\n" }
    return try SeedFile.read(folder.write(rows.joined(), to: "seeds.jsonl"))
  }

  @Test(arguments: [
    (["Write a letter to the neighbours about the party."], "en"),
    (["Schreibe einen Brief an die Nachbarn.", "Nenne die Tiere, die im Wald leben."], "de"),
    (["写一首关于秋天的短诗。"], "zh"), (["12345"], "en"),
  ])
  func `the seeds tell the language`(_ instructions: [String], _ code: String) throws {
    #expect(try ProjectLanguage.of(seeds(instructions), named: nil).code == code)
  }

  @Test func `a language that is named stands`() throws {
    #expect(try ProjectLanguage.of(seeds(["Write a letter."]), named: "th").code == "th")
  }

  @Test(arguments: ["", "EN", "eng", "e1", "日"])
  func `what is no code is refused`(_ text: String) throws {
    let file = try seeds(["Write a letter."])
    expectRefusalSaying(
      "language: '\(text)' is no code; expected two small letters of ISO 639-1, such as 'en' or 'zh'"
    ) { try ProjectLanguage.of(file, named: text) }
  }

  @Test func `a language is refused only if the model names others`() throws {
    let file = try seeds(["Write a letter."])
    let german = Language("de")
    try ProjectLanguage.check(german, of: file, model: "m", languages: [])
    try ProjectLanguage.check(german, of: file, model: "m", languages: ["en", "de"])
    expectRefusalSaying(
      "\(file.path): the tasks are in 'de'; expected a language that the model 'm' names "
        + "('en', 'fr')\n  help: name a stronger one with --model, or go on with --any-language"
    ) { try ProjectLanguage.check(german, of: file, model: "m", languages: ["en", "fr"]) }
  }
}
