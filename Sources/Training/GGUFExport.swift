import Kernels
import Storage
import TensorFiles
import Transformer

/// Writes weights as a GGUF file of the llama architecture.
package enum GGUFExport {
  /// Writes the file.
  ///
  /// Norms stay f32; matrices whose rows are no whole blocks of a quantized type become halves. Rows
  /// of queries and keys go in pairs, as the interleaved rotary embedding wants them.
  ///
  /// - Parameters:
  ///   - numbers: In the layout, in our order of rows.
  ///   - metadata: All keys, `general.file_type` included.
  ///   - type: Of the matrices: F32, F16, BF16 or Q8_0.
  package static func write(
    _ numbers: SharedBuffer<Float>, _ configuration: DecoderConfiguration,
    _ metadata: [(key: String, value: GGUFWriter.Value)], as type: TensorType, to path: String
  ) throws(StorageError) {
    let layout = ParameterLayout(of: configuration)
    var places: [String: ParameterLayout.Tensor] = [:]
    var tensors = layout.tensors.map { tensor in
      let name = tensor.name(in: GGUFNames.self)
      places[name] = tensor
      return GGUFWriter.Tensor(name, shape: tensor.shape, type: stored(tensor.shape, as: type))
    }
    let divisors = configuration.rotaryDivisors.map { Float($0) }
    if !divisors.isEmpty {
      tensors.append(
        GGUFWriter.Tensor(GGUFNames.rotaryDivisors, shape: [divisors.count], type: .f32))
    }
    try GGUFWriter(metadata, tensors).write(to: path) { tensor in
      guard let place = places[tensor.name] else {
        return Quantization.bytes(of: divisors.span, as: .f32)
      }
      let values = numbers.span.extracting(place.range)
      guard let heads = place.role.rotaryHeads(configuration) else {
        return Quantization.bytes(of: values, as: tensor.type)
      }
      let paired = inPairs(values, heads: heads, configuration)
      return Quantization.bytes(of: paired.span, as: tensor.type)
    }
  }

  private static func stored(_ shape: [Int], as type: TensorType) -> TensorType {
    guard shape.count > 1 else { return .f32 }
    return (shape.last ?? 0).isMultiple(of: type.blockLength) ? type : .f16
  }

  /// Row i of a head's first half goes to 2i, row i of the second to 2i + 1.
  private static func inPairs(
    _ values: Span<Float>, heads: Int, _ configuration: DecoderConfiguration
  ) -> [Float] {
    let (size, columns) = (configuration.headSize, configuration.channels)
    var paired: [Float] = []
    paired.reserveCapacity(values.count)
    for head in 0..<heads {
      for row in 0..<size {
        let from = head * size + row / 2 + (row % 2) * (size / 2)
        for column in 0..<columns { paired.append(values[from * columns + column]) }
      }
    }
    return paired
  }
}

extension ParameterLayout.Role {
  /// How many heads' rows are turned by position; nil where none are.
  fileprivate func rotaryHeads(_ configuration: DecoderConfiguration) -> Int? {
    switch self {
    case .layer(_, .query): configuration.heads
    case .layer(_, .key): configuration.keyHeads
    default: nil
    }
  }
}
