/// Little-endian bytes of a file, put together part by part.
struct FileBytes: Sendable {
  var bytes: [UInt8] = []

  mutating func append<Integer: FixedWidthInteger>(_ value: Integer) {
    for shift in stride(from: 0, to: Integer.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// A string as GGUF has it; `length` may lie.
  mutating func append(_ text: [UInt8], length: UInt64? = nil) {
    append(length ?? UInt64(text.count))
    bytes += text
  }
}

/// A GGUF file that may be wrong anywhere: one key and one tensor unless told otherwise.
struct BrokenGGUF: Sendable {
  typealias Part = @Sendable (inout FileBytes) -> Void

  var magic: UInt32 = 0x4655_4747
  var version: UInt32 = 3
  var keyCount: UInt64?
  var tensorCount: UInt64?
  var keys: [Part] = [Self.key("a", type: 4) { $0.append(UInt32(7)) }]
  var tensors: [Part] = [Self.tensor()]
  /// Bytes after the directory, padding included from the next multiple of 32 on.
  var dataBytes = 64
  /// Cuts the file to this many bytes.
  var cutTo: Int?

  static func key(
    _ name: String, length: UInt64? = nil, type: UInt32, _ value: @escaping Part
  ) -> Part {
    { file in
      file.append(Array(name.utf8), length: length)
      file.append(type)
      value(&file)
    }
  }

  static func tensor(
    _ name: String = "t", length: UInt64? = nil, axes: [UInt64] = [4, 2], axisCount: UInt32? = nil,
    type: UInt32 = 0, offset: UInt64 = 0
  ) -> Part {
    { file in
      file.append(Array(name.utf8), length: length)
      file.append(axisCount ?? UInt32(axes.count))
      for axis in axes { file.append(axis) }
      file.append(type)
      file.append(offset)
    }
  }

  /// The file's bytes.
  var bytes: [UInt8] {
    var file = FileBytes()
    file.append(magic)
    file.append(version)
    file.append(tensorCount ?? UInt64(tensors.count))
    file.append(keyCount ?? UInt64(keys.count))
    for part in keys + tensors { part(&file) }
    while !file.bytes.count.isMultiple(of: 32) { file.append(UInt8(0)) }
    file.bytes += Array(repeating: 1, count: dataBytes)
    return Array(file.bytes.prefix(cutTo ?? file.bytes.count))
  }

  /// The usual file with one change.
  static func with(_ change: (inout BrokenGGUF) -> Void) -> [UInt8] {
    var file = BrokenGGUF()
    change(&file)
    return file.bytes
  }
}
