import Foundation
import Storage
import TestSupport
import Testing

@Suite struct AppendLogTests {
  private let folder: TemporaryDirectory
  private let path: String
  private let rows: [JSONValue] = [
    ["n": 1, "text": "one"], ["n": 2, "text": "zwei\nZeilen, 世界 👋"],
    ["n": 3, "list": [1, [2], [:]]],
  ]

  init() throws {
    folder = try TemporaryDirectory()
    path = folder.path(of: "log.jsonl")
  }

  private var text: String {
    rows.map { $0.encodedLine() + "\n" }.joined()
  }

  @Test func `rows are lines in the order they were added, over several openings`() throws {
    let first = try AppendLog(path)
    #expect(first.byteCount == 0)
    try first.append(rows[0])
    try first.append([])
    try AppendLog(path).append(Array(rows[1...]))
    #expect(try folder.text(of: "log.jsonl") == text)
    let log = try AppendLog(path)
    #expect(log.tail == .whole)
    #expect(log.byteCount == text.utf8.count)
    #expect(try JSONLines.read(path).map { try $0.json() } == rows)
  }

  @Test func `a log cut at any byte keeps its whole rows and goes on to the same bytes`() throws {
    let bytes = Array(text.utf8)
    for end in 0...bytes.count {
      try folder.write(Array(bytes[..<end]), to: "log.jsonl")
      let log = try AppendLog(path)
      let kept = try JSONLines.read(path).map { try $0.json() }
      #expect(kept == Array(rows.prefix(kept.count)))
      #expect(kept.count == bytes[..<min(end + 1, bytes.count)].count { $0 == 10 })
      #expect(log.byteCount == (try folder.bytes(of: "log.jsonl").count))
      try log.append(Array(rows[kept.count...]))
      #expect(try folder.bytes(of: "log.jsonl") == bytes)
    }
  }

  @Test func `what opening did is told`() throws {
    try folder.write("{\"n\": 1}\n{\"n\": 2}", to: "log.jsonl")
    #expect(try AppendLog(path).tail == .newlineAdded)
    #expect(try folder.text(of: "log.jsonl") == "{\"n\": 1}\n{\"n\": 2}\n")
    try folder.write("{\"n\": 1}\n{\"n\": 2", to: "log.jsonl")
    #expect(try AppendLog(path).tail == .removed(bytes: 7))
    #expect(try folder.text(of: "log.jsonl") == "{\"n\": 1}\n")
    try folder.write("{\"n\": 1", to: "log.jsonl")
    #expect(try AppendLog(path).tail == .removed(bytes: 7))
    #expect(try folder.text(of: "log.jsonl") == "")
  }

  @Test func `zeros that a power cut left at the end go`() throws {
    try folder.write(
      Array("{\"n\": 1}\n".utf8) + [UInt8](repeating: 0, count: 5000), to: "log.jsonl")
    #expect(try AppendLog(path).tail == .removed(bytes: 5000))
    #expect(try folder.text(of: "log.jsonl") == "{\"n\": 1}\n")
  }

  @Test func `a torn row longer than the block that is looked back goes whole`() throws {
    try folder.write("{}\n{\"a\": \"" + String(repeating: "x", count: 300_000), to: "log.jsonl")
    #expect(try AppendLog(path).tail == .removed(bytes: 300_007))
    #expect(try folder.text(of: "log.jsonl") == "{}\n")
  }

  @Test func `a log is cut back and grows again`() throws {
    let log = try AppendLog(path)
    try log.append(rows[0])
    let count = log.byteCount
    try log.append(Array(rows[1...]))
    try log.truncate(to: count)
    #expect(try JSONLines.read(path).count == 1)
    try log.append(Array(rows[1...]))
    #expect(try folder.text(of: "log.jsonl") == text)
  }

  @Test func `rows added from many threads are whole`() async throws {
    let log = try AppendLog(path)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<200 {
        group.addTask {
          try log.append(["n": .int(number), "pad": .string("x\(number * number)")])
        }
      }
      try await group.waitForAll()
    }
    let numbers = try JSONLines.read(path).compactMap { try $0.fields()["n"]?.int }
    #expect(numbers.sorted() == Array(0..<200))
  }

  @Test func `what cannot be a log is refused with one sentence`() throws {
    try folder.write("a", to: "file")
    expectRefusalSaying(
      "none/log: cannot write: the folder it is in does not exist; expected a place that allows it",
      hiding: folder
    ) { try AppendLog(folder.path(of: "none/log")) }
    expectRefusalSaying(
      "file/log: cannot write: a part of its path is a file; expected a place that allows it",
      hiding: folder
    ) { try AppendLog(folder.path(of: "file/log")) }
    #expect(
      throws: StorageError.wrongKind(path: folder.path, is: "a directory", expected: "a file")
    ) {
      try AppendLog(folder.path)
    }
  }
}
