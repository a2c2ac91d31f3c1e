/// The pages and lengths of the rows of a tile, for `KeyValueStore.attend`.
package struct AttentionRows: Sendable {
  /// The pages of all runs, one run after the other.
  let pages: [Int32]
  /// Where each row's pages begin.
  private(set) var firstPages: [Int64] = []
  /// Positions each row attends to, its own among them.
  private(set) var lengths: [Int64] = []
  let highestPage: Int

  /// Consecutive positions of one sequence.
  package struct Run {
    /// The sequence's pages, in order of position.
    package var pages: [Int32]
    /// The position of the first row.
    package var start: Int
    /// Rows.
    package var count: Int

    package init(pages: [Int32], start: Int, count: Int) {
      self.pages = pages
      self.start = start
      self.count = count
    }
  }

  /// - Precondition: Every run has pages, none below 0, for all of its positions.
  package init(_ runs: [Run]) {
    var pages: [Int32] = []
    for run in runs {
      let needed = (run.start + run.count + KeyValueStore.pageSize - 1) / KeyValueStore.pageSize
      precondition(
        run.start >= 0 && run.pages.count >= needed,
        "attention: \(run.pages.count) pages; expected \(needed)")
      for row in 0..<run.count {
        firstPages.append(Int64(pages.count))
        lengths.append(Int64(run.start + row + 1))
      }
      pages += run.pages.prefix(needed)
    }
    precondition(pages.allSatisfy { $0 >= 0 }, "attention: a page is below 0; expected an index")
    self.pages = pages
    highestPage = Int(pages.max() ?? -1)
  }

  package var count: Int { lengths.count }

  /// Where a row's own position is stored.
  package func place(of row: Int) -> (page: Int32, slot: Int) {
    let position = Int(lengths[row]) - 1
    let page = pages[Int(firstPages[row]) + position / KeyValueStore.pageSize]
    return (page, position % KeyValueStore.pageSize)
  }
}
