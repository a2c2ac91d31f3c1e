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
  ///
  /// One thread runs it alone, or a team runs it together: each member calls this with the same
  /// tile and activations. The bits are the same.
  /// - Parameters:
  ///   - workspace: The calling thread's own.
  ///   - body: Called with the run's number, the offset in its tokens and `[vocabulary]` logits,
  ///     which it may change; for one run in order, for several by several members at once.
  /// - Precondition: The tile holds at most `Tile.maxRows` rows, and every run's earlier positions
  ///   are stored.
  /// - Throws: `KernelError` when a product fails.
  package func forward(
    _ tile: Tile, store: KeyValueStore, activations: Activations, in workspace: inout Workspace,
    as member: inout TeamMember,
    logits body: (_ run: Int, _ offset: Int, _ row: inout MutableSpan<Float>) -> Void
  ) throws(KernelError) {
    let rows = TileRows(tile, rotary: rotary)
    precondition(
      rows.count <= Tile.maxRows, "forward: \(rows.count) rows; expected at most \(Tile.maxRows)")
    guard rows.count > 0 else { return }
    let pass = ForwardPass(
      weights: weights, attentionScale: attentionScale, rows: rows, store: store,
      activations: activations)
    pass.embed(as: &member)
    for (number, layer) in weights.layers.enumerated() {
      try pass.attention(layer, number, in: &workspace, as: &member)
      try pass.feedForward(layer, in: &workspace, as: &member)
    }
    try pass.readOut(in: &workspace, as: &member, body)
  }
}
