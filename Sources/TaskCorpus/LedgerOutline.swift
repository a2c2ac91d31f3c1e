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
      guard reader.endsInNewline, Self.isWanted(line.bytes) else { continue }
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

  /// Whether a line has one of the kinds that matter, anywhere: what it holds inside is of other kinds.
  ///
  /// By hand, as the library's search of one sequence in another takes a hundred times as long.
  private static func isWanted(_ bytes: [UInt8]) -> Bool {
    guard bytes.count > key.count else { return false }
    for start in 0..<bytes.count - key.count where bytes[start + 1] == key[1] {
      guard bytes[start..<start + key.count].elementsEqual(key) else { continue }
      let rest = bytes[(start + key.count)...]
      if kinds.contains(where: rest.starts(with:)) { return true }
    }
    return false
  }

  private static let key = Array("\"kind\": \"".utf8)
  private static let kinds = ["run\"", "seeds\"", "round\"", "close\""].map { Array($0.utf8) }
}
