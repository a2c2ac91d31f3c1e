import Storage

/// What the writer of a ledger guarantees about the order and the numbers of its rows, checked row
/// by row: nothing may be missing, doubled or elsewhere.
///
/// Decisions depend on the order of rows, so a ledger that was damaged or edited would give other
/// tasks without a word. Rows of unknown kinds may stand anywhere.
struct LedgerOrder {
  private var run: RunRow?
  private var seeds: SeedsRow?
  private var evaluation: EvaluationRow?
  private var rules: RulesRow?
  /// The round that is not closed.
  private var round: RoundRow?
  private var lastRound = 0
  private var lastWave = 0
  /// Rows since the last wave ended.
  private var completions = 0
  private var candidates = 0
  /// The next request of each stage of the round.
  private var nextRequest: [String: Int] = [:]
  /// The request of the round's last instruction.
  private var lastInstruction = -1
  /// Candidates before the place where reading began.
  private var earlierCandidates = 0
  /// Ids of all candidates since then, and those of instructions.
  private var ids: Set<String> = []
  private var instructions: Set<String> = []
  /// Ids of candidates that completions were read as later.
  private var readIDs: Set<String> = []
  /// Finished tasks that no round has taken.
  private var surplus: Set<String> = []

  /// - Parameter place: Where reading begins; ids before it are not known, so that one that comes
  ///   once more is only found where all is read.
  init(from place: LedgerPlace? = nil) {
    guard let place else { return }
    (run, seeds, evaluation, rules) = (place.run, place.seeds, place.evaluation, place.rules)
    lastRound = place.round.round
    earlierCandidates = place.candidates
    instructions = Set(place.open)
    surplus = Set(place.surplus)
  }

  /// Takes in the next row.
  ///
  /// - Throws: `StorageError.malformedLine` for a row that the writer would not have put here.
  mutating func receive(_ event: LedgerEvent, _ line: TextLine) throws(StorageError) {
    do throws(JSONProblem) {
      switch event {
      case .run(let row):
        try expectNoRound("run")
        run = row
      case .seeds(let row):
        try expectNoRound("seeds")
        seeds = row
      case .evaluation(let row):
        try expectNoRound("evaluation")
        try expect("candidates", row.candidates, earlierCandidates + ids.count)
        let stray = row.overlaps.keys.sorted().first { !ids.contains($0) && !readIDs.contains($0) }
        if let id = stray, earlierCandidates == 0 {
          throw self.stray(id, in: "overlaps", expected: "candidates before this row")
        }
        evaluation = row
      case .reading(let row): try receive(row)
      case .rules(let row):
        try expectNoRound("rules")
        rules = row
      case .round(let row): try receive(row)
      case .completion(let row): try receive(row)
      case .candidate(let row): try receive(row)
      case .wave(let row): try receive(row)
      case .close(let row): try receive(row)
      case .unknown: break
      }
    } catch {
      throw line.error(error.found, expected: error.expected)
    }
  }

  private mutating func receive(_ row: ReadingRow) throws(JSONProblem) {
    try expectNoRound("reading")
    var places: Set<[String]> = []
    readIDs = []
    for completion in row.completions {
      let place = ["\(completion.round)", completion.stage, "\(completion.request)"]
      try expect("round", completion.round, in: 1...max(1, lastRound))
      guard places.insert(place).inserted else {
        throw JSONProblem(
          found: "'completions' has \(place.joined(separator: " ")) once more",
          expected: "each completion once")
      }
      for candidate in completion.candidates {
        guard readIDs.insert(candidate.id).inserted else {
          throw stray(candidate.id, in: "completions", expected: "each candidate once")
        }
        let own = ["\(candidate.round)", candidate.stage, "\(candidate.request)"]
        guard own == place else {
          throw stray(candidate.id, in: "completions", expected: "candidates of each completion")
        }
        // What is asked about it stays, also where a later reading does not find it any more.
        if candidate.of == nil { instructions.insert(candidate.id) }
      }
    }
  }

  private mutating func receive(_ row: RoundRow) throws(JSONProblem) {
    try expectNoRound("round")
    try expect("round", row.round, lastRound + 1)
    try expect("tasks", row.tasks, in: 1...Int.max)
    guard let run else { throw missing("run", before: "round") }
    guard let seeds, seeds.hash == run.seeds else { throw missing("seeds", before: "round") }
    guard run.evaluation ?? "" == evaluation?.hash ?? "" else {
      throw missing("evaluation", before: "round")
    }
    guard let rules, rules.rules == run.configuration["rules"] else {
      throw missing("rules", before: "round")
    }
    guard run.configuration["tasks"]?.int == row.tasks else {
      let found = run.configuration["tasks"]?.shown ?? "missing"
      throw JSONProblem(found: "'tasks' is \(row.tasks)", expected: "\(found), as row 'run' says")
    }
    for id in row.taken where surplus.remove(id) == nil {
      throw stray(id, in: "taken", expected: "tasks of the surplus, each once")
    }
    round = row
    lastRound = row.round
    lastWave = 0
    nextRequest = [:]
    lastInstruction = -1
  }

