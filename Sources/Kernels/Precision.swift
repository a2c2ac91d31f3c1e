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

/// What a user asks products to run in.
package enum PrecisionChoice: String, Hashable, Sendable, Codable, CaseIterable {
  /// bf16 where the processor multiplies it, f32 elsewhere.
  case auto
  case bf16, f32

  /// What will run here.
  package var resolved: Precision {
    switch self {
    case .auto: .best
    case .bf16: .bf16
    case .f32: .f32
    }
  }
}
