import Kernels

/// What one thread needs to go through tiles of training rows.
package final class TrainingWorker {
  private let configuration: DecoderConfiguration
  private let precision: Precision
  private var space: TrainingSpace?

  private init(_ configuration: DecoderConfiguration, _ precision: Precision) {
    self.configuration = configuration
    self.precision = precision
    space = nil
  }

  /// Threads for training one kind of decoder.
  package static func pool(
    threads: Int, for configuration: DecoderConfiguration, precision: Precision
  ) -> WorkerPool<TrainingWorker> {
    WorkerPool(threads: threads) { _ in TrainingWorker(configuration, precision) }
  }

  /// Hands the thread's memory to a piece of work.
  /// - Throws: `KernelError.noEngine`, and what the work throws.
  func use(
    _ body: (inout TrainingSpace) throws(KernelError) -> Void
  ) throws(KernelError) {
    var space = try takeSpace()
    do throws(KernelError) {
      try body(&space)
    } catch {
      self.space = consume space
      throw error
    }
    self.space = consume space
  }

  private func takeSpace() throws(KernelError) -> TrainingSpace {
    if let kept = space.take() { return kept }
    return try TrainingSpace(configuration, precision)
  }
}

/// One thread's memory.
struct TrainingSpace: ~Copyable {
  let context: ProductContext
  /// A tile's operand of a product.
  var operand: Buffer<UInt8>
  /// A tile's rows of a product, `[tileRows, widest]`.
  let rows: SharedBuffer<Float>
  /// For attention over a document.
  var scratch = Buffer<Float>(zeros: 0)
  private var lowRank: LowRankSpace?

  init(_ c: DecoderConfiguration, _ precision: Precision) throws(KernelError) {
    context = try ProductContext()
    let widest = max(c.channels, c.hidden, c.heads * c.headSize)
    operand = Buffer(zeros: TrainingActivations.tileRows * widest * precision.bytes)
    rows = SharedBuffer(zeros: TrainingActivations.tileRows * widest)
  }

  /// Room for an adapter's share.
  mutating func lowRank(_ adapter: LowRankAdapter, _ precision: Precision) -> LowRankSpace {
    if let lowRank, lowRank.suits(adapter) { return lowRank }
    let made = LowRankSpace(adapter, precision)
    lowRank = made
    return made
  }

  /// Makes room for attention.
  mutating func reserve(_ count: Int) {
    if scratch.count < count { scratch = Buffer(zeros: count) }
  }
}

/// One thread's memory for an adapter's share of a tile.
struct LowRankSpace: Sendable {
  /// What is left of an operand after dropout.
  let dropped: SharedBuffer<UInt8>
  /// Between A and B, `[tileRows, width]`.
  let low: SharedBuffer<Float>
  /// What B makes, and what goes back through A.
  let outputs, inputs: SharedBuffer<Float>

  /// Whether there is room for an adapter; a pool may serve several.
  func suits(_ adapter: LowRankAdapter) -> Bool {
    let rows = TrainingActivations.tileRows
    return low.count >= rows * adapter.widest && outputs.count >= rows * adapter.mostOutputs
      && inputs.count >= rows * adapter.mostInputs
  }

  init(_ adapter: LowRankAdapter, _ precision: Precision) {
    let rows = TrainingActivations.tileRows
    dropped = SharedBuffer(zeros: rows * adapter.mostInputs * precision.bytes)
    low = SharedBuffer(zeros: rows * adapter.widest)
    outputs = SharedBuffer(zeros: rows * adapter.mostOutputs)
    inputs = SharedBuffer(zeros: rows * adapter.mostInputs)
  }
}
