import Storage
import TaskCorpus
import TestSupport
import Testing

@Suite struct ReviewFileTests {
  @Test func `reviews are read back, and the last of a task counts`() throws {
    let folder = try TemporaryDirectory()
    let path = folder.path(of: "reviews.jsonl")
    var file = try ReviewFile(reading: path)
    #expect(file.reviews.isEmpty)
    try file.append(Review(id: "r1-1", instances: ["r1-1/answer-0"], isRejected: true))
    try file.append(Review(id: "r1-2", instances: [], outputIsRight: false))
    let edit = Review.Edit(instruction: "Go.", input: "", output: "Gone.\nFar.")
    let last = Review(id: "r1-1", instances: ["r1-1/answer-0"], edit: edit)
    try file.append(last)
    #expect(file.reviews["r1-1"] == last)
    #expect(try ReviewFile(reading: path).reviews == file.reviews)
    #expect(
      try folder.text(of: "reviews.jsonl").split(separator: "\n").last == """
        {"edit": {"input": "", "instruction": "Go.", "output": "Gone.\\nFar."}, "id": "r1-1", \
        "input_fits": true, "instances": ["r1-1/answer-0"], "instruction_sensible": true, \
        "output_right": true, "rejected": false}
        """)
  }

  @Test func `a row that is no review is refused, a torn end is not`() throws {
    let folder = try TemporaryDirectory()
    let row = try JSONLines.encodedLine(Review(id: "a", instances: []))
    let torn = try folder.write(row + "\n" + row.prefix(20), to: "reviews.jsonl")
    #expect(try ReviewFile(reading: torn).reviews.count == 1)
    let path = try folder.write(row + "\n{\"id\": 3}\n" + row, to: "reviews.jsonl")
    #expect(throws: StorageError.self) { try ReviewFile(reading: path) }
  }
}
