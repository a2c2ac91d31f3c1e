import Bootstrapping
import Filtering
import Foundation
import LanguageModels
import Prompts
import Randomness
import Storage
import Synchronization
import TaskCorpus
import TestSupport

/// A small corpus, a scripted model and what they are grown with.
struct Rehearsal {
  let folder: TemporaryDirectory
  var configuration = GrowConfiguration()
  var seeds = Rehearsal.seeds
  var evaluation: EvaluationSets?
  var order: UInt64 = 1

  init() throws {
    folder = try TemporaryDirectory()
    configuration.tasks = 6
    configuration.waves.requests = 16
    // Noise says nothing worth ranking hard, and its answers are short.
    configuration.rules.length.maximum = 60
    configuration.rules.answerLength.minimum = 1
    configuration.rules.likelihood.keep = 0.4
    configuration.rules.likelihood.keepWithInput = 0.4
    configuration.rules.doubt.minimumWithInput = -5
    configuration.rules.novelty.maximum = 0.7
    configuration.rules.opening.maximum = 4
  }

  var corpus: CorpusDirectory { CorpusDirectory(folder.path + "/corpus") }

  func grower(
    _ model: any LanguageModel, answerer: (any LanguageModel)? = nil,
    judge: (any LanguageModel)? = nil, given: Set<String> = [], seed: UInt64? = nil,
    now: @escaping @Sendable () -> Date = { Date(timeIntervalSince1970: 0) }
  ) throws -> Grower {
    var configuration = configuration
    if let seed { configuration.seed = seed }
    return Grower(
      corpus: corpus, seeds: seeds, evaluation: evaluation,
      models: ModelRoles(model, answerer: answerer, judge: judge),
      configuration: configuration, given: given, prompts: try PromptSet.builtIn(),
      program: "test", now: now)
  }

  /// Sets of one file with these rows, which the configuration then names.
  mutating func evaluate(_ texts: [String]) throws {
    let rows = texts.map { JSONValue.object(["question": .string($0)]).encodedLine() + "\n" }
    try folder.write(rows.joined(), to: "questions.jsonl")
    configuration.evaluation.files = ["questions.jsonl"]
    let place = folder.path
    evaluation = try EvaluationSets(
      reading: configuration.evaluation, resolve: { "\(place)/\($0)" })
  }

  func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  /// Ledger and tasks as they stand.
  func bytes() throws -> [String] {
    [try text(corpus.ledgerPath), try text(corpus.tasksPath)]
  }

  /// A model that makes something of every request; what it says depends on the request's draws.
  static func model(
    order: UInt64 = 1, capabilities: ModelCapabilities = .everything,
    failing: (@Sendable (GenerationRequest) throws -> Void)? = nil
  ) -> ScriptedModel {
    ScriptedModel(
      order: RandomStream(seed: order), capabilities: capabilities,
      logProbability: { request in likelihood(of: request) },
      reply: { request in
        try failing?(request)
        return reply(to: request)
      })
  }

  static func reply(to request: GenerationRequest) -> ScriptedModel.Reply {
    var generator = request.stream.generator()
    func words(_ count: Int) -> String {
      (0..<count).map { _ in vocabulary[Int(generator.next() % UInt64(vocabulary.count))] }
        .joined(separator: " ")
    }
    let likelihood = -Double(generator.next() % 1000) / 500
    let text: String
    switch request.prompt {
    case .chat(_, let open) where open.role == .user && open.content.hasSuffix("either"):
      text = " \(words(1))y or \(words(1))ish."
    case .chat(_, let open) where open.role == .user:
      let isAboutInput = open.content.split(separator: " ").contains { word in
        ["following", "this"].contains(word)
      }
      text =
        isAboutInput
        ? " text about \(words(3)):\n\(words(12))." : " \(words(8))?"
    case .chat:
      text = words(9).capitalized + "."
    case .completion:
      text = " \(words(6))."
    }
    return ScriptedModel.Reply(
      text, generator.next() % 12 == 0 ? .length : .stop, sumLogProbability: likelihood * 10,
      scoredTokens: 10)
  }

  /// Labels fit an input if their first letters come early in the alphabet.
  static func likelihood(of request: ScoringRequest) -> Double {
    var hash = 7
    for byte in "\(request.context)\(request.continuation)".utf8 {
      hash = (hash &* 31 &+ Int(byte)) % 1009
    }
    return -Double(hash) / 100
  }

  static let vocabulary = [
    "apple", "bread", "cloud", "dance", "eagle", "flame", "grape", "house", "island", "jungle",
    "kettle", "lemon", "mountain", "needle", "ocean", "piano", "quartz", "river", "sugar",
    "tunnel", "umbrella", "violin", "window", "yellow", "zebra", "anchor", "button", "candle",
    "desert", "engine", "forest", "garden", "hammer", "insect", "jacket", "ladder", "mirror",
  ]

  static let seeds: [InstructionTask] = [
    task("s1", "Explain how bees find their way home.", "", "They use the sun.", false),
    task("s2", "Name three rivers in Europe.", "", "Rhine, Loire and Po.", false),
    task(
      "s3", "Summarize the following letter.", "Dear Ann, I am well.", "Ann's friend is well.",
      false),
    task("s4", "Rewrite the sentence in the past tense.", "He goes home.", "He went home.", false),
    task("s5", "Suggest a name for a bakery.", "", "Crumb and Crust.", false),
    task("s6", "Say whether the weather is good or bad.", "Rain all day.", "bad", true),
    task("s7", "Classify the animal as wild or tame.", "A wolf.", "wild", true),
    task("s8", "What is the capital of Peru?", "", "Lima.", false),
  ]

  private static func task(
    _ id: String, _ instruction: String, _ input: String, _ output: String, _ isLabel: Bool
  ) -> InstructionTask {
    InstructionTask(
      id: id, instruction: instruction, instances: [TaskInstance(input: input, output: output)],
      isClassification: isLabel)
  }
}

/// Gathers what a run tells once.
final class Notices: Sendable {
  private let sentences = Mutex<[String]>([])

  var all: [String] { sentences.withLock { $0 } }

  func receive(_ event: GrowEvent) {
    if case .notice(let text) = event { sentences.withLock { $0.append(text) } }
  }
}
