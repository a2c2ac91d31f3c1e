/// Widens stored values to Float32.
///
/// Each function reads whole blocks (`TensorType` gives their layout) and writes their values in
/// order. All are exact but Q4_1, which rounds once a value.
enum Dequantization {
  /// The values of a tensor.
  /// - Precondition: `bytes` holds a whole number of blocks.
  static func floats(from bytes: Span<UInt8>, type: TensorType) -> [Float] {
    precondition(bytes.count.isMultiple(of: type.blockBytes), "half a block of \(type)")
    let blocks = bytes.count / type.blockBytes
    var values = [Float](repeating: 0, count: blocks * type.blockLength)
    var output = values.mutableSpan
    switch type {
    case .f32: widenF32(bytes, into: &output)
    case .f16: widenF16(bytes, into: &output)
    case .bf16: widenBF16(bytes, into: &output)
    case .q4Zero: widenQ4(bytes, header: 2, into: &output)
    case .q4One: widenQ4(bytes, header: 4, into: &output)
    case .q8Zero: widenQ8(bytes, into: &output)
    }
    return values
  }

  /// Float32 of a half's bits, exactly: subnormals, infinities and NaN included.
  ///
  /// Exponent and mantissa move to their places in a Float32, which leaves the exponent 112 too
  /// low; one multiplication mends that, subnormals too. Float16's own conversion is a library call
  /// on processors without F16C.
  @inline(__always)
  static func float(half bits: UInt16) -> Float {
    let magnitude = UInt32(bits & 0x7fff) << 13
    let scaled = Float(bitPattern: magnitude) * 0x1p112
    let isFinite = bits & 0x7c00 != 0x7c00
    let positive = isFinite ? scaled.bitPattern : magnitude | 0x7f80_0000
    return Float(bitPattern: positive | UInt32(bits & 0x8000) << 16)
  }

  private static func widenF32(_ bytes: Span<UInt8>, into output: inout MutableSpan<Float>) {
    for index in output.indices {
      let low = UInt32(halfWord(bytes, at: 4 * index))
      output[index] = Float(bitPattern: low | UInt32(halfWord(bytes, at: 4 * index + 2)) << 16)
    }
  }

  private static func widenF16(_ bytes: Span<UInt8>, into output: inout MutableSpan<Float>) {
    for index in output.indices { output[index] = float(half: halfWord(bytes, at: 2 * index)) }
  }

  private static func widenBF16(_ bytes: Span<UInt8>, into output: inout MutableSpan<Float>) {
    for index in output.indices {
      output[index] = Float(bitPattern: UInt32(halfWord(bytes, at: 2 * index)) << 16)
    }
  }

  /// Q4_0 has a header of 2 bytes (a scale), Q4_1 of 4 (scale and minimum). The low halves of the
  /// 16 bytes are values 0 to 15 of the block, the high halves values 16 to 31.
  private static func widenQ4(
    _ bytes: Span<UInt8>, header: Int, into output: inout MutableSpan<Float>
  ) {
    let blockBytes = header + 16
    for block in 0..<bytes.count / blockBytes {
      let start = block * blockBytes
      let scale = float(half: halfWord(bytes, at: start))
      let minimum = header == 4 ? float(half: halfWord(bytes, at: start + 2)) : -8 * scale
      let packed = bytes.extracting(start + header..<start + blockBytes)
      for index in 0..<16 {
        let pair = packed[index]
        output[block * 32 + index] = Float(pair & 15) * scale + minimum
        output[block * 32 + index + 16] = Float(pair >> 4) * scale + minimum
      }
    }
  }

  private static func widenQ8(_ bytes: Span<UInt8>, into output: inout MutableSpan<Float>) {
    for block in 0..<bytes.count / 34 {
      let scale = float(half: halfWord(bytes, at: block * 34))
      let packed = bytes.extracting(block * 34 + 2..<block * 34 + 34)
      for index in 0..<32 {
        output[block * 32 + index] = Float(Int8(bitPattern: packed[index])) * scale
      }
    }
  }

  @inline(__always)
  private static func halfWord(_ bytes: Span<UInt8>, at offset: Int) -> UInt16 {
    UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
  }
}
