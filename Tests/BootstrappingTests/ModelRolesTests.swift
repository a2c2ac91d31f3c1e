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
  private static func answerer(
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
  private static func mortal(after calls: Int) -> @Sendable () throws -> Void {
    let left = Left(calls)
    return {
      if left.isNone() { throw ScriptedModel.Failure("killed") }
    }
  }

  private final class Left: Sendable {
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
  private static func judge(
    name: String = "judge", order: UInt64 = 1,
    _ reply: @escaping @Sendable (GenerationRequest) -> String = score
  ) -> ScriptedModel {
    var capabilities = ModelCapabilities.everything
    capabilities.scores = false
    return ScriptedModel(
      name: name, order: RandomStream(seed: order), capabilities: capabilities,
      reply: { .init(reply($0)) })
  }

  private static let score: @Sendable (GenerationRequest) -> String = { request in
    guard case .chat(let turns, _) = request.prompt, let question = turns.last?.content,
      question.contains("How good")
    else {
      Issue.record("the judge was asked \(request.prompt)")
      return ""
    }
    let scores = ["Score: 5", "**Score:** 2", "Score: 3", "I cannot say."]
    return scores[question.utf8.reduce(0) { ($0 + Int($1)) % 4 }]
  }

  private func tasks(_ rehearsal: Rehearsal) throws -> [InstructionTask] {
    try JSONLines.read(rehearsal.corpus.tasksPath).map { try InstructionTask(json: $0.json()) }
  }

  private func events(_ rehearsal: Rehearsal) throws -> [LedgerEvent] {
    try Ledger.read(rehearsal.corpus.ledgerPath).events
  }

  private func candidates(_ rehearsal: Rehearsal, _ stage: Stage) throws -> [CandidateRow] {
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
      isDry: false)
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

  @Test func `tasks are answered again by another model, once`() async throws {
    let rehearsal = try Rehearsal()
    _ = try await rehearsal.grower(Rehearsal.model()).run(rounds: 2)
    let before = try tasks(rehearsal)
    let ledger = try rehearsal.bytes()[0]
    let open = before.filter { $0.isClassification != true }
    let grower = try rehearsal.grower(Rehearsal.model(), answerer: Self.answerer())
    let outcome = try await grower.run(answersOnly: true)
    #expect(outcome.ending == .done && outcome.added == 0 && outcome.tasks == before.count)
    #expect(outcome.rounds[0].work == .answers && outcome.rounds[0].tasks == open.count)
    let after = try tasks(rehearsal)
    #expect(after.map(\.instruction) == before.map(\.instruction))
    for (new, old) in zip(after, before) {
      #expect(new.instances.map(\.input) == old.instances.map(\.input))
      guard old.isClassification != true else {
        #expect(new == old)
        continue
      }
      #expect(new.instances.allSatisfy { $0.output.hasPrefix("Surely it is") })
      #expect(new.provenance?["answerModel"] == "teacher")
    }
    // The old answers are still there.
    #expect(try rehearsal.bytes()[0].hasPrefix(ledger))
    let notices = Notices()
    let again = try await grower.run(answersOnly: true, progress: notices.receive)
    #expect(again.rounds.isEmpty)
    #expect(notices.all.contains { $0.contains("'teacher' has answered all tasks") })
    // Rounds go on from there, read in full or from what the closed ones have left.
    let plain = try rehearsal.grower(Rehearsal.model())
    for round in 1...2 {
      let next = try await plain.run()
      #expect(next.ending == .done && next.tasks == before.count + 6 * round)
      let kept = try tasks(rehearsal).prefix(before.count).map { $0.instances.map(\.output) }
      #expect(kept == after.map { $0.instances.map(\.output) })
    }
  }

  @Test func `an answer that the rules drop does not take the place of the old one`() async throws {
    let rehearsal = try Rehearsal()
    _ = try await rehearsal.grower(Rehearsal.model()).run()
    let before = try tasks(rehearsal)
    let refusing = Self.answerer(says: "I'm sorry, but I cannot do the")
    let outcome = try await rehearsal.grower(Rehearsal.model(), answerer: refusing)
      .run(answersOnly: true)
    #expect(outcome.ending == .done && outcome.rounds[0].isClosed && outcome.rounds[0].tasks == 0)
    #expect(outcome.rounds[0].funnel.itemsDropped.map(\.rule) == [.refusal])
    #expect(try tasks(rehearsal) == before)
    // The same model is not asked again, and another one's low score does not count either.
    let again = try await rehearsal.grower(Rehearsal.model(), answerer: refusing)
      .run(answersOnly: true)
    #expect(again.rounds.isEmpty)
    let judged = try await rehearsal.grower(
      Rehearsal.model(), answerer: Self.answerer("other"), judge: Self.judge { _ in "Score: 1" }
    ).run(answersOnly: true)
    #expect(judged.rounds.first?.funnel.itemsDropped.map(\.rule) == [.judge])
    #expect(try tasks(rehearsal) == before)
  }

  @Test func `answering again that is killed over and over comes to the same bytes`() async throws {
    let whole = try Rehearsal()
    let rehearsal = try Rehearsal()
    for corpus in [whole, rehearsal] {
      _ = try await corpus.grower(Rehearsal.model()).run(rounds: 2)
    }
    _ = try await whole.grower(Rehearsal.model(), answerer: Self.answerer(), judge: Self.judge())
      .run(answersOnly: true)
    var kills = 0
    while true {
      let order = UInt64(kills)
      let mortal = Self.answerer(order: order, failing: Self.mortal(after: 3))
      do {
        _ = try await rehearsal.grower(
          Rehearsal.model(), answerer: mortal, judge: Self.judge(order: order)
        ).run(answersOnly: true)
        break
      } catch is ScriptedModel.Failure {
        kills += 1
        // A plain run does not take the round for one of its own.
        await #expect(
          throws: GrowError.unfinishedAnswers(path: rehearsal.corpus.path, round: 3)
        ) {
          _ = try await rehearsal.grower(Rehearsal.model(), answerer: mortal).run(target: 99)
        }
        try #require(kills < 100)
      }
    }
    #expect(kills > 1)
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
  private static func round(of row: CandidateRow) -> Int? {
    row.of.flatMap { $0.split(separator: "-").first }.flatMap { Int($0.dropFirst()) }
  }

  @Test func `of several inputs those that are answered well again are, and the others stay`() {
    func row(_ id: String, _ round: Int, _ input: String, _ output: String) -> CandidateRow {
      CandidateRow(
        id: id, round: round, wave: 1, stage: Stage.answer.rawValue, request: 0, of: "r1-0",
        parse: ["input": .string(input), "output": .string(output)], evidence: ["finish": "stop"],
        prompt: "", model: "m\(round)", sampling: .null)
    }
    var rules = RuleSet()
    rules.limit(to: [.refusal])
    rules.refusal.words = ["sorry"]
    var state = CorpusState(rules: rules)
    let evidence: JSONValue = ["finish": "stop", "group": 1, "kind": "open", "relevance": 1]
    func receive(_ rows: [CandidateRow]) {
      for row in rows { state.receive(.candidate(row)) }
      state.receive(
        .wave(WaveRow(round: 1, wave: 1, completions: 0, candidates: rows.count, surplus: [])))
    }
    receive([
      CandidateRow(
        id: "r1-0", round: 1, wave: 1, stage: Stage.instruction.rawValue, request: 0,
        parse: ["instruction": "Name what fits."], evidence: evidence, prompt: "", model: "m1",
        sampling: .null)
    ])
    receive([row("a1", 1, "one", "first"), row("a2", 1, "two", "second")])
    receive([row("b1", 2, "one", "sorry"), row("b2", 2, "two", "better")])
    func exported() -> [String] {
      state.items.flatMap {
        state.exported($0).map { "\($0.id) \($0.instance.output) \($0.model)" }
      }
    }
    #expect(exported() == ["a1 first m1", "b2 better m2"])
    receive([row("c1", 3, "one", "best"), row("c2", 3, "two", "sorry")])
    #expect(exported() == ["b2 better m2", "c1 best m3"])
  }

  @Test func `a round of answers that is ended as it is counts those it has`() async throws {
    let rehearsal = try Rehearsal()
    _ = try await rehearsal.grower(Rehearsal.model()).run(rounds: 2)
    var small = rehearsal
    small.configuration.waves.requests = 3
    await #expect(throws: ScriptedModel.Failure.self) {
      let mortal = Self.answerer(failing: Self.mortal(after: 7))
      _ = try await small.grower(Rehearsal.model(), answerer: mortal).run(answersOnly: true)
    }
    let closed = try #require(try RoundClosing.close(rehearsal.corpus))
    let again = try tasks(rehearsal).count { $0.provenance?["answerModel"] == "teacher" }
    #expect(closed.tasks == again && again >= 3 && again <= 7)
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
