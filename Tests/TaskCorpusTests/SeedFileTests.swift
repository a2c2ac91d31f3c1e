import Storage
import TaskCorpus
import TestSupport
import Testing

@Suite struct SeedFileTests {
  private let folder: TemporaryDirectory

  init() throws {
    folder = try TemporaryDirectory()
  }

  private func read(_ text: String) throws -> SeedFile {
    try SeedFile.read(try folder.write(text, to: "seeds.jsonl"))
  }

  @Test func `a row of the original schema is read whole`() throws {
    let file = try read(
      #"{"id": "s1", "name": "sum", "instruction": "Add.", "instances": [{"input": "1 1", "#
        + #""output": "2", "by": "me"}, {"output": "3"}], "is_classification": false, "#
        + #""topic": ["math", 1.0, 18446744073709551616]}"# + "\n")
    let task = InstructionTask(
      id: "s1", name: "sum", instruction: "Add.",
      instances: [
        TaskInstance(input: "1 1", output: "2", extra: ["by": "me"]),
        TaskInstance(input: "", output: "3"),
      ],
      isClassification: false,
      extra: ["topic": ["math", 1.0, .largeInteger("18446744073709551616")]])
    #expect(file.tasks == [task])
    #expect(file.lines == [1])
    #expect(try InstructionTask(json: task.json) == task)
  }

  @Test func `Alpaca rows are read from lines and from an array alike`() throws {
    let rows = [
      #"{"instruction": "Add.", "input": "1 1", "output": "2", "system": "calm"}"#,
      #"{"instruction": "Sing.", "output": "La", "input": null}"#,
    ]
    let fromLines = try read(rows.joined(separator: "\n"))
    let fromArray = try read("\n [" + rows.joined(separator: ",\n\n") + "]\n")
    #expect(fromLines.tasks == fromArray.tasks)
    #expect(fromLines.lines == [1, 2])
    #expect(fromArray.lines == [2, 4])
    #expect(fromLines.tasks[0].instances == [TaskInstance(input: "1 1", output: "2")])
    #expect(fromLines.tasks[0].extra == ["system": "calm"])
    #expect(fromLines.tasks[1].instances == [TaskInstance(input: "", output: "La")])
    #expect(fromLines.tasks[1].isClassification == nil)
  }

  @Test func `a conversation is a task, its system message an extra field`() throws {
    let file = try read(
      #"{"messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "#
        + #""Hello?"}, {"role": "assistant", "content": "Hi"}], "is_classification": true}"#)
    #expect(file.tasks[0].instruction == "Hello?")
    #expect(file.tasks[0].instances == [TaskInstance(input: "", output: "Hi")])
    #expect(file.tasks[0].extra == ["system": "Be kind."])
    #expect(file.tasks[0].isClassification == true)
  }

  @Test func `a prompt and its completion are a task without an input`() throws {
    let file = try read(#"{"prompt": "Sing.", "completion": " La", "source": "x"}"#)
    #expect(file.tasks[0].instruction == "Sing.")
    #expect(file.tasks[0].instances == [TaskInstance(input: "", output: " La")])
    #expect(file.tasks[0].extra == ["source": "x"])
  }

  @Test func `a task without an id is named by its content wherever it stands`() throws {
    let row = #"{"instruction": "Sing.", "output": "La"}"#
    let other = #"{"instruction": "Dance.", "output": "Ta"}"#
    let ids = try read([row, other, row].joined(separator: "\n")).tasks.map(\.id)
    let moved = try read([other, row].joined(separator: "\n")).tasks.map(\.id)
    #expect(moved == [ids[1], ids[0]])
    #expect(ids[2] == ids[0] + "-2")
    #expect(ids[0].hasPrefix("seed-") && ids[0].utf8.count == 17)
    #expect(try read(#"{"id": 7, "instruction": "Sing.", "output": "La"}"#).tasks[0].id == "7")
  }

  @Test(arguments: [
    Malformed("an empty file", "", "seeds.jsonl: has no rows; expected at least 1 task"),
    Malformed("an empty array", " []", "seeds.jsonl: has no rows; expected at least 1 task"),
    Malformed("blank lines", "\n \n", "seeds.jsonl: has no rows; expected at least 1 task"),
    Malformed("no object", "\"a\"", "seeds.jsonl:1: the row is a string; expected an object"),
    Malformed(
      "another schema", "\n{\"question\": \"a\"}",
      "seeds.jsonl:2: the row has no 'instruction', no 'messages' and no 'prompt'; expected "
        + "'instruction' and 'instances' or 'output', 'messages', or 'prompt' and 'completion'"),
    Malformed(
      "a prompt alone", "{\"prompt\": \"a\"}",
      "seeds.jsonl:1: 'completion' is missing; expected a string"),
    Malformed(
      "no JSON", "{\"instruction\"",
      "seeds.jsonl:1: the text ends (column 15); expected ':' "
        + "after key 'instruction'"),
    Malformed(
      "no JSON in an array", "[\n{\"instruction\"\n]",
      "seeds.jsonl:3: ']' (column 1); expected ':' after key 'instruction'"),
    Malformed(
      "no text", #"{"instruction": " ", "output": "a"}"#,
      "seeds.jsonl:1: 'instruction' is empty; expected text"),
    Malformed(
      "a number for text", #"{"instruction": 3, "output": "a"}"#,
      "seeds.jsonl:1: 'instruction' is an integer; expected a string"),
    Malformed(
      "no output", #"{"instruction": "a"}"#,
      "seeds.jsonl:1: the row has no 'instances' and no 'output'; expected one of the two"),
    Malformed(
      "null for the output", #"{"instruction": "a", "output": null}"#,
      "seeds.jsonl:1: 'output' is missing; expected a string"),
    Malformed(
      "no instances", #"{"instruction": "a", "instances": []}"#,
      "seeds.jsonl:1: 'instances' is empty; expected at least 1"),
    Malformed(
      "an instance without output", #"{"instruction": "a", "instances": [{"input": ""}]}"#,
      "seeds.jsonl:1: 'instances[0]': 'output' is missing; expected a string"),
    Malformed(
      "an instance of text", #"{"instruction": "a", "instances": ["b"]}"#,
      "seeds.jsonl:1: 'instances[0]': the row is a string; expected an object"),
    Malformed(
      "a word for a flag", #"{"instruction": "a", "output": "b", "is_classification": "no"}"#,
      "seeds.jsonl:1: 'is_classification' is a string; expected true or false"),
    Malformed(
      "an id twice",
      "{\"id\": \"x\", \"instruction\": \"a\", \"output\": \"b\"}\n"
        + "{\"id\": \"x\", \"instruction\": \"c\", \"output\": \"b\"}",
      "seeds.jsonl:2: id 'x' is that of line 1; expected each id once"),
    Malformed(
      "an empty id", #"{"id": "", "instruction": "a", "output": "b"}"#,
      "seeds.jsonl:1: 'id' is empty; expected a name, or no id at all"),
    Malformed(
      "two questions",
      #"{"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]}"#,
      "seeds.jsonl:1: 'messages' has the roles 'user', 'user'; expected 'user' and 'assistant', "
        + "after 'system' or not"),
    Malformed(
      "a message without content", #"{"messages": [{"role": "user"}]}"#,
      "seeds.jsonl:1: 'messages[0]': 'content' is missing; expected a string"),
  ])
  func `what is no seed file is refused with its line`(_ given: Malformed<String>) {
    given.expectRefusal(hiding: folder) { try read(given.input) }
  }

  @Test func `wrong encodings and kinds of file are refused`() throws {
    let bytes = Array(#"{"instruction": "gr"#.utf8) + [0xFC] + Array(#"n", "output": "a"}"#.utf8)
    let latin1 = try folder.write(bytes, to: "latin1")
    expectRefusalSaying(
      "latin1:1: a string holds bytes that are not UTF-8 (column 22); expected UTF-8",
      hiding: folder
    ) { try SeedFile.read(latin1) }
    #expect(
      throws: StorageError.wrongKind(path: folder.path, is: "a directory", expected: "a file")
    ) {
      try SeedFile.read(folder.path)
    }
    #expect(throws: StorageError.missing(path: folder.path(of: "none"))) {
      try SeedFile.read(folder.path(of: "none"))
    }
  }

  @Test func `a byte-order mark and Windows line ends change nothing`() throws {
    let row = #"{"instruction": "Sing.", "output": "La"}"#
    #expect(try read("\u{feff}" + row + "\r\n\r\n").tasks == read(row).tasks)
    #expect(try read("\u{feff}[" + row + "]\r\n").tasks == read(row).tasks)
  }
}
