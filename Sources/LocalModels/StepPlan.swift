import Transformer

/// The tiles of one step: every sequence's next tokens, spread evenly over the workers.
///
/// How rows are spread changes speed, never results.
struct StepPlan {
  /// Rows of one sequence's prompt that one step reads at most: enough to fill a tile's products,
  /// few enough that two workers share a step fairly.
  static let promptRows = 128

  /// What a sequence has to read.
  struct Pending {
    /// The sequence's place among the active ones.
    var index: Int
    /// Tokens not yet read.
    var count: Int
  }

  /// One sequence's share of a tile.
  struct Share: Hashable {
    var index: Int
    var count: Int
  }

  /// Rows that all workers go through together at most: fewer are bound by reading the weights,
  /// which a tile a worker would do once each.
  static let sharedRows = 16

  /// At most as many as workers.
  private(set) var tiles: [[Share]]
  /// Whether there is one tile, whose layers workers should go through together.
  private(set) var isShared = false

  /// - Parameters:
  ///   - pending: Sequences in order of admission; those with one token go first.
  ///   - workers: Threads that will run the tiles.
  init(_ pending: [Pending], workers: Int) {
    let shares = Self.shares(pending, budget: workers * Tile.maxRows)
    let rows = shares.reduce(0) { $0 + $1.count }
    if workers > 1 && (rows <= Self.sharedRows || shares.count < workers) && rows <= Tile.maxRows {
      tiles = [shares]
      isShared = true
      return
    }
    let tileCount = max(min(workers, shares.count), (rows + Tile.maxRows - 1) / Tile.maxRows)
    var tiles = [[Share]](repeating: [], count: tileCount)
    var sizes = [Int](repeating: 0, count: tileCount)
    for share in shares {
      let emptiest = sizes.indices.min { sizes[$0] < sizes[$1] } ?? 0
      guard sizes[emptiest] + share.count <= Tile.maxRows else { continue }
      tiles[emptiest].append(share)
      sizes[emptiest] += share.count
    }
    self.tiles = tiles.filter { !$0.isEmpty }
  }

  /// Generating sequences first, then prompts in order of admission while the budget lasts; the
  /// largest first, so that tiles come out even. Neighbours in order of admission stay neighbours:
  /// they are likely to share pages.
  private static func shares(_ pending: [Pending], budget: Int) -> [Share] {
    var left = budget
    var shares: [Share] = []
    for next in pending.filter({ $0.count == 1 }) + pending.filter({ $0.count > 1 }) {
      let count = min(next.count, promptRows, left)
      guard count > 0 else { break }
      shares.append(Share(index: next.index, count: count))
      left -= count
    }
    return shares.enumerated().sorted {
      ($1.element.count, $0.offset) < ($0.element.count, $1.offset)
    }
    .map(\.element)
  }
}
