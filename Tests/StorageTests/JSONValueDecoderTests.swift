import Foundation
import Testing

@testable import Storage

@Suite struct JSONValueDecoderTests {
  private struct Row: Codable, Equatable {
    enum Kind: String, Codable { case first, second }

    struct Part: Codable, Equatable {
      var name: String
      var weight: Double?
    }

    var text: String
    var count: Int
    var seed: UInt64
    var byte: UInt8
    var share: Double
    var half: Float
    var flag: Bool
    var kind: Kind
    var parts: [Part]
    var names: [String: Int]
    var gaps: [Int?]
    var pair: [[Bool]]
    var missing: String?
    var anything: JSONValue
  }

  private static let text = """
    {"text": "é\\n", "count": -3, "seed": 18446744073709551615, "byte": 255, "share": 2, \
    "half": 0.1, "flag": true, "kind": "second", "parts": [{"name": "a", "weight": 1e-3}, \
    {"name": "", "weight": null}], "names": {"x": 1, "y": 2}, "gaps": [1, null, 3], \
    "pair": [[true], []], "anything": {"a": [1, 0.5, "t", null, false, {}]}}
    """

  @Test func `a row is read as Foundation reads it`() throws {
    let read: Row = try JSONValue(parsing: Self.text).decoded()
    #expect(try read == JSONDecoder().decode(Row.self, from: Data(Self.text.utf8)))
    #expect(read.gaps == [1, nil, 3] && read.seed == .max && read.half == 0.1)
  }

  @Test func `numbers in a part that is any JSON stay what they are`() throws {
    let part: [String: JSONValue] = try JSONValue(parsing: #"{"a": 2.0, "b": 2}"#).decoded()
    #expect(part == ["a": 2.0, "b": 2])
  }

  /// A row with one change and the words for what is wrong then.
  struct Change: CustomTestStringConvertible, Sendable {
    var old: String
    var new: String
    var words: String
    var testDescription: String { "\(old) is \(new)" }
  }

  static let changes = [
    Change(
      old: #""count": -3, "#, new: "", words: "'count' is missing; expected an object with it"),
    Change(
      old: "-3", new: #""3""#, words: "'count' has the wrong type; expected an integer"),
    Change(old: "-3", new: "0.5", words: "'count' has the wrong type; expected an integer"),
    Change(old: "-3", new: "null", words: "'count' has the wrong type; expected an integer"),
    Change(
      old: "255", new: "256", words: "'byte' has the wrong type; expected a value of type UInt8"),
    Change(
      old: "0.1", new: "1e39", words: "'half' has the wrong type; expected a number"),
    Change(
      old: "\"share\": 2", new: "\"share\": 1\(String(repeating: "0", count: 400))",
      words: "'share' has the wrong type; expected a number"),
    Change(old: "true, ", new: "1, ", words: "'flag' has the wrong type; expected true or false"),
    Change(
      old: #""name": """#, new: #""title": """#,
      words: "'parts[1].name' is missing; expected an object with it"),
    Change(
      old: #"{"x": 1, "#, new: #"{"x": "1", "#,
      words: "'names.x' has the wrong type; expected an integer"),
    Change(old: "[true]", new: "true", words: "'pair[0]' has the wrong type; expected an array"),
    Change(old: "[1, null, 3]", new: "{}", words: "'gaps' has the wrong type; expected an array"),
    Change(
      old: #"{"a": [1, 0.5, "t", null, false, {}]}"#, new: "1",
      words: "no problem: any JSON will do"),
  ]

  @Test(arguments: changes) func `what is wrong is told with its place`(_ change: Change) throws {
    let text = Self.text.replacing(change.old, with: change.new, maxReplacements: 1)
    #expect(text != Self.text)
    let value = try JSONValue(parsing: text)
    do {
      _ = try value.decoded(as: Row.self)
      #expect(change.words == "no problem: any JSON will do")
    } catch {
      #expect("\(JSONProblem(error))" == change.words)
    }
  }
}
