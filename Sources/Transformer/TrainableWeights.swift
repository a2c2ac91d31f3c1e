import Kernels
import Synchronization
import TensorFiles

/// A decoder's weights while they are trained: f32 masters, their gradients, and what products read,
/// packed from the masters.
///
/// `@unchecked Sendable`: `refresh` packs anew between passes, when no thread reads; the compiler
/// cannot know that.
package final class TrainableWeights: @unchecked Sendable {
  /// What the products of one layer read, forward and (`across`) backward.
  struct Layer: Sendable {
    let projection, projectionAcross: Product
    let attentionOutput, attentionOutputAcross: Product
    let gateUp, gateUpAcross: Product
    let down, downAcross: Product
  }

  package let configuration: DecoderConfiguration
  package let precision: Precision
  package let layout: ParameterLayout
  /// In the layout's order.
  package let masters: SharedBuffer<Float>
  package let gradients: SharedBuffer<Float>
  private(set) var layers: [Layer] = []
  private(set) var output: Product
  private(set) var outputAcross: Product

  /// Reads all tensors.
  /// - Throws: `TensorFileError` for a missing tensor or a wrong shape, `KernelError` when memory
  ///   is missing.
  package init<Names: TensorNames>(
    from source: any TensorSource, named names: Names.Type,
    configuration: DecoderConfiguration, precision: Precision
  ) throws {
    let loader = WeightLoader<Names>(
      source: source, configuration: configuration, precision: precision)
    let layout = ParameterLayout(of: configuration)
    let masters = SharedBuffer<Float>(zeros: layout.count)
    func fill(_ range: Range<Int>, _ numbers: [Float]) {
      var target = masters.mutableSpan(in: range)
      for index in numbers.indices { target[index] = numbers[index] }
    }
    let shape = [configuration.vocabulary, configuration.channels]
    fill(layout.embedding, try source.floats(of: names.embedding, shape: shape))
    for (number, place) in layout.layers.enumerated() {
      let numbers = try loader.numbers(ofLayer: number)
      fill(place.attentionNorm, numbers.attentionNorm)
      fill(place.projection, numbers.projection)
      fill(place.attentionOutput, numbers.attentionOutput)
      fill(place.feedForwardNorm, numbers.feedForwardNorm)
      fill(place.gateUp, numbers.gateUp)
      fill(place.down, numbers.down)
    }
    fill(layout.finalNorm, try loader.vector(names.finalNorm))
    if !configuration.tiesOutput {
      fill(layout.output, try source.floats(of: names.output, shape: shape))
    }
    self.configuration = configuration
    self.precision = precision
    self.layout = layout
    self.masters = masters
    gradients = SharedBuffer(zeros: layout.count)
    let packer = Packer(masters: masters, configuration: configuration, precision: precision)
    (output, outputAcross) = try packer.output(layout.output)
    layers = try layout.layers.map(packer.layer)
  }

  /// Packs the masters again, after they were moved, on all threads of a pool.
  /// - Throws: `KernelError` when memory is missing; some products are then as they were.
  package func refresh<State>(on pool: WorkerPool<State>) throws(KernelError) {
    let packer = Packer(masters: masters, configuration: configuration, precision: precision)
    let layout = layout
    let found = Mutex<(layers: [Int: Layer], output: (Product, Product)?, error: KernelError?)>(
      ([:], nil, nil))
    pool.run(layout.layers.count + 1) { piece, _ in
      do throws(KernelError) {
        if piece == 0 {
          let pair = try packer.output(layout.output)
          found.withLock { $0.output = pair }
        } else {
          let layer = try packer.layer(layout.layers[piece - 1])
          found.withLock { $0.layers[piece - 1] = layer }
        }
      } catch {
        found.withLock { $0.error = error }
      }
    }
    try found.withLock { found throws(KernelError) in
      if let error = found.error { throw error }
      if let pair = found.output { (output, outputAcross) = pair }
      for (number, layer) in found.layers { layers[number] = layer }
    }
  }

  /// The numbers of a tensor.
  package func numbers(of tensor: ParameterLayout.Tensor) -> [Float] {
    Self.copy(masters, tensor.range)
  }

  /// The gradient of a tensor.
  package func gradient(of tensor: ParameterLayout.Tensor) -> [Float] {
    Self.copy(gradients, tensor.range)
  }

  /// Sets all gradients to zero.
  package func clearGradients() {
    let gradients = gradients
    var numbers = gradients.mutableSpan(in: 0..<gradients.count)
    for index in numbers.indices { numbers[index] = 0 }
  }

  private static func copy(_ buffer: SharedBuffer<Float>, _ range: Range<Int>) -> [Float] {
    let numbers = buffer.span.extracting(range)
    return numbers.indices.map { numbers[$0] }
  }
}

/// Packs masters for products.
private struct Packer: Sendable {
  let masters: SharedBuffer<Float>
  let configuration: DecoderConfiguration
  let precision: Precision

  func layer(_ place: ParameterLayout.Layer) throws(KernelError) -> TrainableWeights.Layer {
    let c = configuration
    let (projection, projectionAcross) = try pair(place.projection, c.projectionWidth, c.channels)
    let (output, outputAcross) = try pair(
      place.attentionOutput, c.channels, c.heads * c.headSize)
    let (gateUp, gateUpAcross) = try pair(place.gateUp, 2 * c.hidden, c.channels)
    let (down, downAcross) = try pair(place.down, c.channels, c.hidden)
    return TrainableWeights.Layer(
      projection: projection, projectionAcross: projectionAcross, attentionOutput: output,
      attentionOutputAcross: outputAcross, gateUp: gateUp, gateUpAcross: gateUpAcross,
      down: down, downAcross: downAcross)
  }

  func output(_ range: Range<Int>) throws(KernelError) -> (Product, Product) {
    try pair(range, configuration.vocabulary, configuration.channels)
  }

  private func pair(
    _ range: Range<Int>, _ outputs: Int, _ inputs: Int
  ) throws(KernelError) -> (Product, Product) {
    let numbers = masters.span.extracting(range)
    let forward = try Product(
      weights: numbers, outputs: outputs, inputs: inputs, precision: precision)
    let backward = try Product(
      weights: numbers, outputs: inputs, inputs: outputs, isAcross: true, precision: precision)
    return (forward, backward)
  }
}
