import CKernels

/// What falls out of rows of numbers in one place of a model, the same on the way forward and back.
///
///     output[r, c] = input[r, c] / (1 - share) where a hash of (row's key, tensor, c) allows, else 0
///
/// (Srivastava et al., "Dropout", 2014, scaled while training.) It depends on nothing else, so not on
/// threads nor on which rows stand beside each other.
package struct Dropout: Hashable, Sendable {
  /// The share that falls out, 0 to below 1.
  private let share: Double
  /// Which place of the model.
  private let tensor: Int

  /// - Precondition: `share` is at least 0 and below 1.
  package init(share: Double, tensor: Int) {
    precondition(share >= 0 && share < 1, "dropout: share is \(share); expected 0 to below 1")
    self.share = share
    self.tensor = tensor
  }

  private var parameters: si_dropout {
    si_dropout(
      tensor: UInt64(bitPattern: Int64(tensor)), threshold: UInt32(share * 0x1p32),
      factor: Float(1 / (1 - share)))
  }

  /// Copies rows of operands without what falls out.
  /// - Parameters:
  ///   - keys: One for each row.
  ///   - output: As many bytes as the operands.
  package func copyKept(
    _ operand: RawSpan, rows keys: [UInt64], as precision: Precision,
    into output: inout MutableRawSpan
  ) {
    precondition(
      !keys.isEmpty && operand.byteCount % (keys.count * precision.bytes) == 0
        && output.byteCount == operand.byteCount,
      "dropout: \(operand.byteCount) and \(output.byteCount) bytes; expected \(keys.count) rows")
    var parameters = parameters
    let columns = operand.byteCount / (keys.count * precision.bytes)
    unsafe operand.withUnsafeBytes { operand in
      unsafe output.withUnsafeMutableBytes { output in
        unsafe keys.withUnsafeBufferPointer { keys in
          unsafe si_copy_kept(
            operand.baseAddress, precision.isBF16, keys.baseAddress, Int64(keys.count),
            Int64(columns), &parameters, output.baseAddress)
        }
      }
    }
  }

  /// Adds rows without what falls out: the derivative by the input of `copyKept`.
  package func addKept(
    _ addend: Span<Float>, rows keys: [UInt64], to sums: inout MutableSpan<Float>
  ) {
    precondition(
      !keys.isEmpty && addend.count % keys.count == 0 && sums.count == addend.count,
      "dropout: \(addend.count) and \(sums.count) elements; expected \(keys.count) rows")
    var parameters = parameters
    let columns = addend.count / keys.count
    unsafe addend.withUnsafeBufferPointer { addend in
      unsafe sums.withUnsafeMutableBufferPointer { sums in
        unsafe keys.withUnsafeBufferPointer { keys in
          unsafe si_add_kept(
            sums.baseAddress, addend.baseAddress, keys.baseAddress, Int64(keys.count),
            Int64(columns), &parameters)
        }
      }
    }
  }
}
