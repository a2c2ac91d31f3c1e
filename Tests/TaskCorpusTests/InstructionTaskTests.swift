import Foundation
import Storage
import TaskCorpus
import TestSupport
import Testing

@Suite struct InstructionTaskTests {
  private let full = InstructionTask(
    id: "t1", name: "n", instruction: "Do.",
    instances: [TaskInstance(input: "a", output: "b", extra: ["k": [1, nil]])],
    isClassification: true, provenance: ["round": 1],
    extra: ["x": .largeInteger("99999999999999999999")])
  private let bare = InstructionTask(
    id: "t2", instruction: "Do.", instances: [TaskInstance(input: "", output: "b")])

  @Test func `a task is one row and the row is the task`() throws {
    let line = """
      {"id": "t1", "instances": [{"input": "a", "k": [1, null], "output": "b"}], \
      "instruction": "Do.", "is_classification": true, "name": "n", "provenance": {"round": 1}, \
      "x": 99999999999999999999}
      """
    #expect(full.json.encodedLine() == line)
    #expect(try InstructionTask(json: JSONValue(parsing: line)) == full)
    #expect(
      bare.json.encodedLine()
        == #"{"id": "t2", "instances": [{"input": "", "output": "b"}], "instruction": "Do."}"#)
    #expect(try InstructionTask(json: bare.json) == bare)
  }

  @Test func `coders read and write the same row`() throws {
    let data = try JSONEncoder().encode([bare])
    #expect(try JSONDecoder().decode([InstructionTask].self, from: data) == [bare])
  }

  @Test(arguments: [
    Malformed(
      "no id", #"{"instruction": "a", "instances": []}"#, "'id' is missing; expected a string"),
    Malformed(
      "an id that is a list", #"{"id": [], "instruction": "a"}"#,
      "'id' is an array; expected a string"),
    Malformed(
      "Alpaca's form", #"{"id": "a", "instruction": "a", "output": "b"}"#,
      "'instances' is missing; expected a list of inputs and outputs"),
    Malformed(
      "instances that are none", #"{"id": "a", "instruction": "a", "instances": {}}"#,
      "'instances' is an object; expected an array"),
    Malformed("no row", "[]", "the row is an array; expected an object"),
  ])
  func `a row that is no task of ours is refused`(_ given: Malformed<String>) throws {
    let value = try JSONValue(parsing: given.input)
    do {
      _ = try InstructionTask(json: value)
      Issue.record("nothing was refused")
    } catch {
      #expect("\(error)" == given.sentence)
    }
  }
}
