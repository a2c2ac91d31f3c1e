import Foundation

extension JSONValue: Codable {
  /// Reads whatever a decoder holds here.
  ///
  /// - Throws: `DecodingError` for a number of another decoder that is neither an `Int` nor a finite
  ///   double.
  package init(from decoder: any Decoder) throws {
    if let decoder = decoder as? JSONValueDecoder {
      self = decoder.value
      return
    }
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let flag = try? container.decode(Bool.self) {
      self = .bool(flag)
    } else if let number = try? container.decode(Int.self) {
      self = .int(number)
    } else if let number = try? container.decode(UInt64.self) {
      self = .largeInteger(String(number))
    } else if let number = try? container.decode(Double.self) {
      self = .double(number)
    } else if let text = try? container.decode(String.self) {
      self = .string(text)
    } else if let elements = try? container.decode([JSONValue].self) {
      self = .array(elements)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Hands the value to any encoder; a large integer beyond `UInt64` becomes a rounded double
  /// there.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let flag): try container.encode(flag)
    case .int(let number): try container.encode(number)
    case .double(let number): try container.encode(number)
    case .largeInteger(let digits):
      if let number = UInt64(digits) {
        try container.encode(number)
      } else {
        try container.encode(Double(digits) ?? .nan)
      }
    case .string(let text): try container.encode(text)
    case .array(let elements): try container.encode(elements)
    case .object(let fields): try container.encode(fields)
    }
  }

  /// The JSON form of any encodable value.
  ///
  /// - Throws: `EncodingError` for an infinite or undefined number.
  package init(encoding value: some Encodable) throws {
    if let value = value as? JSONValue {
      self = value
    } else {
      self = try JSONValue(parsing: Array(JSONEncoder().encode(value)))
    }
  }

  /// This value read as a type.
  ///
  /// - Throws: `DecodingError`; `JSONProblem` puts it into words.
  package func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
    try JSONValueDecoder(value: self, codingPath: []).decode(type)
  }
}
