import CKernels

// Kernels over rows of activations. An `operand` is the raw bytes of a product's input, bf16 or
// f32 as its precision says.

/// Normalizes each row to unit root mean square, then scales every channel.
///
///     output[t, c] = weight[c] * input[t, c] / sqrt(mean_c(input[t, c]^2) + epsilon)
///
/// - Parameters:
///   - input: `[time, channels]`.
///   - weight: `[channels]`.
///   - epsilon: Added to the mean square; the model file's value, so there is no default.
///   - operand: `[time, channels]` in `precision`, or longer.
/// - Precondition: `input.count` is a multiple of `weight.count`.
/// - Complexity: O(time * channels).
/// - Note: Sums in sixteen f32 lanes; within 4 ulp of a Double reference up to 8192 channels.
package func rmsNormalize(
  _ input: Span<Float>, weight: Span<Float>, epsilon: Float,
  into operand: inout MutableRawSpan, as precision: Precision
) {
  let channels = weight.count
  precondition(
    channels > 0 && input.count % channels == 0,
    "rmsNormalize: input has \(input.count) elements; expected a multiple of \(channels)")
  precondition(
    operand.byteCount >= input.count * precision.bytes,
    "rmsNormalize: operand has \(operand.byteCount) bytes; expected \(input.count) elements")
  unsafe input.withUnsafeBufferPointer { input in
    unsafe weight.withUnsafeBufferPointer { weight in
      unsafe operand.withUnsafeMutableBytes { operand in
        unsafe si_rms_normalize(
          input.baseAddress, weight.baseAddress, epsilon, Int64(input.count / channels),
          Int64(channels), operand.baseAddress, precision.isBF16)
      }
    }
  }
}

/// The gated unit of the feed-forward block.
///
///     output[t, c] = silu(input[t, c]) * input[t, hidden + c],   silu(x) = x / (1 + exp(-x))
///
/// - Parameters:
///   - input: `[time, 2 * hidden]`, gates before ups.
///   - operand: `[time, hidden]` in `precision`, or longer.
/// - Complexity: O(time * hidden).
package func gate(
  _ input: Span<Float>, hidden: Int, into operand: inout MutableRawSpan, as precision: Precision
) {
  precondition(
    hidden > 0 && input.count % (2 * hidden) == 0,
    "gate: input has \(input.count) elements; expected a multiple of 2 x \(hidden)")
  precondition(
    operand.byteCount >= input.count / 2 * precision.bytes,
    "gate: operand has \(operand.byteCount) bytes; expected \(input.count / 2) elements")
  unsafe input.withUnsafeBufferPointer { input in
    unsafe operand.withUnsafeMutableBytes { operand in
      unsafe si_gate(
        input.baseAddress, Int64(input.count / (2 * hidden)), Int64(hidden), operand.baseAddress,
        precision.isBF16)
    }
  }
}

/// Adds `addend` to `accumulator`, element by element.
package func add(_ addend: Span<Float>, to accumulator: inout MutableSpan<Float>) {
  precondition(
    addend.count == accumulator.count,
    "add: addend has \(addend.count) elements; accumulator has \(accumulator.count)")
  unsafe addend.withUnsafeBufferPointer { addend in
    unsafe accumulator.withUnsafeMutableBufferPointer { accumulator in
      unsafe si_add(accumulator.baseAddress, addend.baseAddress, Int64(addend.count))
    }
  }
}

/// Reads operands as f32; exact.
package func widen(
  _ operand: RawSpan, as precision: Precision, into output: inout MutableSpan<Float>
) {
  precondition(
    operand.byteCount == output.count * precision.bytes,
    "widen: operand has \(operand.byteCount) bytes; expected \(output.count) elements")
  unsafe operand.withUnsafeBytes { operand in
    unsafe output.withUnsafeMutableBufferPointer { output in
      unsafe si_widen(
        operand.baseAddress, precision.isBF16, Int64(output.count), output.baseAddress)
    }
  }
}

/// Rounds to operands, to nearest even.
/// - Parameter factor: What numbers are multiplied by before.
package func narrow(
  _ input: Span<Float>, times factor: Float = 1, as precision: Precision,
  into operand: inout MutableRawSpan
) {
  precondition(
    operand.byteCount >= input.count * precision.bytes,
    "narrow: operand has \(operand.byteCount) bytes; expected \(input.count) elements")
  unsafe input.withUnsafeBufferPointer { input in
    unsafe operand.withUnsafeMutableBytes { operand in
      unsafe si_narrow(
        input.baseAddress, factor, Int64(input.count), operand.baseAddress, precision.isBF16)
    }
  }
}

/// Turns each head by its position's angles (rotary embedding, halves paired as Hugging Face does).
///
///     (x[i], x[i + size/2]) := (x[i] cos_i - x[i + size/2] sin_i, x[i + size/2] cos_i + x[i] sin_i)
///
/// - Parameters:
///   - heads: `[heads, headSize]` of one position.
///   - cosines: `[headSize / 2]`; `sines` alike.
/// - Complexity: O(heads * headSize).
package func rotate(
  _ heads: inout MutableSpan<Float>, cosines: Span<Float>, sines: Span<Float>
) {
  let headSize = 2 * cosines.count
  precondition(
    cosines.count == sines.count && headSize > 0 && heads.count % headSize == 0,
    "rotate: heads have \(heads.count) elements; expected a multiple of 2 x \(cosines.count)")
  unsafe heads.withUnsafeMutableBufferPointer { heads in
    unsafe cosines.withUnsafeBufferPointer { cosines in
      unsafe sines.withUnsafeBufferPointer { sines in
        unsafe si_rotate(
          heads.baseAddress, Int64(heads.count / headSize), Int64(headSize), cosines.baseAddress,
          sines.baseAddress)
      }
    }
  }
}

/// The normalizer of a row of logits and where its maximum first stands.
///
///     logSum = log(sum_i exp(logits[i]))
///
/// - Note: Sums blocks of 1,024 in f32 and the blocks in Double; within 1e-6 of a Double reference.
package func logSumExp(_ logits: Span<Float>) -> (logSum: Double, indexOfMaximum: Int) {
  precondition(logits.count > 0, "logSumExp: logits are empty; expected at least 1")
  var index: Int64 = 0
  let logSum = unsafe logits.withUnsafeBufferPointer { logits in
    unsafe si_log_sum_exp(logits.baseAddress, Int64(logits.count), &index)
  }
  return (logSum, Int(index))
}
