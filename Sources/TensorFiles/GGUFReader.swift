import Storage

/// Walks a GGUF file from its first byte, checking what each part needs against what is left.
struct GGUFReader {
  private let file: MappedFile
  private(set) var position = 0

  init(_ file: MappedFile, from position: Int = 0) {
    self.file = file
    self.position = position
  }

  private var remaining: Int { file.count - position }

  /// Checks that `size` more bytes are there.
  private func require(_ size: UInt64, for part: String) throws(TensorFileError) {
    guard size <= UInt64(remaining) else {
      throw .truncated(file: file.path, part: part, needs: size, left: remaining)
    }
  }

  mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ type: Integer.Type, _ part: @autoclosure () -> String
  ) throws(TensorFileError) -> Integer {
    let size = MemoryLayout<Integer>.size
    if size > remaining { try require(UInt64(size), for: part()) }
    defer { position += size }
    return file.integer(at: position)
  }

  /// A count of things that take at least `least` bytes each.
  mutating func count(
    of part: String, least: Int
  ) throws(TensorFileError) -> Int {
    let count = try integer(UInt64.self, "the number of \(part)")
    let (bytes, overflow) = count.multipliedReportingOverflow(by: UInt64(least))
    try require(overflow ? .max : bytes, for: "\(count) \(part)")
    return Int(count)
  }

  mutating func string(_ part: @autoclosure () -> String) throws(TensorFileError) -> String {
    let range = try stringRange(part())
    guard let text = file.text(in: range) else {
      throw .notUTF8(file: file.path, part: part())
    }
    return text
  }

  /// Where the bytes of a string lie; the position moves past them.
  private mutating func stringRange(
    _ part: @autoclosure () -> String
  ) throws(TensorFileError) -> Range<Int> {
    let length = try integer(UInt64.self, part())
    if length > UInt64(remaining) { try require(length, for: part()) }
    defer { position += Int(length) }
    return position..<position + Int(length)
  }

  /// A metadata value, its type before it.
  mutating func value(of key: String) throws(TensorFileError) -> GGUFValue {
    let type = try valueType(of: key)
    guard type == .array else { return try scalar(type, of: key) }
    let element = try valueType(of: key)
    guard element != .array else { throw .nestedList(file: file.path, key: key) }
    let count = try count(of: "elements of key \(quoted(key))", least: element.leastBytes)
    let offset = position
    if element == .string {
      for _ in 0..<count { _ = try stringRange("a string of key \(quoted(key))") }
    } else {
      position += count * element.leastBytes
    }
    return .array(of: element, count: count, offset: offset)
  }

  private mutating func valueType(of key: String) throws(TensorFileError) -> GGUFValueType {
    let number = try integer(UInt32.self, "the type of key \(quoted(key))")
    guard let type = GGUFValueType(rawValue: number) else {
      throw .unknownValueType(file: file.path, key: key, type: number)
    }
    return type
  }

  private mutating func scalar(
    _ type: GGUFValueType, of key: String
  ) throws(TensorFileError) -> GGUFValue {
    let part = "key \(quoted(key))"
    switch type {
    case .string: return .string(try string(part))
    case .bool:
      let byte = try integer(UInt8.self, part)
      guard byte < 2 else { throw .notABool(file: file.path, key: key, byte: byte) }
      return .bool(byte == 1)
    default:
      try require(UInt64(type.leastBytes), for: part)
      defer { position += type.leastBytes }
      return try file.number(at: position, type: type, key: key)
    }
  }
}

extension MappedFile {
  /// The number of a given type at an offset.
  /// - Precondition: `type` is a number and lies inside the file.
  func number(
    at offset: Int, type: GGUFValueType, key: String
  ) throws(TensorFileError) -> GGUFValue {
    switch type {
    case .uint8: return .integer(Int(integer(at: offset, as: UInt8.self)))
    case .int8: return .integer(Int(integer(at: offset, as: Int8.self)))
    case .uint16: return .integer(Int(integer(at: offset, as: UInt16.self)))
    case .int16: return .integer(Int(integer(at: offset, as: Int16.self)))
    case .uint32: return .integer(Int(integer(at: offset, as: UInt32.self)))
    case .int32: return .integer(Int(integer(at: offset, as: Int32.self)))
    case .int64: return .integer(Int(integer(at: offset, as: Int64.self)))
    case .uint64:
      let value = integer(at: offset, as: UInt64.self)
      guard let signed = Int(exactly: value) else {
        throw .integerTooLarge(file: path, key: key, value: value)
      }
      return .integer(signed)
    case .float32:
      return .number(Double(Float(bitPattern: integer(at: offset, as: UInt32.self))))
    case .float64:
      return .number(Double(bitPattern: integer(at: offset, as: UInt64.self)))
    case .bool, .string, .array:
      preconditionFailure("number: \(type) is no number")
    }
  }
}
