import Kernels

/// The activations of one tile and what its worker needs to run products.
package struct Workspace: ~Copyable {
  /// Rows of logits made at once.
  static let logitRows = 32

  let context: ProductContext
  /// The residual stream, `[rows, channels]`.
  var stream: Buffer<Float>
  /// Operand of the next product, `[rows, max(channels, queries, hidden)]` in the precision.
  var operand: Buffer<UInt8>
  /// Queries, keys and values, `[rows, projectionWidth]`.
  var projection: Buffer<Float>
  /// Gates and ups, `[rows, 2 * hidden]`.
  var gateUp: Buffer<Float>
  /// What a block adds to the stream, `[rows, channels]`.
  var update: Buffer<Float>
  /// Final states whose logits are wanted, `[rows, channels]`.
  var selected: Buffer<Float>
  /// `[logitRows, vocabulary]`.
  var logits: Buffer<Float>

  /// - Throws: `KernelError.noEngine`.
  package init(
    for configuration: DecoderConfiguration, precision: Precision
  ) throws(KernelError) {
    let c = configuration
    let rows = Product.paddedRows(Tile.maxRows)
    let widest = max(c.channels, c.hidden, c.heads * c.headSize)
    context = try ProductContext()
    stream = Buffer(zeros: rows * c.channels)
    operand = Buffer(zeros: rows * widest * precision.bytes)
    projection = Buffer(zeros: rows * c.projectionWidth)
    gateUp = Buffer(zeros: rows * 2 * c.hidden)
    update = Buffer(zeros: rows * c.channels)
    selected = Buffer(zeros: rows * c.channels)
    logits = Buffer(zeros: Product.paddedRows(Workspace.logitRows) * c.vocabulary)
  }
}
