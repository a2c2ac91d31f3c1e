import Evaluation
import Randomness
import TaskCorpus
import Testing

@Suite struct HeldOutTasksTests {
  private func task(
    _ id: String, _ instruction: String, _ inputs: [String] = [""], isLabel: Bool = false,
    outputs: [String] = ["yes"]
  ) -> InstructionTask {
    InstructionTask(
      id: id, instruction: instruction,
      instances: inputs.enumerated().map {
        TaskInstance(input: $1, output: outputs[$0 % outputs.count])
      }, isClassification: isLabel)
  }

  private let words = ["river", "stone", "candle", "orchard", "harbour", "violin", "ladder"]

  private func seeds(_ count: Int) -> [InstructionTask] {
    (0..<count).map { number in
      let (first, second) = (words[number % 7], words[number / 7 % 7])
      return task("s\(number)", "Say \(number) things about a \(first) and a \(second).")
    }
  }

  private func split(_ seeds: [InstructionTask]) -> [String] {
    HeldOutTasks(share: 0.2, of: seeds, from: RandomStream(seed: 42), source: "test")
      .tasks.map(\.id)
  }

  @Test func `a share of the seeds is held out, and a seed stays on its side as others come`() {
    let heldOut = split(seeds(500))
    #expect((70...130).contains(heldOut.count))
    let fewer = split(seeds(200))
    #expect(fewer == heldOut.filter { fewer.contains($0) } && fewer.count > 20)
    #expect(Set(split(seeds(200).reversed())) == Set(fewer))
  }

  @Test func `the same instruction and near copies are left out`() {
    let heldOut = HeldOutTasks(
      [
        task("h1", "Explain how a sundial tells the time of day."),
        task("h2", "Translate the sentence into French.", ["The cat sleeps on the warm stove."]),
      ], source: "test")
    let others = [
      task("same", "Explain how a sundial tells the time of day"),
      task("near", "Explain how a sundial tells us the time of the day."),
      task("far", "Explain how a compass finds north."),
      task("other input", "Translate the sentence into French.", ["Where is the railway station?"]),
      task("other words", "Put the sentence into French.", ["Where is the railway station?"]),
      task(
        "one of two", "Translate the sentence into French.",
        ["Good morning.", "The cat sleeps on the warm stove."]),
    ]
    let (kept, excluded) = heldOut.excluded(from: others)
    #expect(kept.map(\.id) == ["far", "other words"])
    #expect(excluded == 4)
    #expect(heldOut.excluded(from: heldOut.tasks).tasks.isEmpty)
  }

  @Test func `tasks that come twice or have no answer are left out`() {
    let heldOut = HeldOutTasks(
      [
        task("a", "Name a bird."), task("b", "Name a bird."),
        task("c", "Name it.", ["owl", "elm"]),
        task("d", "Name a fish.", outputs: [" \n"]), task("e", "Name it.", ["elm"]),
      ], source: "test")
    #expect(heldOut.tasks.map(\.id) == ["a", "c", "e"])
  }

  @Test func `too few of them are refused with a way out`() {
    let heldOut = HeldOutTasks([task("h", "Say yes.")], source: "20 % of the seeds")
    #expect(throws: Never.self) { try heldOut.require(1) }
    let error = #expect(throws: EvaluationError.self) { try heldOut.require(100) }
    #expect(
      error.map { "\($0)" }?.hasPrefix(
        "20 % of the seeds: 1 held-out task; expected at least 100\n  help: ") == true)
  }

  @Test func `labels are the different outputs of a classification task, if they leave a choice`() {
    let outputs = ["warm", "cold", "warm"]
    let inputs = ["July", "January", "August"]
    #expect(
      task("a", "Warm or cold?", inputs, isLabel: true, outputs: outputs).labels == [
        "warm", "cold",
      ])
    #expect(task("b", "Warm or cold?", inputs, outputs: outputs).labels.isEmpty)
    #expect(task("c", "Warm or cold?", inputs, isLabel: true).labels.isEmpty)
  }
}
