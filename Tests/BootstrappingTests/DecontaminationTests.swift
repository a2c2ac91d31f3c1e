import Bootstrapping
import Filtering
import LanguageModels
import Storage
import TaskCorpus
import TestSupport
import Testing

/// A corpus that keeps clear of evaluation sets.
@Suite struct DecontaminationTests {
  private func rehearsal() throws -> Rehearsal {
    var rehearsal = try Rehearsal()
    rehearsal.configuration.rules.likelihood.severity = .off
    // So that one that goes makes no room for another.
    rehearsal.configuration.rules.opening.severity = .off
    rehearsal.configuration.rules.variety.severity = .off
    return rehearsal
  }

  private func instructions(of rehearsal: Rehearsal) throws -> [String: String] {
    let rows = try rehearsal.text(rehearsal.corpus.tasksPath).split(separator: "\n")
      .map { try JSONValue(parsing: Array($0.utf8)) }
    return Dictionary(
      uniqueKeysWithValues: rows.map {
        ($0["id"]?.string ?? "", $0["instruction"]?.string ?? "")
      })
  }

  private func filter(_ rehearsal: Rehearsal, isDry: Bool = false) throws -> RuleChange {
    try CorpusFilter.run(
      rehearsal.corpus,
      configuration: try rehearsal.grower(Rehearsal.model()).configuration,
      evaluation: rehearsal.evaluation, isDry: isDry
    ).change
  }

  private func evaluationRows(of rehearsal: Rehearsal) throws -> [EvaluationRow] {
    try Ledger.read(rehearsal.corpus.ledgerPath).events.compactMap { event in
      if case .evaluation(let row) = event { row } else { nil }
    }
  }

  @Test func `sets that come later take out what overlaps, and give it back when they go`()
    async throws
  {
    var rehearsal = try self.rehearsal()
    _ = try await rehearsal.grower(Rehearsal.model()).run(rounds: 2)
    let before = try rehearsal.bytes()
    let tasks = try instructions(of: rehearsal)
    let (id, text) = try #require(tasks.sorted { $0.key < $1.key }.dropFirst(2).first)
    let without = rehearsal
    try rehearsal.evaluate([text + " Really?", "What has nothing to do with any of this at all?"])

    let dry = try filter(rehearsal, isDry: true)
    #expect(dry.lost.map(\.id) == [id] && dry.gained.isEmpty)
    #expect(dry.lost.first?.verdict?.rule == .contamination)
    #expect(dry.lost.first?.verdict?.evidence.hasSuffix("with questions.jsonl:1") == true)
    #expect(try rehearsal.bytes() == before)
    #expect(try filter(rehearsal).lost == dry.lost)
    #expect(try instructions(of: rehearsal)[id] == nil)
    let row = try #require(try evaluationRows(of: rehearsal).last)
    #expect(row.hash == rehearsal.evaluation?.hash && row.overlaps[id] != nil)
    // Nothing has changed since.
    let filtered = try rehearsal.bytes()
    #expect(try filter(rehearsal).isEmpty)
    #expect(try rehearsal.bytes() == filtered)

    let back = try filter(without)
    #expect(back.gained.map(\.id) == [id] && back.lost.isEmpty)
    #expect(try rehearsal.bytes()[1] == before[1])
    #expect(try evaluationRows(of: rehearsal).map(\.hash).last == "")
  }

