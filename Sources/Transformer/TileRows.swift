import Kernels

/// A tile's rows one by one.
struct TileRows {
  private(set) var tokens: [Int32] = []
  /// Of each row's position, `[row, headSize / 2]`; copied here because a reference to the table
  /// would be counted, by all threads, each time it is followed.
  private(set) var cosines: [Float] = []
  private(set) var sines: [Float] = []
  /// The rows of each run.
  private(set) var runs: [Range<Int>] = []
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
      for position in run.start..<run.start + run.tokens.count {
        rotary.append(position, cosines: &cosines, sines: &sines)
      }
      runs.append(first..<tokens.count)
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
