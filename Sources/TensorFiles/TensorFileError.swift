import Storage

/// What can be wrong with a model file.
package enum TensorFileError: Error, Equatable, Sendable {
  // Any file
  case unreadable(file: String, reason: String)
  case truncated(file: String, part: String, needs: UInt64, left: Int)
  case notUTF8(file: String, part: String)
  /// A part of a JSON file that is not what it should be.
  case malformed(file: String, found: String, expected: String)
  case missingKey(file: String, key: String, expected: String)
  case wrongType(file: String, key: String, found: String, expected: String)
  case tensor(file: String, name: String, TensorFault)

  // GGUF
  case wrongMagic(file: String, found: [UInt8])
  case bigEndian(file: String)
  case unsupportedVersion(file: String, version: UInt32)
  case duplicateKey(file: String, key: String)
  case unknownValueType(file: String, key: String, type: UInt32)
  case nestedList(file: String, key: String)
  case notABool(file: String, key: String, byte: UInt8)
  case integerTooLarge(file: String, key: String, value: UInt64)
  case badAlignment(file: String, found: String)
}

/// What can be wrong with one tensor of a file.
package enum TensorFault: Equatable, Sendable {
  case missing
  case duplicate
  case tooManyAxes(Int)
  case unsupportedType(String)
  case brokenBlock(rowLength: UInt64, TensorType)
  case badShape([UInt64])
  case misaligned(offset: UInt64, alignment: Int)
  case outside(offset: UInt64, bytes: UInt64, room: Int)
  case overlaps(String)
  case wrongShape([Int], expected: [Int])
  case wrongSize(bytes: Int, expected: Int)
  case notFinite(String, at: Int)
}

extension TensorFileError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(file): cannot be read (\(reason)); expected a model file"
    case .truncated(let file, let part, let needs, let left):
      "\(file): ends in \(part), which takes \(needs) bytes; expected at most the \(left) left"
    case .notUTF8(let file, let part):
      "\(file): \(part) is not valid UTF-8; expected text"
    case .malformed(let file, let found, let expected):
      "\(file): \(found); expected \(expected)"
    case .missingKey(let file, let key, let expected):
      "\(file): key \(quoted(key)) is missing; expected \(expected)"
    case .wrongType(let file, let key, let found, let expected):
      "\(file): key \(quoted(key)) is \(found); expected \(expected)"
    case .tensor(let file, let name, let fault):
      "\(file): tensor \(quoted(name)) \(fault)"
    case .wrongMagic(let file, let found):
      "\(file): begins with \(quoted(String(decoding: found, as: UTF8.self))); expected 'GGUF'"
    case .bigEndian(let file):
      "\(file): is a big-endian GGUF file; expected little-endian"
    case .unsupportedVersion(let file, let version):
      "\(file): is GGUF version \(version); expected 2 or 3"
    case .duplicateKey(let file, let key):
      "\(file): key \(quoted(key)) is there twice; expected once"
    case .unknownValueType(let file, let key, let type):
      "\(file): key \(quoted(key)) is of value type \(type); expected 0 to 12"
    case .nestedList(let file, let key):
      "\(file): key \(quoted(key)) is a list of lists; expected a list of plain values"
    case .notABool(let file, let key, let byte):
      "\(file): key \(quoted(key)) is a truth value stored as \(byte); expected 0 or 1"
    case .integerTooLarge(let file, let key, let value):
      "\(file): key \(quoted(key)) is \(value); expected at most \(Int.max)"
    case .badAlignment(let file, let found):
      "\(file): key 'general.alignment' is \(found); expected a power of two"
    }
  }
}

extension TensorFault: CustomStringConvertible {
  /// `what is; what should be`.
  package var description: String {
    switch self {
    case .missing:
      "is missing; expected it in this model"
    case .duplicate:
      "is there twice; expected once"
    case .tooManyAxes(let axes):
      "has \(axes) axes; expected at most 4"
    case .unsupportedType(let type):
      "is \(type); expected \(TensorType.allCases.map(\.rawValue).joined(separator: ", "))"
    case .brokenBlock(let rowLength, let type):
      "has rows of \(rowLength); expected a multiple of \(type.blockLength) (\(type.rawValue))"
    case .badShape(let shape):
      "is \(shape); expected axes of 1 or more and a size below 2^63 bytes"
    case .misaligned(let offset, let alignment):
      "begins at offset \(offset); expected a multiple of \(alignment)"
    case .outside(let offset, let bytes, let room):
      "takes \(bytes) bytes from offset \(offset) on; expected all inside the \(room) bytes of data"
    case .overlaps(let other):
      "shares bytes with \(quoted(other)); expected them apart"
    case .wrongShape(let shape, let expected):
      "is \(shape); expected \(expected)"
    case .wrongSize(let bytes, let expected):
      "takes \(bytes) bytes; expected \(expected) for its shape and type"
    case .notFinite(let value, let place):
      "holds \(value) at place \(place); expected finite numbers only"
    }
  }
}