  @Test func `with sets from the start what overlaps never enters the pool`() async throws {
    let free = try self.rehearsal()
    _ = try await free.grower(Rehearsal.model()).run()
    let (id, text) = try #require(
      try instructions(of: free).min { $0.key < $1.key })
    var rehearsal = try self.rehearsal()
    try rehearsal.evaluate([text])
    _ = try await rehearsal.grower(Rehearsal.model()).run()
    #expect(try !instructions(of: rehearsal).values.contains(text))
    let rows = try Ledger.read(rehearsal.corpus.ledgerPath).events.compactMap { event in
      if case .candidate(let row) = event, row.of == nil { row } else { nil }
    }
    let found = try #require(rows.first { $0.id == id })
    let evidence = try #require(found.evidence(as: InstructionEvidence.self))
    #expect(evidence.evaluation?.nearest == .init(text: "questions.jsonl:1", score: 1))
    // It is nobody's neighbour, for it never entered the pool.
    let neighbours = rows.compactMap {
      $0.evidence(as: InstructionEvidence.self)?.nearest.map(\.id)
    }
    #expect(!neighbours.joined().contains(id))
    #expect(try filter(rehearsal).isEmpty)
  }

  /// An instruction and an output that a corpus without sets comes to.
  private func found() async throws -> [String] {
    let free = try self.rehearsal()
    _ = try await free.grower(Rehearsal.model()).run(rounds: 2)
    let rows = try free.text(free.corpus.tasksPath).split(separator: "\n").suffix(2)
      .map { try JSONValue(parsing: Array($0.utf8)) }
    return rows.compactMap { $0["instruction"]?.string }
      + rows.compactMap { $0["instances"]?.array?.first?["output"]?.string }
  }

  @Test func `rounds in one go, in two, or interrupted are the same bytes`() async throws {
    let texts = try await found()
    func grown(_ goes: [Int], stopsFirst: Bool = false) async throws -> [String] {
      var grown = try rehearsal()
      try grown.evaluate(texts)
      if stopsFirst {
        let stop = StopSignal()
        _ = try await grown.grower(Rehearsal.model()).run(stop: stop) { event in
          if case .progress(let progress) = event, progress.waves >= 1 { stop.give() }
        }
      }
      for rounds in goes {
        _ = try await grown.grower(Rehearsal.model()).run(rounds: rounds)
      }
      return try grown.bytes()
    }
    let whole = try await grown([2])
    #expect(whole[0].contains("\"evaluation\": {"))
    #expect(try await grown([1, 1]) == whole)
    #expect(try await grown([2], stopsFirst: true) == whole)
  }

  @Test func `a round that was interrupted goes on with the same sets only`() async throws {
    var rehearsal = try self.rehearsal()
    try rehearsal.evaluate(["apple bread cloud dance eagle"])
    let stop = StopSignal()
    let stopped = try await rehearsal.grower(Rehearsal.model()).run(stop: stop) { event in
      if case .progress(let progress) = event, progress.waves >= 1 { stop.give() }
    }
    #expect(stopped.ending == .stopped)
    var other = rehearsal
    try other.evaluate(["grape house island jungle"])
    await #expect(
      throws: GrowError.differs(round: 1, differences: ["other evaluation sets"])
    ) { try await other.grower(Rehearsal.model()).run() }
    let outcome = try await rehearsal.grower(Rehearsal.model()).run()
    #expect(outcome.ending == .done)
  }

  @Test func `a configuration of an older ledger names no sets`() throws {
    var fields = try #require(JSONValue(encoding: GrowConfiguration()).object)
    fields["evaluation"] = nil
    #expect(try GrowConfiguration(recorded: .object(fields)) == GrowConfiguration())
  }

  @Test func `seeds that overlap are used for nothing, and it is said`() async throws {
    var rehearsal = try self.rehearsal()
    try rehearsal.evaluate(["What's the capital of Peru?", "He goes home. And then he sleeps."])
    let notices = Notices()
    _ = try await rehearsal.grower(Rehearsal.model()).run(progress: notices.receive)
    #expect(
      notices.all.contains("seed 's8' is not used: ROUGE-L 0.833 with questions.jsonl:1"))
    let events = try Ledger.read(rehearsal.corpus.ledgerPath).events
    let seeds = try #require(LedgerFold(events).seeds?.seeds.map(\.id))
    #expect(seeds == ["s1", "s2", "s3", "s4", "s5", "s6", "s7"])
    for case .candidate(let row) in events { #expect(!row.shown.contains("s8")) }

    try rehearsal.evaluate(
      rehearsal.seeds.map { "\($0.instruction) \($0.instances.first?.input ?? "")" })
    await #expect(throws: GrowError.self) {
      try await rehearsal.grower(Rehearsal.model()).run()
    }
  }
}
