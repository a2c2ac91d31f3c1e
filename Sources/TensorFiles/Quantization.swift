/// Narrows Float32 to stored types, as the reference does.
package enum Quantization {
  /// The bytes of values.
  ///
  /// - Precondition: `type` is F32, F16, BF16 or Q8_0 and `values` are a whole number of blocks.
  package static func bytes(of values: Span<Float>, as type: TensorType) -> [UInt8] {
    precondition(
      values.count.isMultiple(of: type.blockLength),
      "quantize: \(values.count) values; expected whole blocks of \(type.blockLength)")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count / type.blockLength * type.blockBytes)
    switch type {
    case .f32: for index in values.indices { append(values[index].bitPattern, to: &bytes) }
    case .f16: for index in values.indices { append(half(values[index]), to: &bytes) }
    case .bf16: for index in values.indices { append(brain(values[index]), to: &bytes) }
    case .q8Zero:
      for start in stride(from: 0, to: values.count, by: 32) {
        appendQ8(values.extracting(start..<start + 32), to: &bytes)
      }
    case .q4Zero, .q4One, .q5Zero, .q5One, .q4K, .q5K, .q6K:
      preconditionFailure("quantize: type is \(type.rawValue); expected F32, F16, BF16 or Q8_0")
    }
    return bytes
  }

  /// The bits of the nearest half, to even on ties; what is too large becomes infinite.
  ///
  /// Adding a power of two that is `2^13` times the value's own lets the processor round at the right
  /// place, subnormal halves included.
  static func half(_ value: Float) -> UInt16 {
    let sign = UInt16(value.bitPattern >> 16) & 0x8000
    let magnitude = value.bitPattern & 0x7fff_ffff
    if magnitude >= 0x7f80_0000 { return sign | (magnitude > 0x7f80_0000 ? 0x7e00 : 0x7c00) }
    if magnitude >= 0x477f_f000 { return sign | 0x7c00 }
    if magnitude < 0x3880_0000 {
      // Below 2^-14 a half counts in steps of 2^-24, as a float does from 2^-1 to 1.
      let shifted = Float(bitPattern: magnitude) + 0.5
      return sign | UInt16(truncatingIfNeeded: shifted.bitPattern &- 0x3f00_0000)
    }
    let even = magnitude >> 13 & 1
    return sign | UInt16(truncatingIfNeeded: (magnitude + 0xfff + even - 0x3800_0000) >> 13)
  }

  /// The bits of the nearest bf16, to even on ties.
  static func brain(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (bits + 0x7fff + (bits >> 16 & 1)) >> 16)
  }

  /// The largest of a block becomes 127.
  private static func appendQ8(_ values: Span<Float>, to bytes: inout [UInt8]) {
    var largest: Float = 0
    for index in values.indices { largest = max(largest, abs(values[index])) }
    let scale = largest / 127
    // A scale that small is 0 as a half.
    let inverse = scale >= .leastNormalMagnitude ? 1 / scale : 0
    append(half(scale), to: &bytes)
    for index in values.indices {
      let number = (values[index] * inverse).rounded(.toNearestOrAwayFromZero)
      bytes.append(UInt8(bitPattern: Int8(number)))
    }
  }

  private static func append(_ word: some FixedWidthInteger, to bytes: inout [UInt8]) {
    for shift in stride(from: 0, to: word.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: word >> shift))
    }
  }
}
