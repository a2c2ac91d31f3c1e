/// What is wrong with a piece of JSON: what is there and what was expected, for a caller to put a
/// file and a line before.
package struct JSONProblem: Error, Equatable, Sendable {
  /// What is there.
  package var found: String
  /// What was expected instead.
  package var expected: String
  /// The line of the text it is on, counted from 1.
  package var line: Int

  package init(found: String, expected: String, line: Int = 1) {
    self.found = found
    self.expected = expected
    self.line = line
  }

  /// The problem as that of a file.
  package func inFile(_ path: String) -> StorageError {
    .malformedLine(path: path, line: line, is: found, expected: expected)
  }

  /// The problem in an error that `JSONValue(parsing:)` or `decoded(as:)` threw.
  package init(_ error: any Error) {
    switch error {
    case let problem as JSONProblem: self = problem
    case let error as DecodingError: self.init(decoding: error)
    default: self.init(found: "\(error)", expected: "JSON")
    }
  }

  private init(decoding error: DecodingError) {
    switch error {
    case .keyNotFound(let key, let context):
      self.init(
        found: "'\(Self.name(of: context.codingPath + [key]))' is missing",
        expected: "an object with it")
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      self.init(
        found: "'\(Self.name(of: context.codingPath))' has the wrong type",
        expected: Self.noun(for: type))
    case .dataCorrupted(let context):
      self.init(
        found: "'\(Self.name(of: context.codingPath))' is not valid",
        expected: context.debugDescription)
    @unknown default:
      self.init(found: "\(error)", expected: "JSON of the right form")
    }
  }

  private static func name(of path: [any CodingKey]) -> String {
    var name = ""
    for key in path {
      if let index = key.intValue {
        name += "[\(index)]"
      } else {
        name += (name.isEmpty ? "" : ".") + key.stringValue
      }
    }
    return name.isEmpty ? "the row" : name
  }

  private static func noun(for type: any Any.Type) -> String {
    switch type {
    case is String.Type: "a string"
    case is Bool.Type: "true or false"
    case is Int.Type, is UInt64.Type, is Int64.Type: "an integer"
    case is Double.Type, is Float.Type: "a number"
    case is any Sequence.Type where "\(type)".hasPrefix("Array"): "an array"
    case is any Sequence.Type: "an object"
    default: "a value of type \(type)"
    }
  }
}

extension JSONProblem: CustomStringConvertible {
  /// `what is; expected what should be`.
  package var description: String { "\(found); expected \(expected)" }
}
