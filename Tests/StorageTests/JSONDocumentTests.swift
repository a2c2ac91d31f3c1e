import Foundation
import Storage
import TestSupport
import Testing

@Suite struct JSONDocumentTests {
  private let folder: TemporaryDirectory

  init() throws {
    folder = try TemporaryDirectory()
  }

  @Test func `a document may go over any number of lines`() throws {
    let path = try folder.write("\u{feff}{\r\n \"a\":\n\n[1]}\n", to: "x.json")
    #expect(try JSONDocument.read(path) == ["a": [1]])
  }

  @Test(arguments: [
    Malformed(
      "something after", "{}\n/ a",
      "x.json:2: '/' follows the value (column 1); expected nothing more"),
    Malformed(
      "a fault in line 3", "{\n\n\"a\": }", "x.json:3: '}' (column 6); expected a JSON value"),
    Malformed("an empty file", "", "x.json:1: the text ends (column 1); expected a JSON value"),
  ])
  func `faults are told with their line`(_ given: Malformed<String>) throws {
    let path = try folder.write(given.input, to: "x.json")
    given.expectRefusal(hiding: folder) { try JSONDocument.read(path) }
  }

  @Test func `elements of an array are told with their lines`() throws {
    let text = "\n[1,\n\n  {\"a\":\n[2, 3]}, []\n\n,4]"
    let elements = try JSONValue.elements(parsing: Array(text.utf8))
    #expect(elements.map(\.line) == [2, 4, 5, 7])
    #expect(elements.map(\.value) == [1, ["a": [2, 3]], [], 4])
    let bytes = Array(text.utf8)
    #expect(
      elements.map { String(decoding: bytes[$0.bytes], as: UTF8.self) }
        == ["1", "{\"a\":\n[2, 3]}", "[]", "4"])
    #expect(throws: JSONProblem(found: "the document is no array", expected: "an array")) {
      try JSONValue.elements(parsing: Array(" {}".utf8))
    }
  }

  @Test func `what is no text is refused`() throws {
    let path = try folder.write([0xFE, 0xFF, 0, 0x7B], to: "x.json")
    expectRefusalSaying("x.json: is UTF-16; expected UTF-8", hiding: folder) {
      try JSONDocument.read(path)
    }
    #expect(throws: StorageError.missing(path: "none")) { try JSONDocument.read("none") }
  }

  @Test func `what is no regular file is refused`() throws {
    expectRefusalSaying("/dev/zero: is a device; expected a regular file") {
      try JSONDocument.read("/dev/zero")
    }
    let pipe = folder.path(of: "pipe")
    let made = unsafe mkfifo(pipe, 0o600)
    #expect(made == 0)
    expectRefusalSaying("pipe: is a pipe; expected a regular file", hiding: folder) {
      try JSONDocument.read(pipe)
    }
  }

  @Test func `a stream without end is refused before it fills the memory`() throws {
    var reader = try LineReader(OpenFile("/dev/zero", for: .receiving))
    expectRefusalSaying(
      "/dev/zero: has 268697600 bytes and more; expected at most 268435456"
    ) { try reader.rest() }
  }
}
