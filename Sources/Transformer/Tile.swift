/// Tokens that go through the decoder together on one worker: rows of several sequences, ragged.
///
/// Which rows share a tile changes speed, never results.
package struct Tile: Sendable {
  /// Rows of one sequence, at consecutive positions.
  package struct Run: Sendable {
    /// The tokens to add.
    package var tokens: [Int32]
    /// The position of the first of them.
    package var start: Int
    /// The sequence's pages, enough for `start + tokens.count` positions.
    package var pages: [Int32]
    /// The offsets in `tokens` after which logits are wanted, ascending.
    package var wanted: Range<Int>

    package init(tokens: [Int32], start: Int, pages: [Int32], wanted: Range<Int>) {
      self.tokens = tokens
      self.start = start
      self.pages = pages
      self.wanted = wanted
    }
  }

  /// Rows a tile may hold at most.
  package static let maxRows = 256

  package var runs: [Run]

  package init(runs: [Run] = []) {
    self.runs = runs
  }

  /// Rows in all.
  package var rows: Int { runs.reduce(0) { $0 + $1.tokens.count } }
}
