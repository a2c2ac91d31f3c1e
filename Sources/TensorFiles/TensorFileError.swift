/// What can be wrong with a model file.
package enum TensorFileError: Error, Equatable, Sendable {
  case unreadable(file: String, reason: String)
  case truncated(file: String, part: String, needs: UInt64, left: Int)
  case notUTF8(file: String, part: String)

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
  case missingKey(file: String, key: String, expected: String)
  case wrongType(file: String, key: String, found: String, expected: String)

  // Tensors
  case duplicateTensor(file: String, tensor: String)
  case tooManyAxes(file: String, tensor: String, axes: Int)
  case unsupportedTensorType(file: String, tensor: String, type: String)
  case brokenBlock(file: String, tensor: String, rowLength: UInt64, type: TensorType)
  case badShape(file: String, tensor: String, shape: [UInt64])
  case misaligned(file: String, tensor: String, offset: UInt64, alignment: Int)
  case tensorOutside(file: String, tensor: String, offset: UInt64, bytes: Int, room: Int)
  case overlapping(file: String, tensor: String, other: String)
  case noSuchTensor(file: String, tensor: String)
  case wrongShape(file: String, tensor: String, shape: [Int], expected: [Int])
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
    case .missingKey(let file, let key, let expected):
      "\(file): key \(quoted(key)) is missing; expected \(expected)"
    case .wrongType(let file, let key, let found, let expected):
      "\(file): key \(quoted(key)) is \(found); expected \(expected)"
    default: tensorDescription
    }
  }

  private var tensorDescription: String {
    switch self {
    case .duplicateTensor(let file, let tensor):
      "\(file): tensor \(quoted(tensor)) is there twice; expected once"
    case .tooManyAxes(let file, let tensor, let axes):
      "\(file): tensor \(quoted(tensor)) has \(axes) axes; expected at most 4"
    case .unsupportedTensorType(let file, let tensor, let type):
      "\(file): tensor \(quoted(tensor)) is \(type); expected "
        + TensorType.allCases.map(\.rawValue).joined(separator: ", ")
    case .brokenBlock(let file, let tensor, let rowLength, let type):
      "\(file): tensor \(quoted(tensor)) has rows of \(rowLength); expected a multiple of "
        + "\(type.blockLength) (\(type.rawValue))"
    case .badShape(let file, let tensor, let shape):
      "\(file): tensor \(quoted(tensor)) is \(shape); expected axes of 1 or more and a size below "
        + "2^63 bytes"
    case .misaligned(let file, let tensor, let offset, let alignment):
      "\(file): tensor \(quoted(tensor)) begins at offset \(offset); expected a multiple of "
        + "\(alignment)"
    case .tensorOutside(let file, let tensor, let offset, let bytes, let room):
      "\(file): tensor \(quoted(tensor)) takes \(bytes) bytes from offset \(offset) on; expected "
        + "all inside the \(room) bytes of data"
    case .overlapping(let file, let tensor, let other):
      "\(file): tensors \(quoted(tensor)) and \(quoted(other)) share bytes; expected them apart"
    case .noSuchTensor(let file, let tensor):
      "\(file): tensor \(quoted(tensor)) is missing; expected it in this model"
    case .wrongShape(let file, let tensor, let shape, let expected):
      "\(file): tensor \(quoted(tensor)) is \(shape); expected \(expected)"
    default: ""
    }
  }
}

/// A name from a file as an error message shows it: in quotes, on one line, at most 80 characters.
func quoted(_ name: String) -> String {
  var shown = ""
  for scalar in name.unicodeScalars.prefix(80) {
    let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
    shown += isControl ? scalar.escaped(asASCII: true) : String(scalar)
  }
  return "'\(shown)\(name.unicodeScalars.count > 80 ? "..." : "")'"
}
