import Foundation
import Storage

/// A place in a ledger after a closed round, from which it is read on without what stands before.
package struct LedgerPlace: Codable, Equatable, Sendable {
  /// What stands before it.
  package var byteCount: Int
  package var lines: Int
  package var rows: Int
  package var candidates: Int
  /// A hash of the last bytes before it.
  package var hash: String
  /// The last rows of their kinds.
  package var run: RunRow
  package var seeds: SeedsRow
  package var evaluation: EvaluationRow?
  package var rules: RulesRow
  /// The last round.
  package var round: RoundRow
  package var lastWave: Int
  package var close: CloseRow
  /// Finished tasks that no round has taken.
  package var surplus: [String]
  /// Instructions for which something may still be found, those of the surplus included.
  package var open: [String]

  /// The end of a ledger.
  ///
  /// - Parameters:
  ///   - path: The ledger's.
  ///   - fold: What its rows say.
  /// - Returns: Nil while a round is open.
  /// - Throws: `StorageError` if the ledger cannot be read.
  package init?(
    endOf path: String, byteCount: Int, lines: Int, rows: Int, candidates: Int, _ fold: LedgerFold,
    open: [String]
  ) throws(StorageError) {
    guard let last = fold.rounds.last, let close = last.close, let run = fold.run,
      let seeds = fold.seeds, let rules = fold.rules
    else { return nil }
    self.byteCount = byteCount
    self.lines = lines
    self.rows = rows
    self.candidates = candidates
    hash = try Self.hash(of: path, before: byteCount) ?? ""
    self.run = run
    self.seeds = seeds
    evaluation = fold.evaluation
    self.rules = rules
    round = last.opening
    lastWave = last.lastWave
    self.close = close
    surplus = fold.surplus.sorted()
    self.open = open
  }

  /// Whether a ledger still has what stood before the place, as far as its last bytes tell; no place
  /// with absurd numbers fits any.
  package func fits(_ path: String) -> Bool {
    let counts = [
      byteCount, lines, rows, candidates, round.round, round.tasks, lastWave, close.tasks,
    ]
    guard counts.allSatisfy((0...CompletionRow.maximumCount).contains) else { return false }
    return (try? Self.hash(of: path, before: byteCount)) == hash
  }

  /// So many bytes are looked at: enough that no other ledger ends in the same.
  private static let hashedBytes = 1 << 16

  private static func hash(of path: String, before byteCount: Int) throws(StorageError) -> String? {
    let file = try OpenFile(path, for: .reading)
    guard byteCount >= 0, let size = file.byteCount, size >= byteCount else { return nil }
    let count = min(byteCount, hashedBytes)
    try file.seek(to: byteCount - count)
    return ContentHash.hex(of: try file.read(count))
  }
}

extension RunRow {
  /// Whether rounds are asked with the same, whatever number of tasks they take.
  package func asksLike(_ other: RunRow) -> Bool {
    func asked(_ row: RunRow) -> RunRow {
      var (asked, fields) = (row, row.configuration.object ?? [:])
      fields["tasks"] = nil
      asked.configuration = .object(fields)
      return asked
    }
    return asked(self) == asked(other)
  }
}
