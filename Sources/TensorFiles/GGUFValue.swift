import Storage

/// The type of a GGUF metadata value, numbered as in the file.
package enum GGUFValueType: UInt32, Sendable {
  case uint8 = 0
  case int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

  /// Bytes a value takes; for strings and arrays the least it can take.
  var leastBytes: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64, .string: 8
    case .array: 12
    }
  }

  var isInteger: Bool {
    switch self {
    case .uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64, .int64: true
    case .float32, .bool, .string, .array, .float64: false
    }
  }

  /// The type as an error message names it.
  var noun: String {
    switch self {
    case .float32, .float64: "a number"
    case .bool: "true or false"
    case .string: "a string"
    case .array: "a list"
    default: "an integer"
    }
  }
}

/// A GGUF metadata value. Lists stay in the file until they are asked for.
enum GGUFValue: Sendable {
  case integer(Int)
  case number(Double)
  case bool(Bool)
  case string(String)
  /// Elements from a byte offset on, already known to lie inside the file.
  case array(of: GGUFValueType, count: Int, offset: Int)

  /// The value as an error message names it.
  var noun: String {
    switch self {
    case .integer(let value): "the integer \(value)"
    case .number(let value): "the number \(value)"
    case .bool(let value): "\(value)"
    case .string(let value): "the string \(quoted(value))"
    case .array(let type, let count, _): "a list of \(count) (each \(type.noun))"
    }
  }
}
