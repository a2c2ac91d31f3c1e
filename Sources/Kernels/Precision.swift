import CKernels

/// What the operands of matrix products are rounded to; sums are f32 in both.
package enum Precision: String, Sendable, Hashable, Codable, CaseIterable {
  case bf16, f32

  /// bf16 where the processor multiplies it (AVX-512 BF16, AMX), f32 elsewhere.
  package static var best: Precision {
    si_multiplies_bf16() ? .bf16 : .f32
  }

  /// Bytes of one operand element.
  package var bytes: Int {
    switch self {
    case .bf16: 2
    case .f32: 4
    }
  }

  var isBF16: Bool { self == .bf16 }
}
