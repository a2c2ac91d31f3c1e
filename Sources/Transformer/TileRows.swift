import Kernels

/// A tile's rows one by one.
struct TileRows {
  /// A run's rows in the tile.
  struct Run {
    var rows: Range<Int>
    var start: Int
    var pages: [Int32]
  }

  private(set) var tokens: [Int32] = []
  /// Of each row's position.
  private(set) var angles: [RotaryTable.Angles] = []
  private(set) var runs: [Run] = []
  /// Rows whose logits are wanted, with their run and the offset in its tokens.
  private(set) var wanted: [(row: Int, run: Int, offset: Int)] = []
  let attention: AttentionRows

  init(_ tile: Tile, rotary: RotaryTable) {
    attention = AttentionRows(
      tile.runs.map {
        AttentionRows.Run(pages: $0.pages, start: $0.start, count: $0.tokens.count)
      })
    for (number, run) in tile.runs.enumerated() {
      let first = tokens.count
      tokens += run.tokens
      angles += run.tokens.indices.map { rotary.angles(at: run.start + $0) }
      runs.append(Run(rows: first..<tokens.count, start: run.start, pages: run.pages))
      wanted += run.wanted.map { (first + $0, number, $0) }
    }
  }

  var count: Int { tokens.count }

  /// The parts of a range of `wanted` that belong to one run each.
  func runs(ofWanted range: Range<Int>) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    for index in range {
      if let last = parts.last, wanted[last.lowerBound].run == wanted[index].run {
        parts[parts.count - 1] = last.lowerBound..<index + 1
      } else {
        parts.append(index..<index + 1)
      }
    }
    return parts
  }
}
