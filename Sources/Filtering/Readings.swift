import TaskCorpus

/// The candidates of a ledger as their completions were read last.
struct Readings: Sendable {
  /// The candidates that count where a row stands.
  private struct Key: Hashable {
    var round: Int
    var stage: String
    var request: Int
  }

  /// In place of the candidates of a completion.
  private var replaced: [Key: [CandidateRow]] = [:]
  /// Of completions that had none, by round and wave.
  private var added: [[Int]: [CandidateRow]] = [:]
  /// Whose candidates came already.
  private var given: Set<Key> = []

  init(_ row: ReadingRow?) {
    for completion in row?.completions ?? [] {
      if let wave = completion.wave {
        added[[completion.round, wave], default: []] += completion.candidates
      } else {
        let key = Key(
          round: completion.round, stage: completion.stage, request: completion.request)
        replaced[key] = completion.candidates
      }
    }
  }

  /// What counts in place of a row; nil if it does itself.
  mutating func candidates(for row: CandidateRow) -> [CandidateRow]? {
    if replaced.isEmpty { return nil }
    let key = Key(round: row.round, stage: row.stage, request: row.request)
    guard let rows = replaced[key] else { return nil }
    return given.insert(key).inserted ? rows : []
  }

  /// What else came in a wave, known at its end.
  func candidates(in wave: WaveRow) -> [CandidateRow] {
    added[[wave.round, wave.wave]] ?? []
  }
}

extension [LedgerEvent] {
  /// All candidates, as their completions were read last.
  package func readCandidates(by reading: ReadingRow?) -> [CandidateRow] {
    var readings = Readings(reading)
    return flatMap { event -> [CandidateRow] in
      switch event {
      case .candidate(let row): readings.candidates(for: row) ?? [row]
      case .wave(let row): readings.candidates(in: row)
      default: []
      }
    }
  }
}
