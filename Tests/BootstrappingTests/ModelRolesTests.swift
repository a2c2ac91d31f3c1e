import Bootstrapping
import Filtering
import Foundation
import LanguageModels
import Prompts
import Randomness
import Storage
import Synchronization
import TaskCorpus
import TestSupport
import Testing

/// Runs in which other models answer, or give scores.
@Suite struct ModelRolesTests {
  /// An endpoint's kind of model, which answers in its own voice.
  static func answerer(
    _ name: String = "teacher", order: UInt64 = 1, says: String = "Surely it is",
    failing: @escaping @Sendable () throws -> Void = {}
  ) -> ScriptedModel {
    var capabilities = ModelCapabilities.everything
    (capabilities.scores, capabilities.continuesAnyTurn) = (false, false)
    return ScriptedModel(
      name: name, order: RandomStream(seed: order), capabilities: capabilities,
      logProbability: { _ in
        Issue.record("\(name) was asked for a likelihood")
        return 0
      },
      reply: { request in
        try failing()
        var generator = request.stream.generator()
        let word = Rehearsal.vocabulary[Int(generator.next() % 37)]
        return .init("\(says) \(word) thing.")
      })
  }

  /// Fails after some calls, as a process that is killed does.
  static func mortal(after calls: Int) -> @Sendable () throws -> Void {
    let left = Left(calls)
    return {
      if left.isNone() { throw ScriptedModel.Failure("killed") }
    }
  }

  final class Left: Sendable {
    private let count: Mutex<Int>

    init(_ count: Int) { self.count = Mutex(count) }

    func isNone() -> Bool {
      count.withLock { count in
        count -= 1
        return count < 0
      }
    }
  }

  /// Gives every answer whose hash is even a score, a low one to half of these.
  static func judge(
    name: String = "judge", order: UInt64 = 1,
    _ reply: @escaping @Sendable (GenerationRequest) -> String = score
  ) -> ScriptedModel {
    var capabilities = ModelCapabilities.everything
    capabilities.scores = false
    return ScriptedModel(
      name: name, order: RandomStream(seed: order), capabilities: capabilities,
      reply: { .init(reply($0)) })
  }

  static let score: @Sendable (GenerationRequest) -> String = { request in
    guard case .chat(let turns, _) = request.prompt, let question = turns.last?.content,
      question.contains("How good")
    else {
      Issue.record("the judge was asked \(request.prompt)")
      return ""
    }
    let scores = ["Score: 5", "**Score:** 2", "Score: 3", "I cannot say."]
    return scores[question.utf8.reduce(0) { ($0 + Int($1)) % 4 }]
  }

  func tasks(_ rehearsal: Rehearsal) throws -> [InstructionTask] {
    try JSONLines.read(rehearsal.corpus.tasksPath).map { try InstructionTask(json: $0.json()) }
  }

  func events(_ rehearsal: Rehearsal) throws -> [LedgerEvent] {
    try Ledger.read(rehearsal.corpus.ledgerPath).events
  }

  func candidates(_ rehearsal: Rehearsal, _ stage: Stage) throws -> [CandidateRow] {
    try events(rehearsal).compactMap { event in
      if case .candidate(let row) = event, row.stage == stage.rawValue { row } else { nil }
    }
  }

