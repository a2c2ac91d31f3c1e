import Kernels
import Transformer

/// A tile and the sequences behind its runs.
struct TileWork: Sendable {
  let tile: Tile
  let works: [any SequenceWork]
}

/// What one worker keeps between tiles.
final class WorkerState {
  private var workspace: Workspace?
  /// Of the tiles it goes through alone.
  private let activations: Activations
  private let configuration: DecoderConfiguration
  private let precision: Precision

  init(configuration: DecoderConfiguration, precision: Precision) {
    self.configuration = configuration
    self.precision = precision
    activations = Activations(for: configuration, precision: precision)
    workspace = nil
  }

  /// Runs a tile, or a team's share of it, and hands its logits to the sequences; gives back what
  /// went wrong.
  func run(
    _ work: TileWork, _ decoder: Decoder, _ store: KeyValueStore,
    with shared: Activations? = nil, in team: Team? = nil
  ) -> KernelError? {
    do {
      var workspace = try takeWorkspace()
      let failure = forward(
        work, decoder, store, shared ?? activations, in: &workspace, as: TeamMember(of: team))
      self.workspace = consume workspace
      return failure
    } catch {
      return error
    }
  }

  private func forward(
    _ work: TileWork, _ decoder: Decoder, _ store: KeyValueStore, _ activations: Activations,
    in workspace: inout Workspace, as member: consuming TeamMember
  ) -> KernelError? {
    do {
      try decoder.forward(
        work.tile, store: store, activations: activations, in: &workspace, as: &member
      ) { run, offset, logits in
        work.works[run].receive(&logits, after: work.tile.runs[run].start + offset)
      }
      return nil
    } catch {
      return error
    }
  }

  private func takeWorkspace() throws(KernelError) -> Workspace {
    if let kept = workspace.take() { return kept }
    return try Workspace(for: configuration, precision: precision)
  }
}
