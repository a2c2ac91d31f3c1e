import Bootstrapping
import Foundation
import LanguageModels
import Storage
import TaskCorpus
import TestSupport
import Testing

@Suite struct LimitTests {
  @Test func `rounds lead to a target and take what is missing`() async throws {
    var rehearsal = try Rehearsal()
    rehearsal.configuration.tasks = 4
    let outcome = try await rehearsal.grower(Rehearsal.model()).run(rounds: .max, target: 10)
    #expect(outcome.ending == .done && outcome.tasks == 10 && outcome.added == 10)
    #expect(outcome.rounds.map(\.tasks) == [4, 4, 2])
    let again = try await rehearsal.grower(Rehearsal.model(), given: ["tasks"])
      .run(rounds: .max, target: 10)
    #expect(again.ending == .done && again.added == 0 && again.rounds.isEmpty)
  }

  @Test func `a run that limits end over and over comes to the same bytes`() async throws {
    let expected = try await ResumeTests.undisturbed()
    let rehearsal = try Rehearsal()
    var runs = 0
    while true {
      var limits = SpendingLimits()
      limits.tokens = 250
      let metered = MeteredModel(
        Rehearsal.model(order: UInt64(runs)), SpendingAccount(limits), window: 8)
      let outcome = try await rehearsal.grower(metered).run()
      let spent = metered.account.spending.spent
      #expect(spent.prompt + spent.completion <= 250)
      if outcome.ending == .done { break }
      #expect(outcome.ending == .limited && outcome.limit?.limit == .tokens)
      runs += 1
      try #require(runs < 500)
    }
    #expect(runs > 3)
    #expect(try rehearsal.bytes() == expected)
  }

  @Test func `a model that repeats a seed stops with the rule and the seed named`() async throws {
    var rehearsal = try Rehearsal()
    rehearsal.configuration.waves.emptyWaves = 5
    rehearsal.configuration.rules.opening.maximum = 1000
    let copied = Rehearsal.seeds[0].instruction
    var capabilities = ModelCapabilities.everything
    capabilities.continuesAnyTurn = false
    capabilities.scores = false
    let model = ScriptedModel(capabilities: capabilities) { _ in .init(copied) }
    let outcome = try await rehearsal.grower(model).run()
    #expect(outcome.ending == .collapsed)
    let stall = try #require(outcome.stall)
    #expect(stall.causes.first?.rule == .novelty)
    #expect(stall.breeders.first?.seed == "s1")
    #expect(stall.breeders.first?.instruction == copied)
    #expect(stall.instructions >= 5 * 16)
  }

  @Test func `a request without an answer makes no instruction and drops its task`() async throws {
    var rehearsal = try Rehearsal()
    rehearsal.configuration.instructions.inputShare = 0
    rehearsal.configuration.instructions.labelShare = 0
    rehearsal.configuration.rules.opening.maximum = 1000
    var capabilities = ModelCapabilities.everything
    capabilities.continuesAnyTurn = false
    capabilities.scores = false
    let model = ScriptedModel(capabilities: capabilities) { request in
      let reply = Rehearsal.reply(to: request)
      // A fifth of the requests fails for good.
      return request.stream.uniform(at: 99) < 0.2 ? .init("", .failed) : reply
    }
    let outcome = try await rehearsal.grower(model).run()
    #expect(outcome.ending == .done)
    let ledger = try rehearsal.text(rehearsal.corpus.ledgerPath)
    #expect(ledger.contains(#""finish": "failed""#))
    for row in try JSONLines.read(rehearsal.corpus.tasksPath) {
      let task = try InstructionTask(json: try row.json())
      #expect(task.instances.allSatisfy { !$0.output.isEmpty })
    }
  }

  @Test func `nights are told in the order they were`() throws {
    let rehearsal = try Rehearsal()
    try rehearsal.corpus.create()
    let zone = try #require(TimeZone(secondsFromGMT: 3600))
    let row = NightRow(
      began: Date(timeIntervalSince1970: 0), seconds: 1.23, ending: "limited",
      reason: "deadline", code: 0, added: 3, tasks: 7, instructions: 60, in: zone)
    #expect(row.began == "1970-01-01T01:00:00+01:00")
    try row.append(to: rehearsal.corpus)
    let file = rehearsal.corpus.nightsPath
    try (rehearsal.text(file) + "no row\n").write(toFile: file, atomically: true, encoding: .utf8)
    try row.append(to: rehearsal.corpus)
    #expect(NightRow.all(of: rehearsal.corpus) == [row, row])
    #expect(CorpusStatus.yield([row, row]) == 5)
    #expect(CorpusStatus.yield([]) == nil)
  }

  @Test func `a corpus at a glance tells what its files hold`() async throws {
    let rehearsal = try Rehearsal()
    #expect(try CorpusStatus(of: rehearsal.corpus).nextStep == .begin)
    _ = try await rehearsal.grower(Rehearsal.model()).run()
    let done = try CorpusStatus(of: rehearsal.corpus)
    #expect(done.tasks == 6 && done.manifests.count == 1 && done.tokens > 0 && done.bytes > 0)
    #expect(done.nextStep == .growOrTrain)
    await #expect(throws: ScriptedModel.Failure.self) {
      _ = try await rehearsal.grower(ResumeTests.mortal(after: 9, order: 1)).run()
    }
    // Nine texts, and whatever likelihoods had come by then.
    let kept = try LedgerJournal.open(rehearsal.corpus.journalPath).contents.answers
    #expect(kept.count { $0.text != nil } == 9)
    #expect(try CorpusStatus(of: rehearsal.corpus).waiting == kept.count)
  }
}
