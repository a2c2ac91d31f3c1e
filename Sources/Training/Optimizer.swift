import Kernels
import Transformer

/// AdamW over what is trained, with the norm of the gradient clipped.
///
/// Tensors are cut into pieces by their sizes alone, so the bits do not depend on threads.
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

  /// Numbers of one tensor that one thread works on at once.
  private struct Piece: Sendable {
    let range: Range<Int>
    let decays: Bool
  }

  package let configuration: Configuration
  /// Steps taken.
  package private(set) var steps = 0
  /// The running means of gradients and of their squares, in the table's order.
  let means: SharedBuffer<Float>
  let squares: SharedBuffer<Float>
  private let pieces: [Piece]

  package init(for table: TensorTable, _ configuration: Configuration = Configuration()) {
    self.configuration = configuration
    means = SharedBuffer(zeros: table.count)
    squares = SharedBuffer(zeros: table.count)
    let size = 1 << 18
    pieces = table.tensors.flatMap { tensor in
      stride(from: tensor.range.lowerBound, to: tensor.range.upperBound, by: size).map {
        Piece(range: $0..<min($0 + size, tensor.range.upperBound), decays: tensor.decays)
      }
    }
  }

  /// Goes on after so many steps, whose moments are there again.
  func resume(after steps: Int) {
    self.steps = steps
  }

  /// Moves the masters along their gradients.
  ///
  /// - Parameter norm: `gradientNorm(of:on:)`, by which they are clipped.
  package func step<State>(
    _ parameters: some TrainableParameters, rate: Double, norm: Double, on pool: WorkerPool<State>
  ) {
    steps += 1
    let step = adamW(rate: rate, norm: norm)
    let (means, squares, pieces) = (means, squares, pieces)
    let (masters, gradients) = (parameters.masters, parameters.gradients)
    let decay = configuration.weightDecay
    pool.run(pieces.count) { number, _ in
      let range = pieces[number].range
      var step = step
      step.decay = pieces[number].decays ? decay : 0
      var target = masters.mutableSpan(in: range)
      var first = means.mutableSpan(in: range)
      var second = squares.mutableSpan(in: range)
      step.apply(
        to: &target, means: &first, squares: &second,
        gradient: gradients.span.extracting(range))
    }
  }

  /// The norm of all gradients together, summed piece by piece.
  package func gradientNorm<State>(
    of parameters: some TrainableParameters, on pool: WorkerPool<State>
  ) -> Double {
    let (gradients, pieces) = (parameters.gradients, pieces)
    let sums = SharedBuffer<Double>(zeros: pieces.count)
    pool.run(pieces.count) { number, _ in
      var sum = sums.mutableSpan(in: number..<number + 1)
      sum[0] = sumOfSquares(gradients.span.extracting(pieces[number].range))
    }
    let found = sums.span
    return found.indices.reduce(0) { $0 + found[$1] }.squareRoot()
  }

  private func adamW(rate: Double, norm: Double) -> AdamWStep {
    var step = AdamWStep(steps, rate: rate)
    (step.beta1, step.beta2, step.epsilon) = (
      configuration.beta1, configuration.beta2, configuration.epsilon
    )
    if configuration.maximumNorm > 0, norm > configuration.maximumNorm {
      step.gradientScale = configuration.maximumNorm / norm
    }
    return step
  }
}
