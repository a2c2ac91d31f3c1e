import Storage
import TestSupport
import Testing

@testable import Projects

@Suite struct ProjectFileTests {
  private func read(_ text: String) throws -> ProjectFile {
    try ProjectFile(Array(text.utf8), path: "selfinstruct.json", settings: Setting.all)
  }

  @Test func `comments and a comma after the last value are allowed`() throws {
    let file = try read(
      """
      // the project
      {
        "model": "a//b.gguf", // a path, not a comment
        /* many
           lines, "tasks": 3 */
        "tasks": 7,
        "anyLanguage": true, // the end
      }
      """)
    #expect(file.text("model") == "a//b.gguf")
    #expect(file.integer("tasks") == 7)
    #expect(file.flag("anyLanguage") == true)
    #expect(file.values.count == 3)
  }

  @Test func `a file without settings says nothing`() throws {
    #expect(try read("{ /* nothing */ }").values.isEmpty)
    #expect(try read("{}").text("model") == nil)
  }

  @Test(arguments: [
    Malformed(
      "a mistyped key", "{\n  \"model\": \"x\",\n  \"treads\": 2\n}",
      "selfinstruct.json:3: 'treads' is no setting; expected perhaps 'threads'"),
    Malformed(
      "two faults on one line", "{\"treads\": 2, \"modell\": \"x\", \"zebra\": 1}",
      "selfinstruct.json:1: 'modell' is no setting; expected perhaps 'model'"),
    Malformed(
      "a key like no other", "{\"zebra\": 2}",
      "selfinstruct.json:1: 'zebra' is no setting; expected one that 'selfinstruct init' documents"),
    Malformed(
      "a text for a number", "{\n\n\"tasks\": \"many\"}",
      "selfinstruct.json:3: 'tasks' is 'many'; expected an integer of at least 1"),
    Malformed(
      "a number out of range", "{\"threads\": 0}",
      "selfinstruct.json:1: 'threads' is 0; expected an integer from 1 to 1024"),
    Malformed(
      "a fraction for an integer", "{\"threads\": 1.5}",
      "selfinstruct.json:1: 'threads' is 1.5; expected an integer from 1 to 1024"),
    Malformed(
      "an unknown choice", "{\"precision\": \"f16\"}",
      "selfinstruct.json:1: 'precision' is 'f16'; expected 'auto' or 'bf16' or 'f32'"),
    Malformed(
      "a number for a flag", "{\"anyLanguage\": 1}",
      "selfinstruct.json:1: 'anyLanguage' is 1; expected true or false"),
    Malformed(
      "an empty text", "{\"corpus\": \"\"}",
      "selfinstruct.json:1: 'corpus' is ''; expected a text"),
    Malformed(
      "a section that is a number", "{\"rules\": 3}",
      "selfinstruct.json:1: 'rules' is 3; expected an object"),
    Malformed(
      "a mistyped key in a section", "{\"rules\": {\n  \"novelti\": {}\n}}",
      "selfinstruct.json:2: 'rules.novelti' is no setting; expected perhaps 'novelty'"),
    Malformed(
      "a wrong value in a section's section",
      "{\n\"rules\": { // ours\n  \"novelty\": {\n  \"maximum\": true }}}",
      "selfinstruct.json:4: 'rules.novelty.maximum' is true; expected a number"),
    Malformed(
      "the first of several", "{\n\"threads\": 0,\n\"abc\": 1}",
      "selfinstruct.json:2: 'threads' is 0; expected an integer from 1 to 1024"),
    Malformed(
      "an array", "[1]", "selfinstruct.json:1: the file is an array; expected an object"),
    Malformed(
      "an open comment", "{\n  /* what\n}",
      "selfinstruct.json:2: a comment is not closed; expected '*/'"),
    Malformed(
      "a missing comma", "{\n  \"tasks\": 3\n  \"seed\": 4\n}",
      "selfinstruct.json:2: no ',' follows the value (column 13); expected ',' or '}'"),
    Malformed(
      "nothing", "", "selfinstruct.json:1: the text ends (column 1); expected a JSON value"),
  ])
  func `what is wrong is named with its line`(_ broken: Malformed<String>) {
    broken.expectRefusal { try read(broken.input) }
  }
}

@Suite struct SettingTests {
  /// Every setting with the path to it, those of sections included.
  static func flattened(_ settings: [Setting], at path: String = "") -> [(String, Setting)] {
    settings.flatMap { setting -> [(String, Setting)] in
      let here = [(path + setting.key, setting)]
      guard case .section(let inner) = setting.kind else { return here }
      return here + flattened(inner, at: path + setting.key + ".")
    }
  }

  @Test func `every setting is explained`() {
    let mute = Self.flattened(Setting.all).filter { $0.1.documentation.isEmpty }
    #expect(mute.map(\.0) == [])
  }

  @Test func `every note explains a setting`() {
    let paths = Self.flattened(Setting.all).map(\.0)
    let idle = SettingNote.all.filter { note in
      !paths.contains { SettingNote.of($0)?.path == note.path }
    }
    #expect(idle.map(\.path) == [])
  }

  @Test func `every default is a value that its setting allows`() {
    for (path, setting) in Self.flattened(Setting.all) {
      guard let example = setting.example else { continue }
      #expect(setting.kind.complaint(about: example) == nil, "\(path)")
    }
  }

  @Test func `settings of words that are choices name all of them`() {
    // A text with a default is a choice, unless it is free text.
    let free =
      [
        "model", "modelName", "modelLicense", "seeds.license", "imported.license",
        "answerModel.license", "apiKeyFile",
        "seedTasks", "trainModel", "heldOutTasks", "generalText", "corpus",
        "prompts", "language",
        "rules.markup.characters",
        "rules.markup.inInstructions", "rules.numbers.characters",
      ]
      + ["answerModel", "judge"].flatMap { role in
        ["model", "name", "key_env", "apiKeyFile"].map { "\(role).\($0)" }
      }
    for (path, setting) in Self.flattened(Setting.all) {
      guard case .text = setting.kind else { continue }
      #expect(free.contains(path), "\(path)")
    }
  }
}
