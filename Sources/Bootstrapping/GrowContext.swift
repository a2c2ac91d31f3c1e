import Filtering
import LanguageModels
import Prompts
import Randomness
import TaskCorpus

/// What does not change while a round grows: configuration, prompts, seeds, what the model can do.
package struct GrowContext: Sendable {
  package let configuration: GrowConfiguration
  package let prompts: PromptSet
  package let seeds: [InstructionTask]
  /// What every candidate is measured against; nil if there is nothing.
  package let evaluation: EvaluationSets?
  package let models: ModelRoles<ModelProfile>
  package let round: Int

  // The seeds by what they are good for, in their order.
  let labelSeeds: [InstructionTask]
  let inputSeeds: [InstructionTask]
  let openSeeds: [InstructionTask]
  let topics: [SeedTopics]
  let nouns: [SeedNoun]
  /// Seeds whose first words make openers, by kind.
  let openerSeeds: [InstructionKind: [InstructionTask]]
  let vocabulary: SeedVocabulary

  package init(
    configuration: GrowConfiguration, prompts: PromptSet, seeds: [InstructionTask],
    evaluation: EvaluationSets? = nil, models: ModelRoles<ModelProfile>, round: Int
  ) {
    self.configuration = configuration
    self.prompts = prompts
    self.seeds = seeds
    self.evaluation = evaluation
    self.models = models
    self.round = round
    labelSeeds = seeds.filter { $0.isClassification == true }
    let others = seeds.filter { $0.isClassification != true }
    inputSeeds = others.filter { !$0.firstInput.isEmpty }
    openSeeds = others.filter(\.firstInput.isEmpty)
    topics = seeds.compactMap { SeedTopics($0, fillers: prompts.opener.fillers) }
    let rules = configuration.rules
    openerSeeds = [
      .open: openSeeds.filter { rules.allowsBeginning(of: $0.instruction) }, .input: inputSeeds,
      .label: labelSeeds,
    ]
    nouns = SeedNoun.all(in: labelSeeds, prompts.opener)
    vocabulary = SeedVocabulary(seeds, fillers: prompts.opener.fillers)
  }

  /// The draws of one request.
  func stream(_ key: RequestKey) -> RandomStream {
    roundStream.stream(key.stage.rawValue, key.number)
  }

  /// The draws of the whole round, such as its examples.
  var roundStream: RandomStream {
    RandomStream(seed: configuration.seed).stream("round", round)
  }

  /// Whether classification tasks are asked for and decided at all: not without seeds that show
  /// what they are.
  package var hasLabels: Bool { !labelSeeds.isEmpty }

  /// What the model that makes up tasks can do.
  package var capabilities: ModelCapabilities { models.author.capabilities }

  /// A text prompt in the form that the tasks' author takes.
  func prompt(_ text: String) -> Prompt {
    models.author.form == .completion ? .completion(text) : .chat([ChatTurn(.user, text)])
  }

  /// How a question is answered by the tasks' author.
  func method(_ question: GrowConfiguration.Question) -> GrowConfiguration.Question.Method {
    question.method == .likelihood && !capabilities.scores ? .text : question.method
  }
}

extension InstructionTask {
  /// The input of the first instance.
  var firstInput: String { instances.first?.input ?? "" }
  /// The output of the first instance.
  var firstOutput: String { instances.first?.output ?? "" }
}

extension StreamGenerator {
  /// One element, each as likely as any other; nil of none.
  mutating func element<Element>(of elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[Int(next() % UInt64(elements.count))]
  }

  /// A draw uniform in [0, 1).
  mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// Some elements without repetition, in drawn order; all of them if there are no more.
  mutating func sample<Element>(_ count: Int, of elements: [Element]) -> [Element] {
    var rest = elements
    var sample: [Element] = []
    while sample.count < count, !rest.isEmpty {
      sample.append(rest.remove(at: Int(next() % UInt64(rest.count))))
    }
    return sample
  }
}
