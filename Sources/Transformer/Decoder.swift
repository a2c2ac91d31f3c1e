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
    rotary = RotaryTable(c)
    attentionScale = 1 / Float(c.headSize).squareRoot()
  }

  /// A tile's way through the layers, for one thread or several to go.
  /// - Parameters:
  ///   - activations: No other tile's until all have gone.
  ///   - sharesLayers: Whether all members of a team go through the layers together; else one of
  ///     them does, and the others only help with the logits.
  /// - Precondition: The tile holds at most `Tile.maxRows` rows, and every run's earlier positions
  ///   are stored.
  package func pass(
    through tile: Tile, store: KeyValueStore, activations: Activations, sharesLayers: Bool
  ) -> ForwardPass {
    let rows = TileRows(tile, rotary: rotary)
    precondition(
      rows.count <= Tile.maxRows, "forward: \(rows.count) rows; expected at most \(Tile.maxRows)")
    return ForwardPass(
      weights: weights, attentionScale: attentionScale, rows: rows, store: store,
      activations: activations, sharesLayers: sharesLayers)
  }
}
