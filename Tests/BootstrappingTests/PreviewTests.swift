import Bootstrapping
import Filtering
import Foundation
import TaskCorpus
import Testing

@Suite struct PreviewTests {
  @Test func `every stage is shown on as many prompts as asked for, and nothing is written`()
    async throws
  {
    let rehearsal = try Rehearsal()
    let steps = try await Preview.run(try rehearsal.grower(Rehearsal.model()), count: 6)
    let instructions = steps.filter { $0.stage == .instruction }
    #expect(instructions.count == 6)
    #expect(instructions.allSatisfy { !$0.prompt.isEmpty && $0.completion != nil })
    #expect(instructions.allSatisfy { !$0.parses.isEmpty && $0.checks[0].count > 10 })
    #expect(steps.contains { $0.stage == .ranking && $0.scored != nil && !$0.id.isEmpty })
    #expect(steps.contains { $0.stage == .answer && !$0.checks.flatMap(\.self).isEmpty })
    #expect(!FileManager.default.fileExists(atPath: rehearsal.corpus.path))
  }

  @Test func `a round may want as many tasks as there are numbers`() async throws {
    var rehearsal = try Rehearsal()
    rehearsal.configuration.tasks = .max
    let steps = try await Preview.run(try rehearsal.grower(Rehearsal.model()), count: 6)
    #expect(steps.count { $0.stage == .instruction } == 6)
  }
}
