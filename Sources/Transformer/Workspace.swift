import Kernels

/// What one thread needs to run products, and its operand of the next one.
package struct Workspace: ~Copyable {
  let context: ProductContext
  /// `[rows, max(channels, hidden)]` in the weights' precision.
  var operand: Buffer<UInt8>

  /// - Throws: `KernelError.noEngine`.
  package init(
    for configuration: DecoderConfiguration, precision: Precision
  ) throws(KernelError) {
    let widest = max(configuration.channels, configuration.hidden)
    context = try ProductContext()
    operand = Buffer(zeros: Product.paddedRows(Tile.maxRows) * widest * precision.bytes)
  }
}

/// The activations of one tile; the threads that go through it together share them.
package struct Activations: Sendable {
  /// Rows of logits made at once.
  static let logitRows = 32

  /// The residual stream, `[rows, channels]`.
  let stream: SharedBuffer<Float>
  /// Queries, keys and values, `[rows, projectionWidth]`.
  let projection: SharedBuffer<Float>
  /// What attention found, `[rows, heads * headSize]` in the weights' precision.
  let attended: SharedBuffer<UInt8>
  /// Gates and ups, `[rows, 2 * hidden]`.
  let gateUp: SharedBuffer<Float>
  /// What a block adds to the stream, `[rows, channels]`.
  let update: SharedBuffer<Float>
  /// `[logitRows, vocabulary]`.
  let logits: SharedBuffer<Float>

  package init(for configuration: DecoderConfiguration, precision: Precision) {
    let c = configuration
    let rows = Product.paddedRows(Tile.maxRows)
    stream = SharedBuffer(zeros: rows * c.channels)
    projection = SharedBuffer(zeros: rows * c.projectionWidth)
    attended = SharedBuffer(zeros: rows * c.heads * c.headSize * precision.bytes)
    gateUp = SharedBuffer(zeros: rows * 2 * c.hidden)
    update = SharedBuffer(zeros: rows * c.channels)
    logits = SharedBuffer(zeros: Product.paddedRows(Activations.logitRows) * c.vocabulary)
  }
}
