import Kernels
import Synchronization
import TensorFiles

/// Low-rank updates of a decoder's matrices, which are trained in their place (Hu et al., "LoRA",
/// 2022, equation 3).
///
///     output = W x + scale B A drop(x),   A [rank, inputs],   B [outputs, rank]
///
/// An adapter is an argument of a pass: without it the same weights are the model it began with. It
/// begins as zeros; with B zero it changes nothing.
package final class LowRankAdapter: TrainableParameters {
  /// The updates of one product's matrices. Their A stand one above the other, so they are one
  /// product; their B are blocks along a diagonal, so they are one, too.
  struct Update: Sendable {
    /// One matrix.
    struct Part: Sendable {
      /// Its outputs among the product's.
      let outputs: Range<Int>
      /// Its B among the masters.
      let up: Range<Int>
    }

    let parts: [Part]
    /// All A among the masters.
    let down: Range<Int>
    /// Ranks of all parts together.
    let width: Int
    let inputs, outputs: Int
    /// By A and back; by B and back.
    let downProduct, downAcross: Product
    let upProduct, upAcross: Product
  }

  /// What is updated, and how.
  package let configuration: LowRankConfiguration
  package let table: TensorTable
  package let masters: SharedBuffer<Float>
  package let gradients: SharedBuffer<Float>
  /// Of each layer, by its products; nil where nothing is updated.
  let updates: [[Update?]]
  /// The largest width of an update, and the most outputs and inputs.
  let widest, mostOutputs, mostInputs: Int

  /// All zeros, under PEFT's names.
  /// - Throws: `KernelError` when memory is missing.
  package init(
    _ configuration: LowRankConfiguration, for shape: DecoderConfiguration, precision: Precision
  ) throws(KernelError) {
    var table = TensorTable()
    var places: [[Place]] = []
    for layer in 0..<shape.layers {
      places.append(
        LayerProduct.allCases.map { Place($0, layer, configuration, shape, &table) })
    }
    let masters = SharedBuffer<Float>(zeros: table.count)
    self.configuration = configuration
    self.table = table
    self.masters = masters
    gradients = SharedBuffer(zeros: table.count)
    var updates: [[Update?]] = []
    for layer in places {
      var row: [Update?] = []
      for place in layer { row.append(try place.update(masters, precision)) }
      updates.append(row)
    }
    self.updates = updates
    let all = updates.flatMap { $0 }.compactMap { $0 }
    widest = all.map(\.width).max() ?? 0
    mostOutputs = all.map(\.outputs).max() ?? 0
    mostInputs = all.map(\.inputs).max() ?? 0
  }

  /// The places of all A, with their columns: what is drawn at random when training begins.
  package var downTensors: [TensorTable.Tensor] {
    let places = updates.flatMap { $0 }.compactMap { $0?.down }
    return table.tensors.filter { tensor in
      places.contains { $0.contains(tensor.range.lowerBound) }
    }
  }

  func update(_ product: LayerProduct, ofLayer number: Int) -> Update? {
    updates[number][product.rawValue]
  }

  /// The width of a product's update; 0 where there is none. The same in all layers.
  func width(of product: LayerProduct) -> Int { updates.first?[product.rawValue]?.width ?? 0 }

  package func refresh<State>(on pool: WorkerPool<State>) throws(KernelError) {
    let (masters, all) = (masters, updates.flatMap { $0 }.compactMap { $0 })
    let failure = Mutex<KernelError?>(nil)
    pool.run(all.count) { piece, _ in
      do throws(KernelError) {
        try all[piece].refresh(masters)
      } catch {
        failure.withLock { $0 = error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }
}

/// Where the matrices of one product's update stand, before there are products.
private struct Place {
  let parts: [LowRankAdapter.Update.Part]
  let down: Range<Int>
  let rank, inputs, outputs: Int

  init(
    _ product: LayerProduct, _ layer: Int, _ configuration: LowRankConfiguration,
    _ shape: DecoderConfiguration, _ table: inout TensorTable
  ) {
    let wanted = Set(configuration.targets.map(\.part))
    let targets = product.parts.filter(wanted.contains)
    rank = configuration.rank
    inputs = shape.inputs(of: product)
    let start = table.count
    for part in targets {
      table.append(
        AdapterDirectory.name(ofUpdate: HuggingFaceNames.layer(layer, part), isDown: true),
        [rank, inputs])
    }
    down = start..<table.count
    var parts: [LowRankAdapter.Update.Part] = []
    var outputs = 0
    for part in product.parts {
      let end = outputs + shape.outputs(of: part)
      if wanted.contains(part) {
        let up = table.append(
          AdapterDirectory.name(ofUpdate: HuggingFaceNames.layer(layer, part), isDown: false),
          [end - outputs, rank])
        parts.append(.init(outputs: outputs..<end, up: up))
      }
      outputs = end
    }
    self.parts = parts
    self.outputs = outputs
  }

  func update(
    _ masters: SharedBuffer<Float>, _ precision: Precision
  ) throws(KernelError) -> LowRankAdapter.Update? {
    guard !parts.isEmpty else { return nil }
    let width = parts.count * rank
    func product(
      _ outputs: Int, _ inputs: Int, isAcross: Bool
    ) throws(KernelError) -> Product {
      let zeros = [Float](repeating: 0, count: outputs * inputs)
      return try Product(
        weights: zeros.span, outputs: outputs, inputs: inputs, isAcross: isAcross,
        precision: precision)
    }
    return LowRankAdapter.Update(
      parts: parts, down: down, width: width, inputs: inputs, outputs: outputs,
      downProduct: try product(width, inputs, isAcross: false),
      downAcross: try product(inputs, width, isAcross: true),
      upProduct: try product(outputs, width, isAcross: false),
      upAcross: try product(width, outputs, isAcross: true))
  }
}

extension LowRankAdapter.Update {
  private var rank: Int { width / parts.count }

  /// Packs A and the blocks of B again.
  fileprivate func refresh(_ masters: SharedBuffer<Float>) throws(KernelError) {
    try downProduct.repack(masters.span.extracting(down))
    try downAcross.repack(masters.span.extracting(down))
    var blocks = [Float](repeating: 0, count: outputs * width)
    for (number, part) in parts.enumerated() {
      let numbers = masters.span.extracting(part.up)
      for (row, output) in part.outputs.enumerated() {
        for column in 0..<rank {
          blocks[output * width + number * rank + column] = numbers[row * rank + column]
        }
      }
    }
    try upProduct.repack(blocks.span)
    try upAcross.repack(blocks.span)
  }

  /// Adds the diagonal's blocks of a gradient to those of B.
  func addBlocks(of gradient: SharedBuffer<Float>, to gradients: SharedBuffer<Float>) {
    let blocks = gradient.span
    for (number, part) in parts.enumerated() {
      var target = gradients.mutableSpan(in: part.up)
      for (row, output) in part.outputs.enumerated() {
        for column in 0..<rank {
          target[row * rank + column] += blocks[output * width + number * rank + column]
        }
      }
    }
  }
}
