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

  @Test func `a corpus goes on with a model that cannot score, and loses no task unsaid`()
    async throws
  {
    let rehearsal = try Rehearsal()
    let first = try await rehearsal.grower(Rehearsal.model()).run(rounds: 2)
    var writer = ModelCapabilities.everything
    (writer.scores, writer.continuesAnyTurn) = (false, false)
    let model = ScriptedModel(
      capabilities: writer,
      logProbability: { _ in
        Issue.record("a likelihood was asked for")
        return 0
      }, reply: Rehearsal.reply)
    let notices = Notices()
    let grower = try rehearsal.grower(model)
    let second = try await grower.run(rounds: 2, progress: notices.receive)
    #expect(second.ending == .done)
    let said = notices.all.filter { $0.contains("other rules than before leave") }
    let begun = second.tasks - second.added
    #expect(begun == first.tasks && said.count == 1, "\(notices.all)")
  }
}
