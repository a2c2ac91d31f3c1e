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
    func write(_ model: String) throws {
      let run = RunRow(
        configuration: [:], model: ["name": .string(model)], prompts: "", seeds: "h", program: "")
      let events: [LedgerEvent] = [
        .run(run), .seeds(SeedsRow(hash: "h", seeds: rows)),
        .round(RoundRow(round: 1, tasks: 1, taken: [])),
        .close(CloseRow(round: 1, tasks: 1, reason: .complete)),
      ]
      let lines = try events.map { try $0.json().encodedLine() + "\n" }
      try folder.write(lines.joined(), to: "ledger.jsonl")
    }
    // What was taken over was shown to nobody.
    try write(RunFile.modelName)
    try heldOut.requireUnseen(by: corpus, LedgerOutline(of: corpus))
    try write("m")
    #expect(try LedgerOutline(of: corpus).fold.rounds.map(\.close?.tasks) == [1])
    #expect(
      throws: EvaluationError.shown(corpus: folder.path, count: 1, first: "Name a tree.")
    ) { try heldOut.requireUnseen(by: corpus, LedgerOutline(of: corpus)) }
    try HeldOutTasks([task("Name a river.")], source: "test")
      .requireUnseen(by: corpus, LedgerOutline(of: corpus))
  }
}
