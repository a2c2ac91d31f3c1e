import Storage

/// Writes tensors into one safetensors file; see `SafetensorsFile` for its form.
package struct SafetensorsWriter: Sendable {
  /// One tensor, before its values.
  package struct Tensor: Hashable, Sendable {
    package let name: String
    package let shape: [Int]
    package let type: TensorType

    /// - Precondition: `type` stores value by value.
    package init(_ name: String, shape: [Int], type: TensorType) {
      precondition(type.blockLength == 1, "safetensors: type is \(type); expected no blocks")
      self.name = name
      self.shape = shape
      self.type = type
    }

    /// Bytes of all its values.
    package var byteCount: Int { shape.reduce(1, *) * type.blockBytes }
  }

  /// In the order of the file.
  private let tensors: [Tensor]
  private let header: [UInt8]

  /// - Precondition: No name twice.
  package init(_ tensors: [Tensor]) {
    self.tensors = tensors
    var fields: [String: JSONValue] = [:]
    // Older readers ask for a format.
    fields["__metadata__"] = ["format": "pt"]
    var end = 0
    for tensor in tensors {
      precondition(
        fields[tensor.name] == nil, "safetensors: tensor '\(tensor.name)' is there twice")
      let offsets = [end, end + tensor.byteCount]
      end = offsets[1]
      fields[tensor.name] = [
        "dtype": .string(tensor.type.rawValue),
        "shape": .array(tensor.shape.map(JSONValue.int)),
        "data_offsets": .array(offsets.map(JSONValue.int)),
      ]
    }
    // Spaces up to whole eights, so that values lie as readers that map the file want them.
    var text = Array(JSONValue.object(fields).encodedLine().utf8)
    text += repeatElement(UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
    let length = UInt64(text.count)
    header = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + text
  }

  /// Bytes of the whole file.
  package var byteCount: Int { tensors.reduce(header.count) { $0 + $1.byteCount } }

  /// Writes the file beside its place and moves it there.
  ///
  /// - Parameter values: Writes the values of a tensor, row-major and little-endian.
  /// - Throws: `StorageError`; the old file is then untouched.
  package func write(
    to path: String, values: (Tensor, OpenFile) throws(StorageError) -> Void
  ) throws(StorageError) {
    try AtomicFile.write(to: path) { file throws(StorageError) in
      try file.write(header)
      for tensor in tensors { try values(tensor, file) }
      precondition(
        file.byteCount == byteCount || file.byteCount == nil,
        "safetensors: \(file.byteCount ?? 0) bytes were written; expected \(byteCount)")
    }
  }
}
