import Storage

/// Tensors in one safetensors file.
///
///     header length u64, header: JSON {name: {dtype, shape, data_offsets: [begin, end]}}, data
///
/// Opening reads the header and checks that its tensors lie inside the data and apart; values are
/// read when asked for. Types other than F32, F16 and BF16 may be there but not be read.
package struct SafetensorsFile: TensorSource {
  private struct Entry {
    let shape: [Int]
    let type: String
    let range: Range<Int>
  }

  private let file: MappedFile
  private let entries: [String: Entry]
  /// The names of the tensors, in the order of their bytes.
  package let tensorNames: [String]

  /// Opens a file and checks its header.
  /// - Throws: `TensorFileError`, naming the first part that is wrong.
  package init(path: String) throws(TensorFileError) {
    file = try MappedFile(path: path)
    let (header, start) = try Self.header(of: file)
    var entries: [String: Entry] = [:]
    for (name, value) in header.sorted(by: { $0.key < $1.key }) where name != "__metadata__" {
      entries[name] = try Self.entry(name, value, dataFrom: start, in: file)
    }
    let inOrder = entries.sorted {
      ($0.value.range.lowerBound, $0.key) < ($1.value.range.lowerBound, $1.key)
    }
    try requireApart(inOrder.map { ($0.key, $0.value.range) }, path: path)
    tensorNames = inOrder.map(\.key)
    self.entries = entries
  }

  package var path: String { file.path }

  package func contains(_ name: String) -> Bool { entries[name] != nil }

  package func shape(of name: String) throws -> [Int] { try entry(name).shape }

  package func floats(of name: String) throws -> [Float] {
    let entry = try entry(name)
    guard let type = TensorType(rawValue: entry.type), type.blockLength == 1 else {
      throw TensorFileError.tensor(file: path, name: name, .unsupportedType(entry.type))
    }
    return file.withBytes(in: entry.range) { Dequantization.floats(from: $0, type: type) }
  }

  private func entry(_ name: String) throws(TensorFileError) -> Entry {
    guard let entry = entries[name] else { throw .tensor(file: path, name: name, .missing) }
    return entry
  }

  // MARK: The header

  /// The header's fields and where the data begins.
  private static func header(
    of file: MappedFile
  ) throws(TensorFileError) -> ([String: JSONValue], Int) {
    let path = file.path
    guard file.count >= 8 else {
      throw .truncated(file: path, part: "the header's length", needs: 8, left: file.count)
    }
    let length = file.integer(at: 0, as: UInt64.self)
    guard length <= UInt64(file.count - 8) else {
      throw .truncated(file: path, part: "the header", needs: length, left: file.count - 8)
    }
    let end = 8 + Int(length)
    do throws(JSONProblem) {
      let value = try JSONValue(parsing: file.bytes(in: 8..<end))
      guard let fields = value.object else {
        throw JSONProblem(found: "is \(value.kind)", expected: "an object")
      }
      return (fields, end)
    } catch {
      throw .malformed(file: path, found: "the header: \(error.found)", expected: error.expected)
    }
  }

  private static func entry(
    _ name: String, _ value: JSONValue, dataFrom start: Int, in file: MappedFile
  ) throws(TensorFileError) -> Entry {
    let path = file.path
    func field<Value>(
      _ key: String, _ expected: String, _ read: (JSONValue) -> Value?
    ) throws(TensorFileError) -> Value {
      guard let found = value[key].flatMap(read) else {
        throw .malformed(
          file: path,
          found: "the header: \(quoted(key)) of tensor \(quoted(name)) is "
            + (value[key]?.kind ?? "missing"), expected: expected)
      }
      return found
    }
    let type = try field("dtype", "a string", \.string)
    let lengths = try field("shape", "an array of integers of 0 or more", \.lengths)
    let offsets = try field("data_offsets", "an array of two integers of 0 or more", \.lengths)
    guard offsets.count == 2 else {
      throw .malformed(
        file: path,
        found: "the header: 'data_offsets' of tensor \(quoted(name)) has \(offsets.count) elements",
        expected: "2")
    }
    guard let width = width(of: type) else {
      throw .tensor(file: path, name: name, .unsupportedType(quoted(type)))
    }
    guard let expected = byteCount(of: lengths, width: width) else {
      throw .tensor(file: path, name: name, .badShape(lengths.map(UInt64.init)))
    }
    let room = file.count - start
    guard offsets[0] <= offsets[1], offsets[1] <= room else {
      throw .tensor(
        file: path, name: name,
        .outside(
          offset: UInt64(offsets[0]), bytes: UInt64(max(0, offsets[1] - offsets[0])), room: room))
    }
    guard offsets[1] - offsets[0] == expected else {
      throw .tensor(
        file: path, name: name, .wrongSize(bytes: offsets[1] - offsets[0], expected: expected))
    }
    return Entry(shape: lengths, type: type, range: start + offsets[0]..<start + offsets[1])
  }

  /// Bytes of one value of a type; nil for a type that is not known.
  private static func width(of type: String) -> Int? {
    switch type {
    case "BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0": 1
    case "U16", "I16", "F16", "BF16": 2
    case "U32", "I32", "F32": 4
    case "U64", "I64", "F64": 8
    default: nil
    }
  }

  /// Bytes of a tensor; nil when they overflow.
  private static func byteCount(of lengths: [Int], width: Int) -> Int? {
    var bytes = width
    for length in lengths {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
      if overflow { return nil }
      bytes = product
    }
    return bytes
  }
}

extension JSONValue {
  /// The elements, if this is an array of integers of 0 or more.
  fileprivate var lengths: [Int]? {
    guard let array else { return nil }
    let lengths = array.compactMap { element in
      if case .int(let length) = element, length >= 0 { length } else { nil }
    }
    return lengths.count == array.count ? lengths : nil
  }
}
