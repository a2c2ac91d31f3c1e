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
}
