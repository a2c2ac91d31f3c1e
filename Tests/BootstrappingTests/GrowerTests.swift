import Bootstrapping
import Filtering
import Foundation
import LanguageModels
import Storage
import TaskCorpus
import TestSupport
import Testing

@Suite struct GrowerTests {
  @Test func `a round takes exactly the tasks it was asked for`() async throws {
    let rehearsal = try Rehearsal()
    let outcome = try await rehearsal.grower(Rehearsal.model()).run()
    #expect(outcome.ending == .done)
    #expect(outcome.tasks == 6)
    let rows = try JSONLines.read(rehearsal.corpus.tasksPath)
    #expect(rows.count == 6)
    for row in rows {
      let task = try InstructionTask(json: try row.json())
      #expect(!task.instances.isEmpty)
      #expect(task.instances.allSatisfy { !$0.output.isEmpty })
    }
  }

  @Test func `a corpus goes on with a model that cannot score, by the same rules`() async throws {
    let rehearsal = try Rehearsal()
    let first = try await rehearsal.grower(Rehearsal.model()).run(rounds: 2)
    var writer = ModelCapabilities.everything
    (writer.scores, writer.continuesAnyTurn) = (false, false)
    let model = ScriptedModel(
      name: "writer", capabilities: writer,
      logProbability: { _ in
        Issue.record("a likelihood was asked for")
        return 0
      }, reply: Rehearsal.reply)
    let notices = Notices()
    // Its noise holds neither inputs nor labels.
    var plain = rehearsal
    plain.configuration.instructions.inputShare = 0
    plain.configuration.instructions.labelShare = 0
    let grower = try plain.grower(model)
    let second = try await grower.run(rounds: 2, progress: notices.receive)
    #expect(second.ending == .done)
    #expect(second.tasks - second.added == first.tasks && second.added == 12)
    #expect(!notices.all.contains { $0.contains("other rules") }, "\(notices.all)")
    let rules = try Ledger.read(rehearsal.corpus.ledgerPath).events.count { event in
      if case .rules = event { true } else { false }
    }
    #expect(rules == 1)
    // What it wrote has no likelihood to be ranked by, and the first model goes on from there.
    let third = try await rehearsal.grower(Rehearsal.model()).run()
    #expect(third.ending == .done && third.tasks == second.tasks + 6)
  }
}
