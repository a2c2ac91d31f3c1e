import CKernels

/// Logits that the block functions take together.
package let samplingBlock = Int(SI_SAMPLING_BLOCK)

/// How many blocks a row of logits has.
package func samplingBlocks(of count: Int) -> Int {
  (count + samplingBlock - 1) / samplingBlock
}

/// The maximum of each block of logits; every NaN among them is made minus infinity first, so that
/// nothing after this meets one.
///
///     maxima[b] = max(logits[64 b], ..., logits[64 b + 63])
///
/// - Parameters:
///   - logits: `[vocabulary]`.
///   - maxima: `[samplingBlocks(of: vocabulary)]`.
/// - Complexity: O(vocabulary).
package func blockMaxima(
  of logits: inout MutableSpan<Float>, into maxima: inout MutableSpan<Float>
) {
  precondition(
    maxima.count == samplingBlocks(of: logits.count),
    "blockMaxima: maxima has \(maxima.count) elements; expected "
      + "\(samplingBlocks(of: logits.count))")
  let count = Int64(logits.count)
  unsafe logits.withUnsafeMutableBufferPointer { logits in
    unsafe maxima.withUnsafeMutableBufferPointer { maxima in
      guard let row = logits.baseAddress, let output = maxima.baseAddress else { return }
      unsafe si_block_maxima(row, count, output)
    }
  }
}

/// The sum of each block's unnormalized probabilities.
///
///     sums[b] = sum_{i in block b} exp(scale * (logits[i] - maximum))
///
/// - Parameters:
///   - logits: `[vocabulary]`, no NaN.
///   - maximum: Finite, and at least every logit.
///   - scale: One over the temperature; finite and above 0.
///   - sums: `[samplingBlocks(of: vocabulary)]`.
/// - Complexity: O(vocabulary).
/// - Note: Within 1e-6 of a Double reference, relative to the block's sum.
package func blockWeights(
  of logits: Span<Float>, maximum: Float, scale: Float, into sums: inout MutableSpan<Float>
) {
  precondition(
    sums.count == samplingBlocks(of: logits.count),
    "blockWeights: sums has \(sums.count) elements; expected \(samplingBlocks(of: logits.count))")
  precondition(
    maximum.isFinite && scale.isFinite && scale > 0,
    "blockWeights: maximum is \(maximum) and scale \(scale); expected finite ones")
  unsafe logits.withUnsafeBufferPointer { logits in
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      guard let row = logits.baseAddress, let output = sums.baseAddress else { return }
      unsafe si_block_weights(row, Int64(logits.count), maximum, scale, output)
    }
  }
}
