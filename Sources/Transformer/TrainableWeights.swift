import Kernels
import Synchronization
import TensorFiles

/// A decoder's weights while they are trained: f32 masters, their gradients, and what products read,
/// packed from the masters.
///
/// `refresh` packs anew between passes, when no thread reads.
package final class TrainableWeights: TrainableParameters {
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
  package let table: TensorTable
  package let masters: SharedBuffer<Float>
  /// None where the weights stay as they are.
  package let gradients: SharedBuffer<Float>
  let layers: [Layer]
  let output: Product
  let outputAcross: Product

  /// Reads all tensors.
  ///
  /// - Parameter isFrozen: Whether they stay as they are, and need no gradients.
  /// - Throws: `TensorFileError` for a missing tensor or a wrong shape, `KernelError` when memory
  ///   is missing.
  package init<Names: TensorNames>(
    from source: any TensorSource, named names: Names.Type,
    configuration: DecoderConfiguration, precision: Precision, isFrozen: Bool = false
  ) throws {
    let layout = ParameterLayout(of: configuration)
    let masters = try layout.numbers(
      from: source, named: names, configuration: configuration)
    self.configuration = configuration
    self.precision = precision
    self.layout = layout
    table = layout.table
    self.masters = masters
    gradients = SharedBuffer(zeros: isFrozen ? 0 : layout.count)
    let packer = Packer(masters: masters, configuration: configuration, precision: precision)
    (output, outputAcross) = try packer.output(layout.output)
    layers = try layout.layers.map(packer.layer)
  }

  /// Whether gradients are wanted.
  var isTrained: Bool { gradients.count > 0 }

  package func refresh<State>(on pool: WorkerPool<State>) throws(KernelError) {
    let (masters, products) = (masters, products)
    let failure = Mutex<KernelError?>(nil)
    pool.run(products.count) { piece, _ in
      let (product, range) = products[piece]
      do throws(KernelError) {
        try product.repack(masters.span.extracting(range))
      } catch {
        failure.withLock { $0 = error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// All products with what they read of the masters, the largest first.
  private var products: [(product: Product, range: Range<Int>)] {
    let ends = [(output, layout.output), (outputAcross, layout.output)]
    return ends
      + zip(layers, layout.layers).flatMap { layer, place in
        [
          (layer.gateUp, place.gateUp), (layer.gateUpAcross, place.gateUp),
          (layer.down, place.down), (layer.downAcross, place.down),
          (layer.projection, place.projection), (layer.projectionAcross, place.projection),
          (layer.attentionOutput, place.attentionOutput),
          (layer.attentionOutputAcross, place.attentionOutput),
        ]
      }
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
