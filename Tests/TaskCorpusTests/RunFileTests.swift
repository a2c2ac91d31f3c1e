import Storage
import TaskCorpus
import TestSupport
import Testing

@Suite struct RunFileTests {
  private func read(_ text: String, _ name: String = "rows.jsonl") throws -> RunFile {
    let folder = try TemporaryDirectory()
    return try RunFile.read(try folder.write(text, to: name))
  }

  private func complaint(_ text: String) throws -> String {
    let folder = try TemporaryDirectory()
    let path = try folder.write(text, to: "rows.jsonl")
    let error = #expect(throws: StorageError.self) { try RunFile.read(path) }
    return error.map { "\($0)".replacing(path, with: "rows.jsonl") } ?? ""
  }

  @Test func `rows of Self-Instruct are instructions that nobody has answered`() throws {
    let file = try read(
      """
      {"instruction": "Name a bird.", "most_similar": {"Name a fish.": 0.6}, "avg_similarity_score": 0.1, \
      "metadata": {"prompt": "..."}, "request_idx": 1}
      {"instruction": "Name a tree.", "most_similar": {}, "request_idx": 2}

      """)
    #expect(file.rows.map(\.instruction) == ["Name a bird.", "Name a tree."])
    #expect(file.rows.allSatisfy { $0.instances.isEmpty && $0.isClassification == nil })
    #expect(file.tornLine == nil)
  }

  @Test func `rows of Alpaca have an answer, and an input or none`() throws {
    let file = try read(
      """
      [{"instruction": "Name a bird.", "input": "", "output": "A wren.", "most_similar_instructions": {}},
       {"instruction": "Say it in French.", "input": "Hello", "output": "Bonjour"}]
      """, "regen.json")
    #expect(file.rows.map { $0.instances.map(\.output) } == [["A wren."], ["Bonjour"]])
    #expect(file.rows[1].instances[0].input == "Hello")
  }

  @Test func `an input that says it is none is none, and an empty answer is no answer`() throws {
    let file = try read(
      """
      [{"instruction": "Name a bird.", "input": "<noinput>", "output": "A wren."},
       {"instruction": "Name a tree.", "input": "", "output": " \\n"}]
      """)
    #expect(file.rows[0].instances == [TaskInstance(input: "", output: "A wren.")])
    #expect(file.rows[1].instances.isEmpty)
  }

  @Test func `rows of the seeds' schema keep instances and kind`() throws {
    let row =
      #"{"instruction": "Warm or cold?", "instances": [{"input": "July", "output": "warm"}], "is_classification": true}"#
    let file = try read(row)
    #expect(file.rows[0].isClassification == true && file.rows[0].instances[0].output == "warm")
  }

  @Test func `answers about classification and completions of Self-Instruct are taken along`()
    throws
  {
    let file = try read(
      """
      {"instruction": "Is it a bird?", "is_classification": " Yes", "metadata": {}}
      {"instruction": "Sing.", "is_classification": "", "request_idx": 1}
      {"instruction": "Name a bird.", "raw_instances": "Output: Owl.", "instance_metadata": {"response": {"choices": [{"finish_reason": "length"}]}}}
      {"instruction": "Name a fish.", "raw_instances": "Output: Eel.", "instance_metadata": {}}
      {"instruction": "Name a tree.", "raw_instances": ""}
      """)
    #expect(file.rows.map(\.isClassification) == [true, nil, nil, nil, nil])
    #expect(
      file.rows.map(\.completion) == [
        nil, nil, RunFile.Completion(text: "Output: Owl.", isCut: true),
        RunFile.Completion(text: "Output: Eel.", isCut: false), nil,
      ])
  }

  @Test func `a last line that was cut off is left out, another one is refused`() throws {
    let whole = #"{"instruction": "Name a bird."}"# + "\n"
    let file = try read(whole + #"{"instruction": "Name a t"#)
    #expect(file.rows.count == 1 && file.tornLine == 2)
    #expect(try complaint(whole + #"{"instruction": "Name a t"# + "\n").hasPrefix("rows.jsonl:2: "))
    #expect(try complaint(#"{"instruction": "Name a t"#).hasPrefix("rows.jsonl:1: "))
  }

  @Test(arguments: [
    ("", "rows.jsonl: has no rows; expected at least 1 task"),
    ("[]", "rows.jsonl: has no rows; expected at least 1 task"),
    ("{\"output\": \"x\"}\n", "rows.jsonl:1: 'instruction' is missing; expected a string"),
    (
      "{\"instruction\": \"Go.\", \"output\": 3}\n",
      "rows.jsonl:1: 'output' is an integer; expected a string"
    ),
    ("[1]", "rows.jsonl:1: the row is an integer; expected an object"),
  ])
  func `what is no row is named`(_ text: String, _ sentence: String) throws {
    #expect(try complaint(text) == sentence)
  }
}
