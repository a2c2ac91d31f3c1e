import Filtering
import Prompts
import Randomness
import TaskCorpus

/// The seeds that a round shows as examples, drawn once so that the model reads them once.
struct RoundExamples: Sendable {
  var classification: [(task: InstructionTask, answer: Bool)]
  var inputNeed: [(task: InstructionTask, answer: Bool)]
  var inputs: [InstructionTask]
  var labels: [(task: InstructionTask, labels: [String])]
  var labelledInputs: [WorkedTask]
  var inputFirst: [InstructionTask]
  var outputFirst: [InstructionTask]

  /// Draws the examples of a round.
  init(_ context: GrowContext) {
    let configuration = context.configuration
    let others = context.openSeeds + context.inputSeeds
    func draw(_ name: String) -> StreamGenerator {
      context.roundStream.stream("examples", 0).stream(name).generator()
    }
    classification = Self.answers(
      configuration.classification, yes: context.labelSeeds,
      no: others.filter { $0.isClassification == false }, draw("classification"))
    inputNeed = Self.answers(
      configuration.inputNeed, yes: context.inputSeeds, no: context.openSeeds, draw("input-need"))
    var generator = draw("inputs")
    // Long inputs as examples make every prompt long.
    let short = context.inputSeeds.filter { $0.firstInput.count <= 600 }
    inputs = generator.sample(configuration.inputs.examples, of: short)
    generator = draw("labels")
    labels = generator.sample(configuration.labels.examples, of: context.labelSeeds)
      .map { ($0, Self.labels(of: $0)) }
    let worked = context.labelSeeds.compactMap(Self.shortWorked)
    generator = draw("labelled-inputs")
    labelledInputs = generator.sample(configuration.labels.inputExamples, of: worked)
    generator = draw("input-first")
    inputFirst = generator.sample(configuration.instances.inputFirstExamples, of: others)
    generator = draw("output-first")
    outputFirst = generator.sample(
      configuration.instances.outputFirstExamples, of: context.labelSeeds)
  }

  /// The labels that a seed's instances show, each once.
  static func labels(of seed: InstructionTask) -> [String] {
    var labels: [String] = []
    for instance in seed.instances where !labels.contains(instance.output) {
      labels.append(instance.output)
    }
    return labels
  }

  /// A classification seed with its first two instances of different labels and short inputs; nil
  /// if it has none.
  private static func shortWorked(_ seed: InstructionTask) -> WorkedTask? {
    var worked = seed.worked
    var labels: Set<String> = []
    worked.instances = worked.instances.filter { instance in
      !instance.input.isEmpty && instance.input.count <= 160
        && labels.insert(instance.output).inserted
    }
    worked.instances = Array(worked.instances.prefix(2))
    return worked.instances.isEmpty ? nil : worked
  }

  /// Examples for a question, the answers mixed.
  private static func answers(
    _ question: GrowConfiguration.Question, yes: [InstructionTask], no: [InstructionTask],
    _ generator: StreamGenerator
  ) -> [(task: InstructionTask, answer: Bool)] {
    var generator = generator
    let examples =
      generator.sample(question.yesExamples, of: yes).map { ($0, true) }
      + generator.sample(question.noExamples, of: no).map { ($0, false) }
    return generator.sample(examples.count, of: examples)
  }
}

extension InstructionTask {
  /// The task as prompts show it.
  var worked: WorkedTask {
    WorkedTask(
      id: id, instruction: instruction,
      instances: instances.map { ParsedInstance(input: $0.input, output: $0.output) })
  }
}
