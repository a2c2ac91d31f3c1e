/// A JSON document, or a part of one, with nothing of it lost.
///
/// Integers and other numbers are told apart, an integer that no `Int` holds keeps its digits, and
/// a file read and written again means the same. Two keys of one object that are equal as Swift
/// strings (equal after canonical composition) are refused when parsed: one would be lost.
package enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  /// A number written without fraction and exponent that an `Int` holds.
  case int(Int)
  /// A number written with a fraction or an exponent; finite.
  case double(Double)
  /// An integer that no `Int` holds, as it was written.
  case largeInteger(String)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])
}

extension JSONValue {
  /// The text, if this is a string.
  package var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The truth value, if this is one.
  package var bool: Bool? {
    if case .bool(let flag) = self { flag } else { nil }
  }

  /// The integer, if this is one, also when written as `3.0`.
  package var int: Int? {
    switch self {
    case .int(let number): number
    case .double(let number): Int(exactly: number)
    default: nil
    }
  }

  /// The number, if this is one; an integer beyond 2^53 is rounded.
  package var double: Double? {
    switch self {
    case .int(let number): Double(number)
    case .double(let number): number
    case .largeInteger(let digits): Double(digits)
    default: nil
    }
  }

  /// The elements, if this is an array.
  package var array: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The fields, if this is an object.
  package var object: [String: JSONValue]? {
    if case .object(let fields) = self { fields } else { nil }
  }

  /// The value of a field; nil if there is none or this is no object.
  package subscript(key: String) -> JSONValue? {
    object?[key]
  }

  /// What this is, with its article, for error messages: `a string`, `an array`.
  package var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .int, .largeInteger: "an integer"
    case .double: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue {
  /// The value as an error message shows it: itself if short, else its kind.
  package var shown: String {
    if case .string(let text) = self { return quoted(text) }
    let line = encodedLine()
    return line.count <= 40 ? line.replacing("\"", with: "'") : kind
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  package init(stringLiteral text: String) { self = .string(text) }
  package init(integerLiteral number: Int) { self = .int(number) }
  package init(floatLiteral number: Double) { self = .double(number) }
  package init(booleanLiteral flag: Bool) { self = .bool(flag) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(nilLiteral: ()) { self = .null }

  /// - Precondition: No key twice.
  package init(dictionaryLiteral fields: (String, JSONValue)...) {
    self = .object(Dictionary(uniqueKeysWithValues: fields))
  }
}