  @Test func `another model answers and nothing else`() async throws {
    let rehearsal = try Rehearsal()
    let model = Rehearsal.model { request in
      if case .chat(_, let open) = request.prompt, open == ChatTurn(.assistant, "") {
        Issue.record("the author was asked for an answer")
      }
    }
    let outcome = try await rehearsal.grower(model, answerer: Self.answerer()).run()
    #expect(outcome.ending == .done && outcome.tasks == 6)
    let answers = try candidates(rehearsal, .answer)
    #expect(!answers.isEmpty && answers.allSatisfy { $0.model == "teacher" })
    #expect(answers.allSatisfy { $0.evidence(as: InstanceEvidence.self)?.logProbability == nil })
    #expect(try candidates(rehearsal, .instruction).allSatisfy { $0.model == "scripted" })
    for task in try tasks(rehearsal) where task.isClassification != true {
      #expect(task.provenance?["answerModel"] == "teacher")
      #expect(task.instances.allSatisfy { $0.output.hasPrefix("Surely it is") })
    }
    let run = try #require(try events(rehearsal).first)
    guard case .run(let row) = run else { return #expect(Bool(false), "\(run)") }
    #expect(row.answerModel?["name"] == "teacher" && row.judge == nil)
  }

  @Test func `another answering model than a round was opened with is refused`() async throws {
    let rehearsal = try Rehearsal()
    await #expect(throws: ScriptedModel.Failure.self) {
      let mortal = ResumeTests.mortal(after: 30, order: 1)
      _ = try await rehearsal.grower(mortal, answerer: Self.answerer()).run()
    }
    await #expect(
      throws: GrowError.differs(
        round: 1, differences: ["answer model 'teacher' (now none)"])
    ) { try await rehearsal.grower(Rehearsal.model()).run() }
    await #expect(
      throws: GrowError.differs(
        round: 1,
        differences: ["answer model 'teacher' (now 'other')", "judge none (now 'judge')"]
      )
    ) {
      try await rehearsal.grower(
        Rehearsal.model(), answerer: Self.answerer("other"), judge: Self.judge()
      ).run()
    }
  }

  @Test func `what a judge scores low becomes no task, and what it does not score waits`()
    async throws
  {
    let rehearsal = try Rehearsal()
    let outcome = try await rehearsal.grower(Rehearsal.model(), judge: Self.judge()).run()
    #expect(outcome.ending == .done && outcome.tasks == 6)
    for task in try tasks(rehearsal) {
      let scores = try #require(task.provenance?["scores"]?.array)
      #expect(scores.count == task.instances.count)
      #expect(scores.allSatisfy { [3, 5].contains($0.int) })
    }
    let said = try candidates(rehearsal, .judge)
    let scores = said.compactMap { $0.parsed(as: Parse.Score.self) }.map(\.score)
    #expect(Set(scores) == [2, 3, 5, nil])
    #expect(said.allSatisfy { $0.model == "judge" && $0.evidence["text"]?.string != nil })
    let dropped = outcome.rounds[0].funnel.itemsDropped.first { $0.rule == .judge }
    #expect(dropped.map { $0.count > 0 } == true)
    // The same judge is not asked again about what it gave no score, another one is.
    let silent = Set(
      said.compactMap { $0.parsed(as: Parse.Score.self) }.filter { $0.score == nil }.map(\.instance)
    )
    func judged(after rows: Int) throws -> Set<String> {
      Set(
        try candidates(rehearsal, .judge).dropFirst(rows)
          .compactMap { $0.parsed(as: Parse.Score.self)?.instance })
    }
    _ = try await rehearsal.grower(Rehearsal.model(), judge: Self.judge()).run(rounds: 0)
    #expect(try judged(after: said.count).isDisjoint(with: silent))
    let rows = try candidates(rehearsal, .judge).count
    let other = Self.judge(name: "other") { _ in "4" }
    let more = try await rehearsal.grower(Rehearsal.model(), judge: other).run(rounds: 0)
    #expect(more.added > 0 && more.added == more.rounds.first?.tasks)
    #expect(try judged(after: rows).isSuperset(of: silent))
  }

  @Test func `a judge that fails decides nothing, and is asked again in another round`()
    async throws
  {
    let rehearsal = try Rehearsal()
    let failing = Failing(Self.judge { _ in "Score: 5" })
    let first = try await rehearsal.grower(Rehearsal.model(), judge: failing).run(target: 3)
    #expect(first.ending == .collapsed && first.tasks == 0)
    #expect(first.stall?.lastHurdle?.evidence == "no score")
    let row = try #require(try candidates(rehearsal, .judge).first)
    #expect(row.evidence["failure"] == "no answer")
    _ = try RoundClosing.close(rehearsal.corpus)
    let healthy = Self.judge { _ in "Score: 5" }
    let second = try await rehearsal.grower(Rehearsal.model(), judge: healthy).run(rounds: 0)
    #expect(second.ending == .done && second.tasks > 0 && second.tasks == second.added)
  }

  /// A judge of whose requests none is answered.
  private struct Failing: LanguageModel {
    let model: ScriptedModel

    init(_ model: ScriptedModel) { self.model = model }

    var capabilities: ModelCapabilities { model.capabilities }
    var identity: ModelIdentity { model.identity }

    func generate(
      _ requests: [GenerationRequest]
    ) -> AsyncThrowingStream<Generation, any Error> {
      AsyncThrowingStream { continuation in
        for index in requests.indices {
          var generation = Generation(
            index: index, text: "", finishReason: .failed, promptTokens: 0, completionTokens: 0)
          generation.failure = "no answer"
          continuation.yield(generation)
        }
        continuation.finish()
      }
    }

    func score(_ requests: [ScoringRequest]) -> AsyncThrowingStream<Score, any Error> {
      model.score(requests)
    }
  }

  @Test func `surplus that waits for a judge is no task until it was judged and taken`()
    async throws
  {
    var rehearsal = try Rehearsal()
    rehearsal.configuration.rules.judge.severity = .off
    rehearsal.configuration.tasks = 1
    rehearsal.configuration.waves.requests = 40
    let judge = Self.judge { _ in "Score: 4" }
    let first = try await rehearsal.grower(Rehearsal.model(), judge: judge).run()
    let surplus = first.rounds[0].funnel.surplus
    try #require(first.tasks == 1 && surplus > 0)
    rehearsal.configuration.rules.judge.severity = .drop
    let change = try CorpusFilter.run(
      rehearsal.corpus, configuration: try rehearsal.grower(Rehearsal.model()).configuration,
      isDry: false
    ).change
    #expect(change.tasksAfter == 0)
    for round in 2...4 {
      let outcome = try await rehearsal.grower(Rehearsal.model(), judge: judge).run()
      #expect(outcome.ending == .done && outcome.added == 1, "round \(round): \(outcome.added)")
    }
  }

  @Test func `a judge that lets nothing pass is named as what is in the way`() async throws {
    var rehearsal = try Rehearsal()
    rehearsal.configuration.waves.emptyWaves = 12
    let outcome = try await rehearsal.grower(
      Rehearsal.model(), judge: Self.judge { _ in "Score: 1" }
    ).run()
    #expect(outcome.ending == .collapsed && outcome.tasks == 0)
    let hurdle = try #require(outcome.stall?.lastHurdle)
    #expect(hurdle.rule == .judge && hurdle.evidence == "score 1")
    #expect(outcome.stall.map { $0.kept >= hurdle.count && hurdle.count > 8 } == true)
  }

  @Test func `scores decide again without the judge when its rule changes`() async throws {
    let rehearsal = try Rehearsal()
    let grower = try rehearsal.grower(Rehearsal.model(), judge: Self.judge())
    _ = try await grower.run()
    let before = try rehearsal.bytes()
    func filter(_ change: (inout RuleSet.Judge) -> Void) throws -> RuleChange {
      var configuration = grower.configuration
      change(&configuration.rules.judge)
      return try CorpusFilter.run(rehearsal.corpus, configuration: configuration, isDry: false)
        .change
    }
    let strict = try filter { $0.minimum = 5 }
    #expect(!strict.lost.isEmpty && strict.gained.isEmpty)
    #expect(
      strict.lost.allSatisfy { lost in
        lost.verdict.map { ($0.rule, $0.evidence) == (.judge, "score 3") || $0.rule == .labels }
          == true
      })
    let off = try filter { $0.severity = .off }
    #expect(off.gained.count > strict.lost.count && off.lost.isEmpty)
    let back = try filter { _ in }
    #expect(back.gained.isEmpty)
    #expect(try rehearsal.bytes()[1] == before[1])
  }

  @Test func `a run with other models that is killed over and over comes to the same bytes`()
    async throws
  {
    let whole = try Rehearsal()
    _ = try await whole.grower(
      Rehearsal.model(), answerer: Self.answerer(), judge: Self.judge()
    ).run(rounds: 2)
    let rehearsal = try Rehearsal()
    var kills = 0
    while true {
      do {
        let order = UInt64(kills)
        let dying = Self.mortal(after: 9)
        let grower = try rehearsal.grower(
          Rehearsal.model(order: order) { _ in try dying() },
          answerer: Self.answerer(order: order, failing: dying), judge: Self.judge(order: order))
        let rounds = LedgerFold(try Ledger.read(rehearsal.corpus.ledgerPath).events).rounds
        let closed = rounds.count { $0.close != nil }
        if closed == 2 { break }
        _ = try await grower.run(rounds: 2 - closed)
      } catch is ScriptedModel.Failure {
        kills += 1
        try #require(kills < 1000)
      }
    }
    #expect(kills > 10)
    #expect(try rehearsal.bytes() == whole.bytes())
  }

  @Test func `a task in doubt is not judged, and the round ends`() async throws {
    var rehearsal = try Rehearsal()
    rehearsal.configuration.rules.doubt.minimum = 0
    rehearsal.configuration.rules.doubt.minimumWithInput = 0
    let judge = Self.judge { _ in "Score: 5" }
    let outcome = try await rehearsal.grower(Rehearsal.model(), judge: judge).run()
    #expect(outcome.ending == .done)
    #expect(outcome.rounds[0].funnel.itemsDropped.contains { $0.rule == .doubt })
    let judged = try candidates(rehearsal, .judge).compactMap { $0.parsed(as: Parse.Score.self) }
    #expect(Set(judged.map(\.instance)).count == judged.count)
  }

  @Test func `what one round leaves to a judge another one has judged, or does without`()
    async throws
  {
    // Odd rounds have a judge; what they leave open or waiting goes on in all of them.
    let (whole, cached) = (try Rehearsal(), try Rehearsal())
    var left = 0
    for round in 1...6 {
      let judge = round % 2 == 1 ? Self.judge() : nil
      for rehearsal in [whole, cached] {
        let outcome = try await rehearsal.grower(Rehearsal.model(), judge: judge).run()
        #expect(outcome.ending == .done && outcome.added == 6 && outcome.tasks == 6 * round)
      }
      left += try candidates(whole, .judge).count {
        $0.round == round && Self.round(of: $0) != round
      }
      try? FileManager.default.removeItem(atPath: whole.corpus.closedRoundsPath)
    }
    #expect(try whole.bytes() == cached.bytes())
    #expect(left > 0)
    let scored = try tasks(whole).count { $0.provenance?["scores"] != nil }
    #expect(scored > 6 && scored < 36)
  }

  /// The round that made the instruction of a row.
  static func round(of row: CandidateRow) -> Int? {
    row.of.flatMap { $0.split(separator: "-").first }.flatMap { Int($0.dropFirst()) }
  }

  @Test func `another model that answers goes with answers that are asked for by themselves`()
    async throws
  {
    var rehearsal = try Rehearsal()
    rehearsal.configuration.instances.together = true
    await #expect(
      throws: GrowError.configuration([
        "instances.together: is true, so that inputs and outputs come in one; expected false where "
          + "another model answers"
      ])
    ) { try await rehearsal.grower(Rehearsal.model(), answerer: Self.answerer()).run() }
  }
}
