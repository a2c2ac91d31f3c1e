/// How a tensor's values are stored.
package enum TensorType: String, CaseIterable, Sendable {
  case f32 = "F32"
  case f16 = "F16"
  case bf16 = "BF16"
  /// Blocks of 32: a half scale d, then 16 bytes of two 4-bit numbers; value = d * (q - 8).
  case q4Zero = "Q4_0"
  /// Blocks of 32: half scale d and half minimum m, then 16 bytes; value = d * q + m.
  case q4One = "Q4_1"
  /// Blocks of 32: a half scale d, then 32 signed bytes; value = d * q.
  case q8Zero = "Q8_0"

  /// Values that are stored together; a row is a whole number of these.
  package var blockLength: Int {
    switch self {
    case .f32, .f16, .bf16: 1
    case .q4Zero, .q4One, .q8Zero: 32
    }
  }

  /// Bytes a block takes.
  package var blockBytes: Int {
    switch self {
    case .f32: 4
    case .f16, .bf16: 2
    case .q4Zero: 18
    case .q4One: 20
    case .q8Zero: 34
    }
  }

  /// Bytes that `count` values take; nil when that is no whole number of blocks or overflows.
  package func byteCount(of count: Int) -> Int? {
    guard count >= 0, count.isMultiple(of: blockLength) else { return nil }
    let (bytes, overflow) = (count / blockLength).multipliedReportingOverflow(by: blockBytes)
    return overflow ? nil : bytes
  }
}
