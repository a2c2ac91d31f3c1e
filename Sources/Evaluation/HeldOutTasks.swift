import Randomness
import Storage
import TaskCorpus
import TextMetrics

/// Tasks that a model is measured by: never trained on, never shown in prompts.
package struct HeldOutTasks: Equatable, Sendable {
  package let tasks: [InstructionTask]
  /// Where they come from, for people.
  package let source: String

  /// Tasks without an answer, and such as came before, are left out.
  package init(_ tasks: [InstructionTask], source: String) {
    var seen: Set<[String]> = []
    self.tasks = tasks.compactMap { task in
      var task = task
      task.instances.removeAll { $0.output.allSatisfy(\.isWhitespace) }
      guard let first = task.instances.first else { return nil }
      return seen.insert([task.instruction, first.input]).inserted ? task : nil
    }
    self.source = source
  }

  /// The name of the file beside the seeds that holds them.
  package static let fileName = "held_out_tasks.jsonl"

  /// A share of the seeds.
  ///
  /// The side of a seed depends on its id alone, so it stays there as others come.
  package init(
    share: Double, of seeds: [InstructionTask], from stream: RandomStream, source: String
  ) {
    let tasks = seeds.filter { seed in
      stream.stream("held-out").stream(seed.id).uniform(at: 0) < share
    }
    self.init(tasks, source: source)
  }

  /// - Throws: `EvaluationError.fewTasks`.
  package func require(_ minimum: Int) throws(EvaluationError) {
    guard tasks.count >= minimum else {
      throw .fewTasks(source: source, count: tasks.count, minimum: minimum)
    }
  }

  /// Sees to it that the primary metric can be taken, before anything is trained.
  ///
  /// - Throws: `EvaluationError.notMeasured`.
  package func require(_ primary: Metric, hasTexts: Bool) throws(EvaluationError) {
    let isThere =
      switch primary {
      case .exactMatch: tasks.contains { !$0.labels.isEmpty }
      case .rougeL: tasks.contains { $0.isClassification != true }
      case .generalLoss: hasTexts
      default: true
      }
    if !isThere { throw .notMeasured(primary) }
  }

  /// Above this ROUGE-L F of instruction and input two tasks are taken for one.
  package static let nearness = 0.7

  /// The tasks that are none of these, and how many are: those with the same instruction, and near
  /// copies in instruction and input of any instance.
  package func excluded(
    from others: [InstructionTask]
  ) -> (tasks: [InstructionTask], excluded: Int) {
    var pool = SimilarityPool(tokenizer: .unicode)
    for task in tasks {
      for instance in task.instances { pool.insert(Self.question(task, instance)) }
    }
    let instructions = Set(tasks.map(\.instruction))
    let kept = others.filter { task in
      !instructions.contains(task.instruction)
        && !task.instances.contains { instance in
          pool.match(of: Self.question(task, instance), above: Self.nearness) != nil
        }
    }
    return (kept, others.count - kept.count)
  }

  private static func question(_ task: InstructionTask, _ instance: TaskInstance) -> String {
    instance.input.isEmpty ? task.instruction : task.instruction + "\n" + instance.input
  }

  /// SHA-256 of the tasks.
  package var hash: String {
    ContentHash.hex(of: Array(tasks.map { $0.json.encodedLine() }.joined(separator: "\n").utf8))
  }
}

extension InstructionTask {
  /// The labels that an answer is chosen from: the different outputs of its instances; none where
  /// they leave no choice.
  package var labels: [String] {
    guard isClassification == true else { return [] }
    var labels: [String] = []
    for instance in instances where !labels.contains(instance.output) {
      labels.append(instance.output)
    }
    return labels.count > 1 ? labels : []
  }
}
