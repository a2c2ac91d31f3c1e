import Storage
import TestSupport
import Testing

@Suite struct JSONDocumentTests {
  private let folder: TemporaryDirectory

  init() throws {
    folder = try TemporaryDirectory()
  }

  private func read(_ text: String, comments: Bool = false) throws -> JSONValue {
    try JSONDocument.read(try folder.write(text, to: "x.json"), comments: comments)
  }

  @Test func `comments count as white space where they are allowed`() throws {
    let text = """
      // What this is for.
      {"a" /* inside */ : [1, // one
        "// no comment", "/* neither */" /**/], /* of
        two lines */ "b": 2} // end
      """
    let value: JSONValue = ["a": [1, "// no comment", "/* neither */"], "b": 2]
    #expect(try read(text, comments: true) == value)
    expectRefusalSaying("x.json:1: '/' (column 1); expected a JSON value", hiding: folder) {
      try read(text)
    }
  }

  @Test(arguments: [
    Malformed(
      "an open comment", "{} /* a",
      "x.json:1: '/' follows the value (column 4); expected nothing more"),
    Malformed(
      "a slash", "{} / a", "x.json:1: '/' follows the value (column 4); expected nothing more"),
    Malformed(
      "a comment alone", "// a", "x.json:1: the text ends (column 5); expected a JSON value"),
    Malformed(
      "a fault in line 3", "{\n// \"\n\"a\": }", "x.json:3: '}' (column 6); expected a JSON value"),
    Malformed("an empty file", "", "x.json:1: the text ends (column 1); expected a JSON value"),
  ])
  func `faults are told with their line`(_ given: Malformed<String>) {
    given.expectRefusal(hiding: folder) { try read(given.input, comments: true) }
  }

  @Test func `elements of an array are told with their lines`() throws {
    let path = try folder.write("\u{feff}\n[1,\n\n  {\"a\":\n[2, 3]}, []\n\n,4]", to: "x.json")
    let elements = try JSONDocument.readElements(path)
    #expect(elements.map(\.line) == [2, 4, 5, 7])
    #expect(elements.map(\.value) == [1, ["a": [2, 3]], [], 4])
    try folder.write(" {}", to: "x.json")
    expectRefusalSaying("x.json:1: the document is no array; expected an array", hiding: folder) {
      try JSONDocument.readElements(path)
    }
  }

  @Test func `what is no text is refused`() throws {
    let path = try folder.write([0xFE, 0xFF, 0, 0x7B], to: "x.json")
    expectRefusalSaying("x.json: is UTF-16; expected UTF-8", hiding: folder) {
      try JSONDocument.read(path)
    }
    #expect(throws: StorageError.missing(path: "none")) { try JSONDocument.read("none") }
  }
}
