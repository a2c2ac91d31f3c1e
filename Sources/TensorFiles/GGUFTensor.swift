import Storage

/// One entry of a GGUF file's tensor directory.
struct GGUFTensor: Sendable {
  let name: String
  /// Outermost axis first; the file has it the other way round.
  let shape: [Int]
  let type: TensorType
  /// Of the first byte, from the start of the data part.
  let offset: UInt64
  let byteCount: Int
  /// Where the bytes lie in the file, once placed.
  private(set) var range: Range<Int> = 0..<0

  /// Reads the directory, checking each entry by itself.
  static func readAll(
    _ count: Int, from reader: inout GGUFReader, path: String
  ) throws(TensorFileError) -> [GGUFTensor] {
    var entries: [GGUFTensor] = []
    var names: Set<String> = []
    for number in 0..<count {
      let entry = try read(number, from: &reader, path: path)
      guard names.insert(entry.name).inserted else {
        throw .tensor(file: path, name: entry.name, .duplicate)
      }
      entries.append(entry)
    }
    return entries
  }

  private static func read(
    _ number: Int, from reader: inout GGUFReader, path: String
  ) throws(TensorFileError) -> GGUFTensor {
    let name = try reader.string("the name of tensor \(number)")
    let axes = try reader.integer(UInt32.self, "the axes of tensor \(quoted(name))")
    guard axes <= 4 else { throw .tensor(file: path, name: name, .tooManyAxes(Int(axes))) }
    var lengths: [UInt64] = []
    for _ in 0..<axes {
      lengths.append(try reader.integer(UInt64.self, "the shape of tensor \(quoted(name))"))
    }
    let number = try reader.integer(UInt32.self, "the type of tensor \(quoted(name))")
    guard let type = TensorType(ggml: number) else {
      throw .tensor(file: path, name: name, .unsupportedType(TensorType.name(ggml: number)))
    }
    let offset = try reader.integer(UInt64.self, "the offset of tensor \(quoted(name))")
    lengths.reverse()
    guard
      lengths.last.map({ $0.isMultiple(of: UInt64(type.blockLength)) }) ?? (type.blockLength == 1)
    else {
      throw .tensor(
        file: path, name: name, .brokenBlock(rowLength: lengths.last ?? 1, type))
    }
    guard let (shape, bytes) = TensorType.size(of: lengths, type: type) else {
      throw .tensor(file: path, name: name, .badShape(lengths))
    }
    return GGUFTensor(name: name, shape: shape, type: type, offset: offset, byteCount: bytes)
  }

  /// Gives each tensor its place in the file; they must lie inside it, aligned, and apart.
  static func place(
    _ entries: [GGUFTensor], after directoryEnd: Int, alignment: Int, fileSize: Int, path: String
  ) throws(TensorFileError) -> [GGUFTensor] {
    guard !entries.isEmpty else { return [] }
    let (padded, overflow) = directoryEnd.addingReportingOverflow(alignment - 1)
    let start = padded & ~(alignment - 1)
    guard !overflow, start <= fileSize else {
      throw .truncated(
        file: path, part: "the padding before the tensors", needs: UInt64(alignment),
        left: fileSize - directoryEnd)
    }
    var placed = entries
    for index in placed.indices {
      let entry = placed[index]
      guard entry.offset.isMultiple(of: UInt64(alignment)) else {
        throw .tensor(
          file: path, name: entry.name,
          .misaligned(offset: entry.offset, alignment: alignment))
      }
      let room = UInt64(fileSize - start)
      guard entry.offset <= room, UInt64(entry.byteCount) <= room - entry.offset else {
        throw .tensor(
          file: path, name: entry.name,
          .outside(offset: entry.offset, bytes: UInt64(entry.byteCount), room: Int(room)))
      }
      let first = start + Int(entry.offset)
      placed[index].range = first..<first + entry.byteCount
    }
    try requireApart(placed.map { ($0.name, $0.range) }, path: path)
    return placed
  }

  private init(name: String, shape: [Int], type: TensorType, offset: UInt64, byteCount: Int) {
    self.name = name
    self.shape = shape
    self.type = type
    self.offset = offset
    self.byteCount = byteCount
  }
}

/// Checks that no two tensors share bytes: a file of overlapping tensors would unpack to many times
/// its own size.
func requireApart(
  _ places: [(name: String, range: Range<Int>)], path: String
) throws(TensorFileError) {
  let inOrder = places.sorted { $0.range.lowerBound < $1.range.lowerBound }
  for (former, latter) in zip(inOrder, inOrder.dropFirst())
  where latter.range.lowerBound < former.range.upperBound {
    throw .tensor(file: path, name: former.name, .overlaps(latter.name))
  }
}

extension TensorType {
  /// The type of a ggml number; nil for those that are not read.
  init?(ggml number: UInt32) {
    guard let type = TensorType.allCases.first(where: { $0.ggml == number }) else { return nil }
    self = type
  }

  /// The number that GGUF files have for the type.
  var ggml: UInt32 {
    switch self {
    case .f32: 0
    case .f16: 1
    case .q4Zero: 2
    case .q4One: 3
    case .q5Zero: 6
    case .q5One: 7
    case .q8Zero: 8
    case .q4K: 12
    case .q5K: 13
    case .q6K: 14
    case .bf16: 30
    }
  }

  /// The name of a ggml number, for the message that refuses it.
  static func name(ggml number: UInt32) -> String {
    let names: [UInt32: String] = [
      9: "Q8_1", 10: "Q2_K", 11: "Q3_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS",
      19: "IQ1_S", 20: "IQ4_NL",
      21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64",
      29: "IQ1_M", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4", 40: "NVFP4",
    ]
    return names[number] ?? "unknown type \(number)"
  }

  /// The shape as integers and its size in bytes; nil when an axis is empty or the size overflows.
  static func size(of lengths: [UInt64], type: TensorType) -> (shape: [Int], bytes: Int)? {
    var shape: [Int] = []
    var count = 1
    for length in lengths {
      guard length > 0, let axis = Int(exactly: length) else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: axis)
      guard !overflow else { return nil }
      count = product
      shape.append(axis)
    }
    return type.byteCount(of: count).map { (shape, $0) }
  }
}
