import Storage

/// Writes a model as one GGUF file (version 3); see `GGUFFile` for its form.
package struct GGUFWriter: Sendable {
  /// A value of the metadata.
  package enum Value: Hashable, Sendable {
    case integer(UInt32)
    case number(Float)
    case bool(Bool)
    case string(String)
    case strings([String])
    case integers([Int32])
  }

  /// One tensor, before its values.
  package struct Tensor: Hashable, Sendable {
    package let name: String
    /// Outermost axis first.
    package let shape: [Int]
    package let type: TensorType

    package init(_ name: String, shape: [Int], type: TensorType) {
      self.name = name
      self.shape = shape
      self.type = type
    }

    /// Bytes of all its values.
    ///
    /// - Precondition: A row is a whole number of blocks.
    package var byteCount: Int {
      guard let count = type.byteCount(of: shape.reduce(1, *)) else {
        preconditionFailure("GGUF: tensor '\(name)' is \(shape); expected whole blocks")
      }
      return count
    }
  }

  private static let alignment = 32

  private let header: [UInt8]
  private let tensors: [Tensor]

  /// - Parameters:
  ///   - metadata: In the order of the file.
  ///   - tensors: Likewise.
  package init(_ metadata: [(key: String, value: Value)], _ tensors: [Tensor]) {
    self.tensors = tensors
    var header = ByteWriter()
    header.bytes += "GGUF".utf8
    header.append(UInt32(3))
    header.append(UInt64(tensors.count))
    header.append(UInt64(metadata.count))
    for (key, value) in metadata {
      header.append(key)
      header.append(value)
    }
    var offset = 0
    for tensor in tensors {
      header.append(tensor.name)
      header.append(UInt32(tensor.shape.count))
      for length in tensor.shape.reversed() { header.append(UInt64(length)) }
      header.append(tensor.type.ggml)
      header.append(UInt64(offset))
      offset += Self.padded(tensor.byteCount)
    }
    header.bytes += repeatElement(0, count: Self.padded(header.bytes.count) - header.bytes.count)
    self.header = header.bytes
  }

  /// Writes the file beside its place and moves it there.
  ///
  /// - Parameter values: Gives the bytes of a tensor, row-major.
  /// - Throws: `StorageError`, and what `values` throws; the old file is then untouched.
  package func write(to path: String, values: (Tensor) throws(StorageError) -> [UInt8])
    throws(StorageError)
  {
    try AtomicFile.write(to: path) { file throws(StorageError) in
      try file.write(header)
      for tensor in tensors {
        let bytes = try values(tensor)
        precondition(
          bytes.count == tensor.byteCount,
          "GGUF: \(bytes.count) bytes for '\(tensor.name)'; expected \(tensor.byteCount)")
        try file.write(bytes)
        try file.write([UInt8](repeating: 0, count: Self.padded(bytes.count) - bytes.count))
      }
    }
  }

  private static func padded(_ count: Int) -> Int {
    (count + alignment - 1) / alignment * alignment
  }
}

/// Bytes in GGUF's order, little end first.
private struct ByteWriter {
  var bytes: [UInt8] = []

  mutating func append(_ word: some FixedWidthInteger) {
    for shift in stride(from: 0, to: word.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: word >> shift))
    }
  }

  mutating func append(_ text: String) {
    append(UInt64(text.utf8.count))
    bytes += text.utf8
  }

  mutating func append(_ value: GGUFWriter.Value) {
    switch value {
    case .integer(let number):
      append(GGUFValueType.uint32.rawValue)
      append(number)
    case .number(let number):
      append(GGUFValueType.float32.rawValue)
      append(number.bitPattern)
    case .bool(let flag):
      append(GGUFValueType.bool.rawValue)
      bytes.append(flag ? 1 : 0)
    case .string(let text):
      append(GGUFValueType.string.rawValue)
      append(text)
    case .strings(let texts):
      appendList(of: .string, count: texts.count)
      for text in texts { append(text) }
    case .integers(let numbers):
      appendList(of: .int32, count: numbers.count)
      for number in numbers { append(number) }
    }
  }

  private mutating func appendList(of type: GGUFValueType, count: Int) {
    append(GGUFValueType.array.rawValue)
    append(type.rawValue)
    append(UInt64(count))
  }
}
