import Kernels
import Storage
import TensorFiles
import Transformer

/// Numbers in a table, as safetensors files.
package enum WeightFiles {
  /// Writes numbers.
  ///
  /// - Parameter type: f32, or bf16, rounded to nearest even.
  package static func write(
    _ numbers: SharedBuffer<Float>, _ table: TensorTable, as type: TensorType, to path: String
  ) throws(StorageError) {
    precondition(type == .f32 || type == .bf16, "weights: type is \(type); expected f32 or bf16")
    let ranges = Dictionary(uniqueKeysWithValues: table.tensors.map { ($0.name, $0.range) })
    try writer(table, type).write(to: path) { tensor, file throws(StorageError) in
      guard let range = ranges[tensor.name] else { return }
      if type == .f32 { return try file.write(numbers.bytes(in: range)) }
      try writeRounded(numbers.span.extracting(range), to: file)
    }
  }

  /// Bytes of such a file.
  package static func byteCount(_ table: TensorTable, as type: TensorType) -> Int {
    writer(table, type).byteCount
  }

  /// Reads numbers back.
  ///
  /// - Throws: `TensorFileError` for a tensor that is missing, of another shape or not finite.
  static func read(
    _ path: String, _ table: TensorTable, into numbers: SharedBuffer<Float>
  ) throws {
    let file = try SafetensorsFile(path: path)
    for tensor in table.tensors {
      let values = try file.floats(of: tensor.name, shape: tensor.shape)
      var target = numbers.mutableSpan(in: tensor.range)
      for index in values.indices { target[index] = values[index] }
    }
  }

  /// The sum of the squares of numbers, tensor by tensor: another one where a file was damaged.
  static func checksum(_ numbers: SharedBuffer<Float>, _ table: TensorTable) -> Double {
    table.tensors.reduce(0) { $0 + sumOfSquares(numbers.span.extracting($1.range)) }
  }

  private static func writer(_ table: TensorTable, _ type: TensorType) -> SafetensorsWriter {
    SafetensorsWriter(
      table.tensors.map { SafetensorsWriter.Tensor($0.name, shape: $0.shape, type: type) })
  }

  private static func writeRounded(
    _ numbers: Span<Float>, to file: OpenFile
  ) throws(StorageError) {
    let piece = 1 << 18
    var buffer = Buffer<UInt8>(zeros: 2 * min(piece, numbers.count))
    for start in stride(from: 0, to: numbers.count, by: piece) {
      let part = numbers.extracting(start..<min(start + piece, numbers.count))
      var bytes = buffer.mutableBytes(in: 0..<2 * part.count)
      narrow(part, as: .bf16, into: &bytes)
      try file.write(buffer.bytes(in: 0..<2 * part.count))
    }
  }
}
