import Kernels
import Transformer

/// AdamW over all weights of a decoder, with the norm of the gradient clipped.
package final class Optimizer {
  /// What does not change during a run.
  package struct Configuration: Codable, Hashable, Sendable {
    package var beta1 = 0.9
    package var beta2 = 0.999
    package var epsilon = 1e-8
    /// Of matrices; norms do not decay.
    package var weightDecay = 0.0
    /// The norm above which a gradient is scaled down; 0 for never.
    package var maximumNorm = 1.0

    package init() {}
  }

  package let configuration: Configuration
  /// Steps taken.
  package private(set) var steps = 0
  private let layout: ParameterLayout
  private let means: SharedBuffer<Float>
  private let squares: SharedBuffer<Float>

  package init(for layout: ParameterLayout, _ configuration: Configuration = Configuration()) {
    self.configuration = configuration
    self.layout = layout
    means = SharedBuffer(zeros: layout.count)
    squares = SharedBuffer(zeros: layout.count)
  }

  /// Moves the masters along their gradients.
  ///
  /// - Returns: The norm of the gradient before it was clipped.
  package func step(_ weights: TrainableWeights, rate: Double) -> Double {
    let norm = gradientNorm(of: weights)
    steps += 1
    var step = AdamWStep(steps, rate: rate)
    (step.beta1, step.beta2, step.epsilon) = (
      configuration.beta1, configuration.beta2, configuration.epsilon
    )
    if configuration.maximumNorm > 0, norm > configuration.maximumNorm {
      step.gradientScale = configuration.maximumNorm / norm
    }
    let (means, squares) = (means, squares)
    let (masters, gradients) = (weights.masters, weights.gradients)
    for tensor in layout.tensors {
      step.decay = tensor.decays ? configuration.weightDecay : 0
      var target = masters.mutableSpan(in: tensor.range)
      var first = means.mutableSpan(in: tensor.range)
      var second = squares.mutableSpan(in: tensor.range)
      step.apply(
        to: &target, means: &first, squares: &second,
        gradient: gradients.span.extracting(tensor.range))
    }
    return norm
  }

  /// Of all tensors together, summed tensor by tensor.
  private func gradientNorm(of weights: TrainableWeights) -> Double {
    let gradients = weights.gradients
    return layout.tensors.reduce(0) { sum, tensor in
      sum + sumOfSquares(gradients.span.extracting(tensor.range))
    }.squareRoot()
  }
}
