import Storage

/// Which rounds a ledger has and which seeds were shown in them, read without what they found: a tenth
/// of the time that all rows take.
package struct LedgerOutline: Sendable {
  /// Of rows about seeds, rounds and their ends alone.
  package private(set) var fold = LedgerFold()
  /// The instructions of all seeds that a model may have been shown.
  package private(set) var seeds: Set<String> = []

  /// - Throws: `StorageError` for a ledger that cannot be read; of one that is not there nothing is
  ///   known.
  package init(of corpus: CorpusDirectory) throws(StorageError) {
    guard corpus.hasLedger else { return }
    var reader = try LineReader(corpus.ledgerPath)
    while let line = try reader.next() {
      // A torn last line is no row.
      guard reader.endsInNewline, Self.marks.contains(where: line.bytes.contains) else { continue }
      let event = try LedgerEvent(line)
      switch event {
      case .run, .seeds, .close: fold.receive(event)
      case .round:
        fold.receive(event)
        if !isImported { seeds.formUnion((fold.seeds?.seeds ?? []).map(\.instruction)) }
      default: break
      }
    }
  }

  /// Whether the round was taken over from elsewhere, so that nobody was asked.
  private var isImported: Bool { fold.run?.model["name"]?.string == RunFile.modelName }

  /// How rows of these kinds say so.
  private static let marks = ["run", "seeds", "round", "close"].map {
    Array("\"kind\": \"\($0)\"".utf8)
  }
}