  private mutating func receive(_ row: CompletionRow) throws(JSONProblem) {
    try expectPlace(round: row.round, wave: row.wave, "completion")
    guard candidates == 0 else {
      throw JSONProblem(
        found: "a completion stands after candidates of its wave", expected: "it before them")
    }
    // A round numbers the requests of a stage one by one, and a wave has them in that order.
    try expect("request", row.request, nextRequest[row.stage, default: 0])
    if let problem = row.problem { throw problem }
    nextRequest[row.stage, default: 0] += 1
    completions += 1
  }

  private mutating func receive(_ row: CandidateRow) throws(JSONProblem) {
    // An instruction that was scored first keeps the number of the wave that wrote it.
    try expectPlace(round: row.round, wave: lastWave + 1, "candidate")
    try expect("wave", row.wave, in: 1...lastWave + 1)
    try expect("request", row.request, in: 0...Int.max)
    guard ids.insert(row.id).inserted else {
      throw JSONProblem(found: "'id' is \(quoted(row.id)) once more", expected: "each id once")
    }
    if let owner = row.of {
      try expectInstruction(owner)
    } else {
      try expect("request", row.request, in: max(0, lastInstruction)...Int.max)
      lastInstruction = row.request
      instructions.insert(row.id)
    }
    candidates += 1
  }

  private mutating func receive(_ row: WaveRow) throws(JSONProblem) {
    try expectPlace(round: row.round, wave: row.wave, "wave")
    try expect("completions", row.completions, completions)
    try expect("candidates", row.candidates, candidates)
    for id in row.surplus {
      guard instructions.contains(id), surplus.insert(id).inserted else {
        throw stray(id, in: "surplus", expected: "instructions, each once")
      }
    }
    lastWave = row.wave
    (completions, candidates) = (0, 0)
  }

  private mutating func receive(_ row: CloseRow) throws(JSONProblem) {
    guard let round else { throw missing("round", before: "close") }
    try expect("round", row.round, round.round)
    try expect("completions", 0, completions + candidates)
    switch row.reason {
    case .complete: try expect("tasks", row.tasks, round.tasks)
    case .closed: try expect("tasks", row.tasks, in: 0...round.tasks)
    }
    self.round = nil
  }
}

extension LedgerOrder {
  private func missing(_ kind: String, before follower: String) -> JSONProblem {
    JSONProblem(
      found: "no row '\(kind)' that fits stands before this row '\(follower)'",
      expected: "the rows as they were written")
  }

  private func expectNoRound(_ kind: String) throws(JSONProblem) {
    guard let round else { return }
    throw JSONProblem(
      found: "a row '\(kind)' stands in round \(round.round), which is not closed",
      expected: "row 'close' before it")
  }

  /// Checks that a row of a wave stands in the wave that is being written.
  private func expectPlace(round number: Int, wave: Int, _ kind: String) throws(JSONProblem) {
    guard let round else { throw missing("round", before: kind) }
    try expect("round", number, round.round)
    try expect("wave", wave, lastWave + 1)
  }

  private func expectInstruction(_ id: String) throws(JSONProblem) {
    guard instructions.contains(id) else {
      throw JSONProblem(found: "'of' is \(quoted(id))", expected: "an instruction before this row")
    }
  }

  private func expect(_ name: String, _ value: Int, _ right: Int) throws(JSONProblem) {
    if value == right { return }
    throw JSONProblem(found: "'\(name)' is \(value)", expected: "\(right)")
  }

  private func expect(
    _ name: String, _ value: Int, in range: ClosedRange<Int>
  ) throws(JSONProblem) {
    if range.contains(value) { return }
    let upper = range.upperBound
    throw JSONProblem(
      found: "'\(name)' is \(value)",
      expected: upper == .max ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(upper)")
  }

  private func stray(_ id: String, in name: String, expected: String) -> JSONProblem {
    JSONProblem(found: "'\(name)' names \(quoted(id))", expected: expected)
  }
}

extension CompletionRow {
  /// The most that a count of a row may be: more than any model reads, and still far from where
  /// sums over all rows of a file would overflow.
  static let maximumCount = 1 << 40

  /// What is wrong with its numbers; nil if nothing is.
  var problem: JSONProblem? {
    let counts = [
      ("round", round, 1), ("wave", wave, 1), ("request", request, 0),
      ("scoredTokens", scoredTokens, 0), ("promptTokens", promptTokens, 0), ("tokens", tokens, 0),
    ]
    for (name, value, least) in counts where !(least...Self.maximumCount).contains(value) {
      return JSONProblem(
        found: "'\(name)' is \(value)", expected: "\(least) to \(Self.maximumCount)")
    }
    return nil
  }
}
