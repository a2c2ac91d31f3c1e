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

/// Rounds that ask for other answers to the tasks there are.
extension ModelRolesTests {
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
}
