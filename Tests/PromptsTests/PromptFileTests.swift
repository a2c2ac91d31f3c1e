import Prompts
import Testing

@Suite struct PromptFileTests {
  @Test func `sections, comments, quotes and escapes are read`() throws {
    let file = try PromptFile(
      name: "x",
      text: """
        # says what it is
        [one]

        first line
        # not this
        \\# but this

        [two]
        "\\n\\n"
        plain
          "16."

        [three]
        " a space before"
        [four]
        """)
    #expect(try file.text("one") == "first line\n# but this")
    #expect(try file.list("two") == ["\n\n", "plain", "16."])
    #expect(try file.text("three") == " a space before")
    #expect(try file.text("four").isEmpty)
    #expect(try file.list("four").isEmpty)
  }

  @Test(arguments: [
    ("hello\n[a]\n", "x.txt:1: 'hello' stands before the first section; expected"),
    ("[a]\n[a]\n", "x.txt:2: section '[a]' is there twice; expected it once"),
  ])
  func `what is wrong is named with its line`(text: String, message: String) {
    let error = #expect(throws: PromptError.self) { _ = try PromptFile(name: "x", text: text) }
    #expect(error?.description.hasPrefix(message) == true)
  }

  @Test func `missing, unknown and unreadable sections are refused`() throws {
    let file = try PromptFile(name: "x", text: "[a]\n\"open\n[b]\n")
    #expect(throws: PromptError.missingSection(file: "x", section: "c")) {
      _ = try file.text("c")
    }
    #expect(throws: PromptError.badString(file: "x", section: "a", is: "\"open")) {
      _ = try file.text("a")
    }
    #expect(
      throws: PromptError.unknownSection(file: "x", line: 3, section: "b", expected: ["a"])
    ) {
      try file.expect(["a"])
    }
  }

  @Test func `values are put in once`() throws {
    let template = try Template(
      "{task} or {TASK} {} {a b} {answer}", required: ["task"], optional: ["answer"],
      in: ("x", "s"))
    #expect(
      template.filled(["task": "{answer}", "answer": "yes"]) == "{answer} or {TASK} {} {a b} yes")
    #expect(template.places == ["task", "answer"])
  }

  @Test func `wrong places are refused`() {
    #expect(
      throws: PromptError.unknownPlaceholder(
        file: "x", section: "s", is: "tsak", expected: ["task"])
    ) {
      _ = try Template("{tsak}", required: ["task"], in: ("x", "s"))
    }
    #expect(
      throws: PromptError.missingPlaceholder(file: "x", section: "s", placeholder: "task")
    ) {
      _ = try Template("nothing", required: ["task"], in: ("x", "s"))
    }
  }
}
