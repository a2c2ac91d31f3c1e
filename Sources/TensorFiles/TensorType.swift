/// How a tensor's values are stored.
package enum TensorType: String, CaseIterable, Sendable {
  case f32 = "F32"
  case f16 = "F16"
  case bf16 = "BF16"
  /// Blocks of 32: a half scale d, then 16 bytes of two 4-bit numbers; value = d * (q - 8).
  case q4Zero = "Q4_0"
  /// Blocks of 32: half scale d and half minimum m, then 16 bytes; value = d * q + m.
  case q4One = "Q4_1"
  /// Q4_0 with a fifth bit a value, four bytes of them after the scale; value = d * (q - 16).
  case q5Zero = "Q5_0"
  /// Q4_1 with a fifth bit a value, after the minimum.
  case q5One = "Q5_1"
  /// Blocks of 32: a half scale d, then 32 signed bytes; value = d * q.
  case q8Zero = "Q8_0"
  /// Blocks of 256: half scales d and m, 12 bytes of 6-bit factors (s, t) for eight parts of 32, then
  /// 128 bytes; value = d * s * q - m * t.
  case q4K = "Q4_K"
  /// Q4_K with a fifth bit a value, 32 bytes of them after the factors.
  case q5K = "Q5_K"
  /// Blocks of 256: 128 bytes of low halves, 64 bytes of two high bits a value, 16 signed factors s
  /// for parts of 16, a half scale d; value = d * s * (q - 32).
  case q6K = "Q6_K"

  /// Values that are stored together; a row is a whole number of these.
  package var blockLength: Int {
    switch self {
    case .f32, .f16, .bf16: 1
    case .q4Zero, .q4One, .q5Zero, .q5One, .q8Zero: 32
    case .q4K, .q5K, .q6K: 256
    }
  }

  /// Bytes a block takes.
  package var blockBytes: Int {
    switch self {
    case .f32: 4
    case .f16, .bf16: 2
    case .q4Zero: 18
    case .q4One: 20
    case .q5Zero: 22
    case .q5One: 24
    case .q8Zero: 34
    case .q4K: 144
    case .q5K: 176
    case .q6K: 210
    }
  }

  /// Bytes that `count` values take; nil when that is no whole number of blocks or overflows.
  package func byteCount(of count: Int) -> Int? {
    guard count >= 0, count.isMultiple(of: blockLength) else { return nil }
    let (bytes, overflow) = (count / blockLength).multipliedReportingOverflow(by: blockBytes)
    return overflow ? nil : bytes
  }
}
