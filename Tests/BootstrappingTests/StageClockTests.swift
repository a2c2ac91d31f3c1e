import Bootstrapping
import Filtering
import Foundation
import LanguageModels
import Storage
import Synchronization
import TaskCorpus
import TestSupport
import Testing

@Suite struct StageClockTests {
  private static func date(_ seconds: Double) -> Date { Date(timeIntervalSince1970: seconds) }

  private static func row(
    _ stage: Stage, prompt: Int, tokens: Int = 0, scored: Int = 0
  ) -> CompletionRow {
    var row = CompletionRow(
      round: 1, wave: 1, stage: stage.rawValue, request: 0, of: nil, prompt: "")
    row.promptTokens = prompt
    row.tokens = tokens
    row.scoredTokens = scored
    return row
  }

  @Test func `time is shared out by the tokens read and written`() {
    var clock = StageClock(at: Self.date(100))
    clock.count(Self.row(.answer, prompt: 20, tokens: 50, scored: 49), of: .answer)
    clock.count(Self.row(.instruction, prompt: 4, tokens: 6), of: .instruction)
    clock.count(Self.row(.ranking, prompt: 15, scored: 5), of: .ranking)
    let shares = clock.shareOut(at: Self.date(110))
    #expect(shares.map(\.stage) == [.instruction, .ranking, .answer])
    #expect(shares.map(\.seconds) == [1, 2, 7])
    #expect(clock.shareOut(at: Self.date(115)).isEmpty)
    clock.count(Self.row(.label, prompt: 0), of: .label)
    // What passed without an answer goes to those that came next.
    #expect(clock.shareOut(at: Self.date(118)).map(\.seconds) == [8])
  }

  @Test func `a clock that goes back takes nothing away`() {
    var clock = StageClock(at: Self.date(100))
    clock.count(Self.row(.answer, prompt: 1), of: .answer)
    #expect(clock.shareOut(at: Self.date(90)).map(\.seconds) == [0])
  }

  /// A second for each answer of the model.
  private static func timedRound(
    _ rehearsal: Rehearsal
  ) async throws -> (outcome: GrowOutcome, answers: Int) {
    let seconds = Mutex(0)
    let model = Rehearsal.model { _ in seconds.withLock { $0 += 1 } }
    let grower = try rehearsal.grower(model) { date(Double(seconds.withLock { $0 })) }
    let outcome = try await grower.run()
    return (outcome, seconds.withLock { $0 })
  }

  @Test func `the stages of a round add up to its time`() async throws {
    let rehearsal = try Rehearsal()
    let (outcome, answers) = try await Self.timedRound(rehearsal)
    let round = try #require(outcome.rounds.first)
    let manifest = try JSONValue(
      parsing: rehearsal.text(rehearsal.corpus.manifestPath(ofRound: 1)))
    let stages = try #require(manifest["seconds"]?.array)
    #expect(stages.compactMap { $0["stage"]?.string } == round.stageSeconds.map(\.stage.rawValue))
    #expect(
      round.stageSeconds.map(\.stage) == round.funnel.stages.filter { $0.answered > 0 }.map(\.stage)
    )
    #expect(round.stageSeconds.allSatisfy { $0.seconds >= 0 })
    #expect(round.stageSeconds[0].seconds > 0)
    // Waves of which the model said everything and nothing was taken yet are no time of the round.
    #expect(round.seconds > 0.5 * Double(answers) && round.seconds <= Double(answers))
    expectClose(
      [round.stageSeconds.reduce(0) { $0 + $1.seconds }], [round.seconds], relative: 1e-9,
      because: "the shares are rounded")
    expectClose(
      [try #require(manifest["totalSeconds"]?.double)], [round.seconds], relative: 1e-9,
      because: "the same sum")
  }

  @Test func `no clock is in ledger and tasks`() async throws {
    let timed = try Rehearsal()
    let untimed = try Rehearsal()
    _ = try await Self.timedRound(timed)
    _ = try await untimed.grower(Rehearsal.model()).run()
    #expect(try timed.bytes() == untimed.bytes())
  }
}
