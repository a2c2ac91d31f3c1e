import CKernels

// The derivatives of the kernels over rows, and of the loss, and the optimizer's step.

/// The derivative of `rmsNormalize`, given that by its output.
///
///     s = 1 / sqrt(mean_c(x[t, c]^2) + epsilon)
///     dx[t, c] += s w[c] dy[t, c] - x[t, c] s^3 / channels * sum_k w[k] dy[t, k] x[t, k]
///     dw[c] += sum_t dy[t, c] x[t, c] s
///
/// - Parameters:
///   - input: `[time, channels]`, as it went in.
///   - weight: `[channels]`.
///   - gradient: `[time, channels]`, by the output.
///   - inputGradient: `[time, channels]`; added to.
///   - weightGradient: `[channels]`; added to, row by row.
/// - Complexity: O(time * channels).
package func rmsNormalizeBackward(
  _ input: Span<Float>, weight: Span<Float>, epsilon: Float, gradient: Span<Float>,
  into inputGradient: inout MutableSpan<Float>, weightGradient: inout MutableSpan<Float>
) {
  let channels = weight.count
  precondition(
    channels > 0 && input.count % channels == 0 && gradient.count == input.count
      && inputGradient.count == input.count && weightGradient.count == channels,
    "rmsNormalizeBackward: \(input.count), \(gradient.count), \(inputGradient.count) and "
      + "\(weightGradient.count) elements; expected rows of \(channels)")
  unsafe input.withUnsafeBufferPointer { input in
    unsafe weight.withUnsafeBufferPointer { weight in
      unsafe gradient.withUnsafeBufferPointer { gradient in
        unsafe inputGradient.withUnsafeMutableBufferPointer { inputGradient in
          unsafe weightGradient.withUnsafeMutableBufferPointer { weightGradient in
            unsafe si_rms_backward(
              input.baseAddress, weight.baseAddress, epsilon, gradient.baseAddress,
              Int64(input.count / channels), Int64(channels), inputGradient.baseAddress,
              weightGradient.baseAddress)
          }
        }
      }
    }
  }
}

/// The derivative of `gate` by its input, given that by its output.
///
///     s = 1 / (1 + exp(-g)),   dg = dy u (s + g s (1 - s)),   du = dy g s
///
/// - Parameters:
///   - input: `[time, 2 * hidden]`, gates before ups, as it went in.
///   - gradient: `[time, hidden]`, by the output.
///   - operand: `[time, 2 * hidden]` in `precision`, or longer.
/// - Complexity: O(time * hidden).
package func gateBackward(
  _ input: Span<Float>, hidden: Int, gradient: Span<Float>,
  into operand: inout MutableRawSpan, as precision: Precision
) {
  precondition(
    hidden > 0 && input.count % (2 * hidden) == 0 && gradient.count * 2 == input.count
      && operand.byteCount >= input.count * precision.bytes,
    "gateBackward: \(input.count) and \(gradient.count) elements and \(operand.byteCount) bytes; "
      + "expected rows of \(2 * hidden) and \(hidden)")
  unsafe input.withUnsafeBufferPointer { input in
    unsafe gradient.withUnsafeBufferPointer { gradient in
      unsafe operand.withUnsafeMutableBytes { operand in
        unsafe si_gate_backward(
          input.baseAddress, gradient.baseAddress, Int64(gradient.count / hidden), Int64(hidden),
          operand.baseAddress, precision.isBF16)
      }
    }
  }
}

/// The log-probability of a target, in nats; with a coefficient the logits become its derivative by
/// them, times that.
///
///     logits[i] := coefficient * ([i = target] - softmax(logits)[i])
///
/// - Precondition: `target` is one of the logits.
package func takeLogProbability(
  of target: Int, from logits: inout MutableSpan<Float>, coefficient: Float?
) -> Double {
  precondition(
    logits.indices.contains(target),
    "takeLogProbability: target is \(target); expected 0 ..< \(logits.count)")
  let (logSum, place) = logSumExp(logits.span)
  let logProbability = Double(logits[target]) - logSum
  guard let coefficient else { return logProbability }
  let maximum = logits[place]
  unsafe logits.withUnsafeMutableBufferPointer { logits in
    unsafe si_log_probability_backward(
      logits.baseAddress, Int64(logits.count), Int64(target), coefficient, maximum, logSum)
  }
  return logProbability
}

/// One step of AdamW (Loshchilov and Hutter, 2019, algorithm 2).
///
///     m := beta1 m + (1 - beta1) g,   v := beta2 v + (1 - beta2) g^2
///     w := w (1 - rate decay) - rate / c1 * m / (sqrt(v / c2) + epsilon),   c = 1 - beta^step
package struct AdamWStep: Sendable {
  /// The learning rate of this step.
  package var rate: Double
  package var beta1 = 0.9
  package var beta2 = 0.999
  package var epsilon = 1e-8
  /// The weight decay; 0 for norms.
  package var decay = 0.0
  /// What gradients are multiplied by first, as clipping asks.
  package var gradientScale = 1.0
  /// Which step it is, from 1.
  private let number: Int

  /// - Precondition: `number` is at least 1.
  package init(_ number: Int, rate: Double) {
    precondition(number > 0, "AdamW: step is \(number); expected at least 1")
    self.number = number
    self.rate = rate
  }

  /// Moves weights and the running means and mean squares of their gradients.
  package func apply(
    to weights: inout MutableSpan<Float>, means: inout MutableSpan<Float>,
    squares: inout MutableSpan<Float>, gradient: Span<Float>
  ) {
    precondition(
      weights.count == gradient.count && means.count == gradient.count
        && squares.count == gradient.count,
      "AdamW: \(weights.count), \(means.count), \(squares.count) and \(gradient.count) elements; "
        + "expected as many of each")
    var step = si_adamw_step(
      gradient_scale: Float(gradientScale), beta1: Float(beta1), rest1: Float(1 - beta1),
      beta2: Float(beta2), rest2: Float(1 - beta2), keep: Float(1 - rate * decay),
      rate: Float(rate / correction(beta1)),
      root_scale: Float(1 / correction(beta2).squareRoot()), epsilon: Float(epsilon))
    unsafe weights.withUnsafeMutableBufferPointer { weights in
      unsafe means.withUnsafeMutableBufferPointer { means in
        unsafe squares.withUnsafeMutableBufferPointer { squares in
          unsafe gradient.withUnsafeBufferPointer { gradient in
            unsafe si_adamw(
              weights.baseAddress, means.baseAddress, squares.baseAddress, gradient.baseAddress,
              Int64(gradient.count), &step)
          }
        }
      }
    }
  }

  /// What the running mean of a gradient has seen of its weight so far.
  private func correction(_ beta: Double) -> Double {
    1 - (0..<number).reduce(1) { power, _ in power * beta }
  }
}

/// The sum of the squares of numbers, blocks of 1,024 in f32 and the blocks in Double.
package func sumOfSquares(_ numbers: Span<Float>) -> Double {
  unsafe numbers.withUnsafeBufferPointer { numbers in
    unsafe si_sum_of_squares(numbers.baseAddress, Int64(numbers.count))
  }
}
