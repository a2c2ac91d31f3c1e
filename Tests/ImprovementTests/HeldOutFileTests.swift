import Evaluation
import Foundation
import TaskCorpus
import Testing
import TextMetrics

/// Our own held-out tasks beside our own seeds.
@Suite struct HeldOutFileTests {
  private static func tasks(_ name: String) throws -> [InstructionTask] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try SeedFile.read(root.appending(components: "seeds", name).path).tasks
  }

  @Test func `there are enough of both kinds, and none is near a seed`() throws {
    let (seeds, tasks) = (
      try Self.tasks("seed_tasks.jsonl"), try Self.tasks("held_out_tasks.jsonl")
    )
    #expect(tasks.count >= 100)
    #expect(tasks.count { !$0.labels.isEmpty } >= 40 && tasks.count { $0.labels.isEmpty } >= 40)
    #expect(tasks.allSatisfy { ($0.isClassification == true) == !$0.labels.isEmpty })
    #expect(Set(tasks.map(\.id)).isDisjoint(with: seeds.map(\.id)))
    let heldOut = HeldOutTasks(tasks, source: "test")
    #expect(heldOut.excluded(from: seeds).excluded == 0)
    var pool = SimilarityPool(tokenizer: .unicode)
    for seed in seeds { pool.insert(seed.instruction) }
    let nearest = tasks.map { pool.bestMatch(of: $0.instruction)?.f ?? 0 }.max()
    #expect(try #require(nearest) < 0.55)
  }
}
