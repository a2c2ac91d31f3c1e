import Kernels

/// A llama-architecture decoder over a ragged tile of rows.
///
///     x = embedding[tokens]
///     x += output(attend(rotate(projection(norm(x)))))
///     x += down(silu(gate(norm(x))) * up(norm(x)))      for each layer
///     logits = output(norm(x))
///
/// The residual stream, norms and softmax are f32; products take operands in the weights' precision
/// and sum in f32. A row's bits depend on its sequence alone.
package final class Decoder: Sendable {
  package let weights: Weights
  private let rotary: RotaryTable
  private let attentionScale: Float

  package var configuration: DecoderConfiguration { weights.configuration }

  package init(weights: Weights) {
    let c = weights.configuration
    self.weights = weights
    rotary = RotaryTable(headSize: c.headSize, base: c.rotaryBase)
    attentionScale = 1 / Float(c.headSize).squareRoot()
  }

  /// Runs a tile, stores its keys and values, and hands over the wanted logits row by row.
  /// - Parameters:
  ///   - body: Called with the run's number, the offset in its tokens and `[vocabulary]` logits,
  ///     which it may change.
  /// - Precondition: The tile holds at most `Tile.maxRows` rows, and every run's earlier positions
  ///   are stored.
  /// - Throws: `KernelError` when a product fails.
  package func forward(
    _ tile: Tile, store: KeyValueStore, in workspace: inout Workspace,
    logits body: (_ run: Int, _ offset: Int, _ row: inout MutableSpan<Float>) -> Void
  ) throws(KernelError) {
    let rows = tile.rows
    precondition(rows <= Tile.maxRows, "forward: \(rows) rows; expected at most \(Tile.maxRows)")
    guard rows > 0 else { return }
    embed(tile, into: &workspace.stream)
    for (number, layer) in weights.layers.enumerated() {
      try attention(layer, number, tile, rows, store, in: &workspace)
      try feedForward(layer, rows, in: &workspace)
    }
    try readOut(tile, in: &workspace, body)
  }

  // MARK: Blocks

  private func embed(_ tile: Tile, into stream: inout Buffer<Float>) {
    let channels = configuration.channels
    var row = 0
    for run in tile.runs {
      for token in run.tokens {
        var target = stream.mutableSpan(in: row * channels..<(row + 1) * channels)
        weights.embedding.copyRow(token, into: &target)
        row += 1
      }
    }
  }

  private func attention(
    _ layer: Weights.Layer, _ number: Int, _ tile: Tile, _ rows: Int, _ store: KeyValueStore,
    in workspace: inout Workspace
  ) throws(KernelError) {
    normalize(workspace.stream, rows: 0..<rows, by: layer.attentionNorm, into: &workspace.operand)
    try multiply(
      layer.projection, workspace.operand, rows, into: &workspace.projection, workspace.context)
    rotateAndStore(tile, number, store, projection: &workspace.projection)
    attend(tile, number, store, projection: workspace.projection, into: &workspace.operand)
    try multiply(
      layer.attentionOutput, workspace.operand, rows, into: &workspace.update, workspace.context)
    addUpdate(workspace.update, rows, to: &workspace.stream)
  }

  private func feedForward(
    _ layer: Weights.Layer, _ rows: Int, in workspace: inout Workspace
  ) throws(KernelError) {
    normalize(
      workspace.stream, rows: 0..<rows, by: layer.feedForwardNorm, into: &workspace.operand)
    try multiply(
      layer.gateUp, workspace.operand, rows, into: &workspace.gateUp, workspace.context)
    applyGate(workspace.gateUp, rows, into: &workspace.operand)
    try multiply(
      layer.down, workspace.operand, rows, into: &workspace.update, workspace.context)
    addUpdate(workspace.update, rows, to: &workspace.stream)
  }

  /// Makes logits for the wanted rows, a few at a time so that the vocabulary stays affordable.
  private func readOut(
    _ tile: Tile, in workspace: inout Workspace,
    _ body: (Int, Int, inout MutableSpan<Float>) -> Void
  ) throws(KernelError) {
    let wanted = selectWanted(tile, from: workspace.stream, into: &workspace.selected)
    let vocabulary = configuration.vocabulary
    for first in stride(from: 0, to: wanted.count, by: Workspace.logitRows) {
      let chunk = first..<min(first + Workspace.logitRows, wanted.count)
      normalize(
        workspace.selected, rows: chunk, by: weights.finalNorm, into: &workspace.operand)
      try multiply(
        weights.output, workspace.operand, chunk.count, into: &workspace.logits,
        workspace.context)
      for row in 0..<chunk.count {
        var logits = workspace.logits.mutableSpan(in: row * vocabulary..<(row + 1) * vocabulary)
        body(wanted[first + row].run, wanted[first + row].offset, &logits)
      }
    }
  }

  // MARK: Parts
  //
  // Each takes the buffers it touches one by one: reading one field of the workspace while writing
  // another is then plain to the compiler.

  private func normalize(
    _ states: borrowing Buffer<Float>, rows: Range<Int>, by weight: [Float],
    into operand: inout Buffer<UInt8>
  ) {
    let channels = configuration.channels
    var bytes = operand.mutableBytes(in: 0..<operand.count)
    rmsNormalize(
      states.span.extracting(rows.lowerBound * channels..<rows.upperBound * channels),
      weight: weight.span, epsilon: configuration.epsilon, into: &bytes, as: weights.precision)
  }

  private func multiply(
    _ product: Product, _ operand: borrowing Buffer<UInt8>, _ rows: Int,
    into output: inout Buffer<Float>, _ context: ProductContext
  ) throws(KernelError) {
    var target = output.mutableSpan
    try product.multiply(
      operand.bytes(in: 0..<operand.count), rows: rows, into: &target, with: context)
  }

  private func applyGate(
    _ gateUp: borrowing Buffer<Float>, _ rows: Int, into operand: inout Buffer<UInt8>
  ) {
    var bytes = operand.mutableBytes(in: 0..<operand.count)
    gate(
      gateUp.span.extracting(0..<rows * 2 * configuration.hidden), hidden: configuration.hidden,
      into: &bytes, as: weights.precision)
  }

  private func addUpdate(
    _ update: borrowing Buffer<Float>, _ rows: Int, to stream: inout Buffer<Float>
  ) {
    let range = 0..<rows * configuration.channels
    var target = stream.mutableSpan(in: range)
    add(update.span.extracting(range), to: &target)
  }

  /// Turns queries and keys by their positions and stores keys and values in their pages.
  private func rotateAndStore(
    _ tile: Tile, _ layer: Int, _ store: KeyValueStore, projection: inout Buffer<Float>
  ) {
    let width = configuration.projectionWidth
    let keyWidth = configuration.keyHeads * configuration.headSize
    let turned = width - keyWidth  // queries and keys
    var row = 0
    for run in tile.runs {
      for offset in run.tokens.indices {
        let position = run.start + offset
        turn(&projection, row * width..<row * width + turned, at: position)
        let keys = row * width + turned - keyWidth..<row * width + turned
        let values = row * width + turned..<(row + 1) * width
        store.store(
          keys: projection.span.extracting(keys), values: projection.span.extracting(values),
          page: run.pages[position / KeyValueStore.pageSize],
          slot: position % KeyValueStore.pageSize, layer: layer)
        row += 1
      }
    }
  }

  private func turn(_ projection: inout Buffer<Float>, _ range: Range<Int>, at position: Int) {
    var heads = projection.mutableSpan(in: range)
    rotary.turn(&heads, at: position)
  }

  private func attend(
    _ tile: Tile, _ layer: Int, _ store: KeyValueStore, projection: borrowing Buffer<Float>,
    into operand: inout Buffer<UInt8>
  ) {
    let width = configuration.projectionWidth
    let queryWidth = configuration.heads * configuration.headSize
    let rowBytes = queryWidth * weights.precision.bytes
    var row = 0
    for run in tile.runs {
      for offset in run.tokens.indices {
        var bytes = operand.mutableBytes(in: row * rowBytes..<(row + 1) * rowBytes)
        store.attend(
          queries: projection.span.extracting(row * width..<row * width + queryWidth),
          heads: configuration.heads, pages: run.pages.span, length: run.start + offset + 1,
          layer: layer, scale: attentionScale, into: &bytes)
        row += 1
      }
    }
  }

  /// Copies the final states whose logits are wanted to the front of `selected`.
  private func selectWanted(
    _ tile: Tile, from stream: borrowing Buffer<Float>, into selected: inout Buffer<Float>
  ) -> [(run: Int, offset: Int)] {
    let channels = configuration.channels
    var wanted: [(run: Int, offset: Int)] = []
    var firstRow = 0
    for (number, run) in tile.runs.enumerated() {
      for offset in run.wanted {
        let from = (firstRow + offset) * channels
        let to = wanted.count * channels
        var target = selected.mutableSpan(in: to..<to + channels)
        for c in 0..<channels { target[c] = stream.span[from + c] }
        wanted.append((number, offset))
      }
      firstRow += run.tokens.count
    }
    return wanted
  }
}
