import Kernels
import Transformer

/// A tile, the sequences behind its runs and the threads that meet there.
struct TileWork: Sendable {
  let tile: Tile
  let works: [any SequenceWork]
  let pass: ForwardPass
  /// Nil where there is one thread.
  let team: Team?
}

/// What one worker keeps between tiles.
final class WorkerState {
  private let number: Int
  private let configuration: DecoderConfiguration
  private let precision: Precision
  private var workspace: Workspace?

  /// - Parameter number: Says which of a step's tiles it begins with, so that its cache keeps them.
  init(number: Int, configuration: DecoderConfiguration, precision: Precision) {
    self.number = number
    self.configuration = configuration
    self.precision = precision
    workspace = nil
  }

  /// Goes to one tile after the other, to do what is left there, and hands logits to the sequences;
  /// gives back what went wrong.
  func run(_ tiles: [TileWork]) -> KernelError? {
    do {
      var workspace = try takeWorkspace()
      let failure = run(tiles, in: &workspace)
      self.workspace = consume workspace
      return failure
    } catch {
      return error
    }
  }

  private func run(_ tiles: [TileWork], in workspace: inout Workspace) -> KernelError? {
    do {
      for place in tiles.indices {
        let work = tiles[(number + place) % tiles.count]
        var member = TeamMember(of: work.team)
        try work.pass.run(in: &workspace, as: &member) { run, offset, logits in
          work.works[run].receive(&logits, after: work.tile.runs[run].start + offset)
        }
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
