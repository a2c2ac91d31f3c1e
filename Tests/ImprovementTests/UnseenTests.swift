import Evaluation
import Improvement
import Storage
import TaskCorpus
import TestSupport
import Testing

@Suite struct UnseenTests {
  private func task(_ instruction: String) -> InstructionTask {
    InstructionTask(
      id: instruction, instruction: instruction, instances: [TaskInstance(input: "", output: "x")])
  }

  @Test func `a corpus that has shown a held-out task is refused, another one is not`() throws {
    let folder = try TemporaryDirectory()
    let corpus = CorpusDirectory(folder.path)
    let heldOut = HeldOutTasks([task("Name a river."), task("Name a tree.")], source: "test")
    // There is no corpus yet.
    try heldOut.requireUnseen(by: corpus, LedgerOutline(of: corpus))
    let rows = ["Name a bird.", "Name a tree."].map { SeedsRow.Seed(id: $0, instruction: $0) }
    let event = LedgerEvent.seeds(SeedsRow(hash: "h", seeds: rows))
    try folder.write(event.json().encodedLine() + "\n", to: "ledger.jsonl")
    #expect(
      throws: EvaluationError.shown(corpus: folder.path, count: 1, first: "Name a tree.")
    ) { try heldOut.requireUnseen(by: corpus, LedgerOutline(of: corpus)) }
    try HeldOutTasks([task("Name a river.")], source: "test")
      .requireUnseen(by: corpus, LedgerOutline(of: corpus))
  }
}
