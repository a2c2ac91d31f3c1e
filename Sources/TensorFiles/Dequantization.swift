/// Widens stored values to Float32.
///
/// Each function reads whole blocks (`TensorType` gives their layout) and writes their values in
/// order. F32, F16, BF16, Q4_0, Q5_0 and Q8_0 are exact, the others round as the reference does.
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
    case .q5Zero: widenQ5(bytes, header: 2, into: &output)
    case .q5One: widenQ5(bytes, header: 4, into: &output)
    case .q8Zero: widenQ8(bytes, into: &output)
    case .q4K: widenK(bytes, hasFifthBits: false, into: &output)
    case .q5K: widenK(bytes, hasFifthBits: true, into: &output)
    case .q6K: widenQ6K(bytes, into: &output)
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

  /// As Q4, with bit i of the 32 bits after the header above the four of value i.
  private static func widenQ5(
    _ bytes: Span<UInt8>, header: Int, into output: inout MutableSpan<Float>
  ) {
    let blockBytes = header + 20
    for block in 0..<bytes.count / blockBytes {
      let start = block * blockBytes
      let scale = float(half: halfWord(bytes, at: start))
      let minimum = header == 4 ? float(half: halfWord(bytes, at: start + 2)) : -16 * scale
      let high =
        UInt32(halfWord(bytes, at: start + header))
        | UInt32(halfWord(bytes, at: start + header + 2)) << 16
      let packed = bytes.extracting(start + header + 4..<start + blockBytes)
      for index in 0..<16 {
        let pair = UInt32(packed[index])
        let first = pair & 15 | (high >> UInt32(index) & 1) << 4
        let second = pair >> 4 | (high >> UInt32(index + 16) & 1) << 4
        output[block * 32 + index] = Float(first) * scale + minimum
        output[block * 32 + index + 16] = Float(second) * scale + minimum
      }
    }
  }

  /// Q4_K, and Q5_K: eight parts of 32 values, two parts in the halves of 32 bytes. The fifth bits of
  /// part p are bit p of 32 bytes.
  private static func widenK(
    _ bytes: Span<UInt8>, hasFifthBits: Bool, into output: inout MutableSpan<Float>
  ) {
    let blockBytes = hasFifthBits ? 176 : 144
    for block in 0..<bytes.count / blockBytes {
      let start = block * blockBytes
      let scale = float(half: halfWord(bytes, at: start))
      let minimum = float(half: halfWord(bytes, at: start + 2))
      let factors = bytes.extracting(start + 4..<start + 16)
      let fifth = bytes.extracting(start + 16..<start + (hasFifthBits ? 48 : 16))
      let packed = bytes.extracting(start + (hasFifthBits ? 48 : 16)..<start + blockBytes)
      for part in 0..<8 {
        let (own, least) = factorPair(factors, part)
        let (d, m) = (scale * own, minimum * least)
        for index in 0..<32 {
          let pair = packed[part / 2 * 32 + index]
          var number = part % 2 == 0 ? pair & 15 : pair >> 4
          if hasFifthBits { number |= (fifth[index] >> UInt8(part) & 1) << 4 }
          output[block * 256 + part * 32 + index] = d * Float(number) - m
        }
      }
    }
  }

  /// Factor and minimum's factor of a part: six bits each, those of the last four parts in two pieces.
  @inline(__always)
  private static func factorPair(_ bytes: Span<UInt8>, _ part: Int) -> (Float, Float) {
    if part < 4 { return (Float(bytes[part] & 63), Float(bytes[part + 4] & 63)) }
    let low = bytes[part + 4]
    return (
      Float(low & 15 | (bytes[part - 4] >> 6) << 4), Float(low >> 4 | (bytes[part] >> 6) << 4)
    )
  }

  /// Two halves of 128 values; in each, value i + 32 q has its low bits in half q / 2 of byte
  /// i + 32 (q mod 2) and its high bits in pair q of byte i.
  private static func widenQ6K(_ bytes: Span<UInt8>, into output: inout MutableSpan<Float>) {
    for block in 0..<bytes.count / 210 {
      let start = block * 210
      let scale = float(half: halfWord(bytes, at: start + 208))
      for half in 0..<2 {
        let low = bytes.extracting(start + half * 64..<start + half * 64 + 64)
        let high = bytes.extracting(start + 128 + half * 32..<start + 160 + half * 32)
        let factors = bytes.extracting(start + 192 + half * 8..<start + 200 + half * 8)
        for quarter in 0..<4 {
          for index in 0..<32 {
            let pair = low[index + 32 * (quarter % 2)]
            let bits = quarter < 2 ? pair & 15 : pair >> 4
            let number = bits | (high[index] >> UInt8(2 * quarter) & 3) << 4
            let factor = Float(Int8(bitPattern: factors[2 * quarter + index / 16]))
            output[block * 256 + half * 128 + quarter * 32 + index] =
              scale * factor * Float(Int(number) - 32)
          }
        }
      }
    }
  }

  @inline(__always)
  private static func halfWord(_ bytes: Span<UInt8>, at offset: Int) -> UInt16 {
    UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
  }
}
