import Storage
import TestSupport
import Testing

@Suite struct LineReaderTests {
  @Test(arguments: [
    ("", []),
    ("a", ["a"]),
    ("a\n", ["a"]),
    ("a\nb", ["a", "b"]),
    ("a\r\nb\r\n", ["a", "b"]),
    ("\n\na\n\n", ["", "", "a", ""]),
    ("\u{feff}a\nb\n", ["a", "b"]),
    ("a\u{2028}b\u{b}c\n", ["a\u{2028}b\u{b}c"]),
    ("a\rb\n", ["a\rb"]),
  ])
  func `lines end at newlines and nowhere else`(_ text: String, _ lines: [String]) throws {
    let folder = try TemporaryDirectory()
    var reader = try LineReader(try folder.write(text, to: "x"))
    var read: [TextLine] = []
    while let line = try reader.next() { read.append(line) }
    #expect(try read.map { try $0.text() } == lines)
    #expect(read.map(\.number) == Array(1...(lines.count + 1)).dropLast())
  }

  @Test func `the reader knows how many bytes are behind and how the last line ended`() throws {
    let folder = try TemporaryDirectory()
    var reader = try LineReader(try folder.write("\u{feff}a\r\n\nbc", to: "x"))
    var places: [Int] = []
    var ends: [Bool] = []
    while try reader.next() != nil {
      places.append(reader.byteCount)
      ends.append(reader.endsInNewline)
    }
    #expect(places == [6, 7, 9])
    #expect(ends == [true, true, false])
  }

  @Test func `lines across the reader's blocks are whole`() throws {
    let folder = try TemporaryDirectory()
    let lines = (0..<40).map { String(repeating: "\($0 % 10)", count: 1 << 15 - 3 + $0 % 7) }
    var reader = try LineReader(try folder.write(lines.joined(separator: "\n"), to: "x"))
    for line in lines { #expect(try reader.next()?.text() == line) }
    #expect(try reader.next() == nil)
    #expect(try reader.next() == nil)
  }

  @Test func `a line of 50 megabytes is refused and the rows after it are read`() throws {
    let folder = try TemporaryDirectory()
    let wide = [UInt8](repeating: 97, count: 50_000_000)
    let path = try folder.write(Array("1\n".utf8) + wide + Array("\n2\n".utf8), to: "x")
    var reader = try LineReader(path)
    #expect(try reader.next()?.text() == "1")
    expectRefusalSaying(
      "x:2: the line has 50000000 bytes; expected at most 33554432", hiding: folder
    ) { try reader.next() }
    #expect(try reader.next() == TextLine(path: path, number: 3, bytes: [0x32]))
  }

  @Test func `what cannot be read is refused with one sentence`() throws {
    let folder = try TemporaryDirectory()
    try folder.write("a", to: "file")
    expectRefusalSaying("none: no such file; expected a file that exists", hiding: folder) {
      try LineReader(folder.path(of: "none"))
    }
    #expect(
      throws: StorageError.wrongKind(path: folder.path, is: "a directory", expected: "a file")
    ) {
      try LineReader(folder.path)
    }
    expectRefusalSaying(
      "file/x: cannot open: a part of its path is a file; expected a place that allows it",
      hiding: folder
    ) { try LineReader(folder.path(of: "file/x")) }
    try folder.write([0xFF, 0xFE, 0x61, 0x00], to: "wide")
    expectRefusalSaying("wide: is UTF-16; expected UTF-8", hiding: folder) {
      try LineReader(folder.path(of: "wide"))
    }
  }
}

@Suite struct JSONLinesTests {
  @Test func `rows are handed over with their lines, bad ones as errors`() throws {
    let folder = try TemporaryDirectory()
    let bytes = Array("{\"a\": 1}\n\n{\"a\": \n  \t\r\n\"gr".utf8) + [0xFC] + Array("n\"\n[2]".utf8)
    let path = try folder.write(bytes, to: "x")
    var rows: [String] = []
    var reader = try LineReader(path)
    while let row = try reader.nextRow() {
      switch row.value {
      case .success(let value): rows.append("\(row.line) \(value.encodedLine())")
      case .failure(let error): rows.append("\(error)".replacing(folder.path + "/", with: ""))
      }
    }
    #expect(
      rows == [
        "1 {\"a\": 1}", "x:3: the text ends (column 7); expected a JSON value",
        "x:5: a string holds bytes that are not UTF-8 (column 6); expected UTF-8", "6 [2]",
      ])
    #expect(try JSONLines.read(path).map(\.number) == [1, 3, 5, 6])
  }

  @Test func `a row of the wrong type is told with its field`() throws {
    struct Row: Codable {
      struct Part: Codable { let b: [Int] }
      let a: String
      let parts: [Part]
    }
    func refusal(_ text: String) -> String {
      do {
        return
          "\(try TextLine(path: "x", number: 7, bytes: Array(text.utf8)).decoded(as: Row.self))"
      } catch {
        return "\(error)"
      }
    }
    #expect(refusal(#"{"a": "x"}"#) == "x:7: 'parts' is missing; expected an object with it")
    #expect(refusal(#"{"a": 1, "parts": []}"#) == "x:7: 'a' has the wrong type; expected a string")
    #expect(
      refusal(#"{"a": "", "parts": [{"b": [1, "x"]}]}"#)
        == "x:7: 'parts[0].b[1]' has the wrong type; expected an integer")
    #expect(
      refusal(#"{"a": "", "parts": {}}"#) == "x:7: 'parts' has the wrong type; expected an array")
    #expect(refusal("[]") == "x:7: 'the row' has the wrong type; expected an object")
  }

  @Test func `equal values give equal lines whatever made them`() throws {
    struct Row: Codable { let z: Int, a: String, m: [String: Double] }
    let row = Row(z: 1, a: "a/ü", m: ["y": 0.1, "x": 2])
    #expect(try JSONLines.encodedLine(row) == #"{"a": "a/ü", "m": {"x": 2, "y": 0.1}, "z": 1}"#)
  }
}
