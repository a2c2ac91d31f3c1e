import Foundation
import Storage
import TestSupport
import Testing

@Suite struct JSONValueTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let value: JSONValue
    /// How it is written again, if otherwise.
    var line: String?
  }

  static let cases = [
    Case(testDescription: "null", text: "null", value: .null),
    Case(testDescription: "spaces around", text: " \t\r\n true ", value: true, line: "true"),
    Case(testDescription: "zero", text: "0", value: 0),
    Case(testDescription: "minus zero is an integer", text: "-0", value: 0, line: "0"),
    Case(testDescription: "largest integer", text: "9223372036854775807", value: .int(.max)),
    Case(
      testDescription: "integer beyond 64 bits keeps its digits", text: "18446744073709551616",
      value: .largeInteger("18446744073709551616")),
    Case(testDescription: "fraction", text: "0.1", value: 0.1),
    Case(testDescription: "a whole number with fraction", text: "3.0", value: 3.0),
    Case(testDescription: "exponent", text: "1e2", value: 100.0, line: "100.0"),
    Case(testDescription: "minus zero with fraction", text: "-0.0", value: .double(-0.0)),
    Case(
      testDescription: "shortest digits", text: "0.30000000000000004", value: .double(0.1 + 0.2)),
    Case(
      testDescription: "smallest double", text: "5e-324",
      value: .double(.leastNonzeroMagnitude)),
    Case(testDescription: "empty string", text: #""""#, value: ""),
    Case(
      testDescription: "escapes", text: #""\"\\\/\b\f\n\r\t\u0001""#,
      value: "\"\\/\u{8}\u{c}\n\r\t\u{1}", line: #""\"\\/\u0008\u000c\n\r\t\u0001""#),
    Case(testDescription: "slashes stay", text: #""a/b""#, value: "a/b"),
    Case(testDescription: "text stays UTF-8", text: "\"Grüße, 世界 👋\"", value: "Grüße, 世界 👋"),
    Case(testDescription: "surrogate pair", text: #""\ud83d\ude00""#, value: "😀", line: "\"😀\""),
    Case(testDescription: "NUL", text: #""a\u0000b""#, value: "a\0b"),
    Case(testDescription: "line separator stays", text: "\"\u{2028}\"", value: "\u{2028}"),
    Case(testDescription: "empty array", text: "[ ]", value: [], line: "[]"),
    Case(testDescription: "array", text: "[1,2 , [3]]", value: [1, 2, [3]], line: "[1, 2, [3]]"),
    Case(testDescription: "empty object", text: "{ }", value: [:], line: "{}"),
    Case(
      testDescription: "keys are sorted by bytes", text: #"{"b":1,"a":{"é":null,"z":[]},"B":2}"#,
      value: ["b": 1, "a": ["é": nil, "z": []], "B": 2],
      line: #"{"B": 2, "a": {"z": [], "é": null}, "b": 1}"#),
  ]

  @Test(arguments: cases)
  func `text becomes the value and the value becomes the line`(_ given: Case) throws {
    let value = try JSONValue(parsing: given.text)
    #expect(value == given.value)
    #expect(value.encodedLine() == given.line ?? given.text)
    #expect(try JSONValue(parsing: value.encodedLine()) == value)
    #expect(try JSONValue(parsing: value.encodedPretty()) == value)
  }

  @Test(arguments: cases.filter { $0.text != "18446744073709551616" })
  func `Foundation reads our lines as the same value`(_ given: Case) throws {
    let line = given.value.encodedLine()
    #expect(
      try JSONDecoder().decode(JSONValue.self, from: Data(line.utf8)).encodedLine()
        == wholeNumbersPlain(line))
    #expect(try JSONValue(encoding: [given.value]).decoded(as: [JSONValue].self).count == 1)
  }

  /// Foundation has one kind of number: `3.0` comes back from it as `3`.
  private func wholeNumbersPlain(_ line: String) -> String {
    ["3.0": "3", "100.0": "100", "-0.0": "0"][line] ?? line
  }

  @Test(arguments: [
    Malformed("nothing", "", "the text ends (column 1); expected a JSON value"),
    Malformed("space", "  ", "the text ends (column 3); expected a JSON value"),
    Malformed("two values", "1 2", "'2' follows the value (column 3); expected nothing more"),
    Malformed("a word", "nul", "'n' (column 1); expected 'null'"),
    Malformed("NaN", "NaN", "'N' (column 1); expected a JSON value"),
    Malformed("single quotes", "{'a':1}", "''' (column 2); expected a key in double quotes"),
    Malformed("no colon", #"{"a" 1}"#, "'1' (column 6); expected ':' after key 'a'"),
    Malformed("no comma", "[1 2]", "'2' (column 4); expected ',' or ']'"),
    Malformed(
      "no comma before text", #"["a"   "b"]"#,
      "no ',' follows the value (column 5); expected ',' or ']'"),
    Malformed("comma at the end", "[1,]", "']' (column 4); expected a JSON value"),
    Malformed("open array", "[1", "the text ends (column 3); expected ',' or ']'"),
    Malformed("open object", #"{"a":1"#, "the text ends (column 7); expected ',' or '}'"),
    Malformed(
      "key twice", #"{"a":1,"a":2}"#, "key 'a' is there twice (column 13); expected each key once"),
    Malformed(
      "key twice in two forms", "{\"\u{e9}\":1,\"e\u{301}\":2}",
      "key 'e\u{301}' is there twice (column 16); expected each key once"),
    Malformed("leading zero", "01", "a number begins with 0 (column 3); expected no leading zeros"),
    Malformed("plus", "+1", "'+' (column 1); expected a JSON value"),
    Malformed("no digit after the point", "1.", "the text ends (column 3); expected a digit"),
    Malformed("no exponent", "1e+", "the text ends (column 4); expected a digit"),
    Malformed("minus alone", "-", "the text ends (column 2); expected a digit"),
    Malformed(
      "1e999", "1e999", "number '1e999' is too large (column 6); expected one that a double holds"),
    Malformed(
      "open string", "\"ab",
      "the text ends inside a string (column 4); expected a closing double quote"),
    Malformed(
      "newline in a string", "\"a\nb\"",
      "an unescaped control character is in a string (column 3); expected an escape such as \\n"),
    Malformed(
      "unknown escape", #""\x""#,
      #"an escape '\' before 'x' (column 3); expected one of " \ / b f n r t u"#),
    Malformed(
      "short escape", #""\u12"#,
      "an escape \\u lacks digits (column 3); expected four hexadecimal digits"),
    Malformed(
      "half a pair", #""\ud83d""#,
      "an escape names half of a surrogate pair (column 7); expected both halves"),
    Malformed(
      "two first halves", #""\ud83d\ud83d""#,
      "an escape names half of a surrogate pair (column 13); expected both halves"),
    Malformed("a wide character", "世", "'世' (column 1); expected a JSON value"),
  ])
  func `what is no JSON is refused with its column`(_ given: Malformed<String>) {
    given.expectProblem { try JSONValue(parsing: given.input) }
  }

  @Test func `bytes that are not UTF-8 are refused in strings and elsewhere`() {
    let latin1: [UInt8] = [0x22, 0x67, 0x72, 0xFC, 0x6E, 0x22]
    #expect(
      throws: JSONProblem(
        found: "a string holds bytes that are not UTF-8 (column 6)", expected: "UTF-8")
    ) {
      try JSONValue(parsing: latin1)
    }
    #expect(throws: JSONProblem.self) { try JSONValue(parsing: [0xFF]) }
    #expect(throws: JSONProblem.self) { try JSONValue(parsing: [0x22, 0xED, 0xA0, 0x80, 0x22]) }
  }

  @Test func `values nest to the limit and no deeper, without a crash`() throws {
    let limit = JSONValue.maximumDepth
    let deep = String(repeating: "[", count: limit) + String(repeating: "]", count: limit)
    #expect(try JSONValue(parsing: deep).encodedLine() == deep)
    #expect(
      throws: JSONProblem(
        found: "arrays and objects nest deeper (column 257)", expected: "at most 256 levels")
    ) {
      try JSONValue(parsing: "[" + deep + "]")
    }
    #expect(throws: JSONProblem.self) {
      try JSONValue(parsing: String(repeating: "{\"a\":[", count: 100_000))
    }
  }

  @Test func `an infinite number is written as null`() {
    #expect(JSONValue.array([.double(.infinity), .double(.nan)]).encodedLine() == "[null, null]")
  }

  @Test func `pretty text indents by two and keeps empty things short`() {
    let value: JSONValue = ["a": [1, [:]], "b": [], "c": ["d": nil]]
    let text = """
      {
        "a": [
          1,
          {}
        ],
        "b": [],
        "c": {
          "d": null
        }
      }

      """
    #expect(value.encodedPretty() == text)
  }

  @Test func `every cut and every changed byte of a row is refused or read, never a crash`() {
    let row = Array(#"{"id":"a\u00e9\ud83d\ude00","n":[-1.5e-3,true,null,{"x":"世界"}]}"#.utf8)
    for end in 0..<row.count { _ = try? JSONValue(parsing: Array(row[..<end])) }
    for index in row.indices {
      for byte in UInt8.min...UInt8.max {
        var changed = row
        changed[index] = byte
        if let value = try? JSONValue(parsing: changed) {
          #expect((try? JSONValue(parsing: value.encodedLine())) == value)
        }
      }
    }
  }

  @Test func `an integer between Int and UInt64 survives being encoded and decoded`() throws {
    let value = JSONValue.object(["seed": .largeInteger("18446744073709551615")])
    #expect(try value.decoded(as: [String: UInt64].self) == ["seed": .max])
    #expect(try JSONValue(encoding: ["value": value])["value"] == value)
    let rows: [String: JSONValue] = try JSONValue.object(["value": value]).decoded()
    #expect(rows["value"] == value)
  }
}

extension Malformed {
  /// Expects a `JSONProblem` that says the sentence; it has no place yet.
  func expectProblem<Result>(_ body: () throws -> Result) {
    do {
      _ = try body()
      Issue.record("nothing was refused; expected '\(sentence)'")
    } catch {
      #expect("\(error)" == sentence)
    }
  }
}
