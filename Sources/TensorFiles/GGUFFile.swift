import Storage

/// A model in one GGUF file (versions 2 and 3, little-endian): metadata and tensors.
///
///     magic "GGUF", version u32, tensor count u64, key count u64
///     keys:    name, type u32, value           (a string is its length u64 and its bytes)
///     tensors: name, axes u32, lengths u64 innermost first, type u32, offset u64
///     padding to `general.alignment` (32 when absent), then the tensors' bytes
///
/// Opening reads the directory and checks every size in it; lists and tensors are read when asked for.
package struct GGUFFile: TensorSource {
  private let file: MappedFile
  private let values: [String: GGUFValue]
  private let tensors: [String: GGUFTensor]

  /// The format version, 2 or 3.
  package let version: Int
  /// The metadata keys, in the order of the file.
  package let keys: [String]
  /// The names of the tensors, in the order of the file.
  package let tensorNames: [String]

  /// Opens a file and checks its directory.
  /// - Throws: `TensorFileError`, naming the first part that is wrong.
  package init(path: String) throws(TensorFileError) {
    file = try MappedFile(path: path)
    var reader = GGUFReader(file)
    version = try Self.readVersion(&reader, path: path)
    // A tensor takes at least its name's length, axes, type and offset; a key its name's length,
    // type and one byte.
    let tensorCount = try reader.count(of: "tensors", least: 24)
    let keyCount = try reader.count(of: "keys", least: 13)
    (keys, values) = try Self.readKeys(keyCount, from: &reader, path: path)
    let alignment = try Self.alignment(in: values, path: path)
    let entries = try GGUFTensor.readAll(tensorCount, from: &reader, path: path)
    let placed = try GGUFTensor.place(
      entries, after: reader.position, alignment: alignment, fileSize: file.count, path: path)
    tensorNames = placed.map(\.name)
    tensors = Dictionary(uniqueKeysWithValues: placed.map { ($0.name, $0) })
  }

  package var path: String { file.path }

  private static func readVersion(
    _ reader: inout GGUFReader, path: String
  ) throws(TensorFileError) -> Int {
    let magic = try reader.integer(UInt32.self, "the magic number")
    guard magic == 0x4655_4747 else {
      throw .wrongMagic(file: path, found: bytes(ofMagic: magic))
    }
    let version = try reader.integer(UInt32.self, "the version")
    guard version == 2 || version == 3 else {
      // The other byte order's 2 and 3.
      if version.byteSwapped == 2 || version.byteSwapped == 3 { throw .bigEndian(file: path) }
      throw .unsupportedVersion(file: path, version: version)
    }
    return Int(version)
  }

  private static func bytes(ofMagic magic: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: magic >> (8 * $0)) }
  }

  private static func readKeys(
    _ count: Int, from reader: inout GGUFReader, path: String
  ) throws(TensorFileError) -> ([String], [String: GGUFValue]) {
    var keys: [String] = []
    var values: [String: GGUFValue] = [:]
    for number in 0..<count {
      let key = try reader.string("the name of key \(number)")
      let value = try reader.value(of: key)
      guard values.updateValue(value, forKey: key) == nil else {
        throw .duplicateKey(file: path, key: key)
      }
      keys.append(key)
    }
    return (keys, values)
  }

  private static func alignment(
    in values: [String: GGUFValue], path: String
  ) throws(TensorFileError) -> Int {
    switch values["general.alignment"] {
    case nil: return 32
    case .integer(let alignment) where alignment > 0 && alignment & (alignment - 1) == 0:
      return alignment
    case .some(let other): throw .badAlignment(file: path, found: other.noun)
    }
  }

  // MARK: Tensors

  package func contains(_ name: String) -> Bool { tensors[name] != nil }

  package func shape(of name: String) throws -> [Int] { try tensor(name).shape }

  package func floats(of name: String) throws -> [Float] {
    let tensor = try tensor(name)
    return file.withBytes(in: tensor.range) { Dequantization.floats(from: $0, type: tensor.type) }
  }

  /// How the file stores a tensor.
  /// - Throws: `TensorFileError.tensor` with the fault `.missing`.
  package func type(of name: String) throws(TensorFileError) -> TensorType {
    try tensor(name).type
  }

  private func tensor(_ name: String) throws(TensorFileError) -> GGUFTensor {
    guard let tensor = tensors[name] else { throw .tensor(file: path, name: name, .missing) }
    return tensor
  }

  // MARK: Metadata

  /// Whether the metadata has a key.
  package func has(_ key: String) -> Bool { values[key] != nil }

  /// The string at a key.
  /// - Throws: `TensorFileError.missingKey` or `.wrongType`; so do the getters below.
  package func string(_ key: String) throws(TensorFileError) -> String {
    let value = try value(key, expected: "a string")
    guard case .string(let text) = value else { throw wrongType(key, value, "a string") }
    return text
  }

  /// The integer at a key.
  package func int(_ key: String) throws(TensorFileError) -> Int {
    let value = try value(key, expected: "an integer")
    guard case .integer(let number) = value else { throw wrongType(key, value, "an integer") }
    return number
  }

  /// The number at a key, an integer or not.
  package func float(_ key: String) throws(TensorFileError) -> Double {
    let value = try value(key, expected: "a number")
    switch value {
    case .integer(let number): return Double(number)
    case .number(let number): return number
    default: throw wrongType(key, value, "a number")
    }
  }

  /// The truth value at a key.
  package func bool(_ key: String) throws(TensorFileError) -> Bool {
    let value = try value(key, expected: "true or false")
    guard case .bool(let flag) = value else { throw wrongType(key, value, "true or false") }
    return flag
  }

  /// The list of strings at a key.
  package func strings(_ key: String) throws(TensorFileError) -> [String] {
    let value = try value(key, expected: "a list of strings")
    guard case .array(of: .string, let count, let offset) = value else {
      throw wrongType(key, value, "a list of strings")
    }
    var reader = GGUFReader(file, from: offset)
    var texts: [String] = []
    texts.reserveCapacity(count)
    for index in 0..<count {
      texts.append(try reader.string("string \(index) of key \(quoted(key))"))
    }
    return texts
  }

  /// The list of integers at a key.
  package func ints(_ key: String) throws(TensorFileError) -> [Int] {
    let value = try value(key, expected: "a list of integers")
    guard case .array(let type, let count, let offset) = value, type.isInteger else {
      throw wrongType(key, value, "a list of integers")
    }
    var numbers: [Int] = []
    numbers.reserveCapacity(count)
    for index in 0..<count {
      let element = try file.number(at: offset + index * type.leastBytes, type: type, key: key)
      if case .integer(let number) = element { numbers.append(number) }
    }
    return numbers
  }

  private func value(_ key: String, expected: String) throws(TensorFileError) -> GGUFValue {
    guard let value = values[key] else {
      throw .missingKey(file: path, key: key, expected: expected)
    }
    return value
  }

  private func wrongType(_ key: String, _ value: GGUFValue, _ expected: String) -> TensorFileError {
    .wrongType(file: path, key: key, found: value.noun, expected: expected)
  }
}
