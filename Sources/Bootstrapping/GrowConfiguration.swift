import Filtering
import LanguageModels

/// Everything that decides what a round asks and keeps, besides seeds, prompts and model.
///
/// It is recorded with the round; a round that was interrupted goes on with what was recorded.
package struct GrowConfiguration: Codable, Equatable, Sendable {
  /// Where the defaults of all other fields come from.
  package enum Preset: String, Codable, CaseIterable, Sendable {
    /// For small instruct models.
    case standard = "default"
    /// The original method's sampling, prompts' structure, decoding, parsers and rules.
    case paper
  }

  package var preset = Preset.standard
  /// The seed of every draw.
  package var seed: UInt64 = 42
  /// How many tasks a round takes; at least 1.
  package var tasks = 100
  /// Language of seeds, prompts and word lists, ISO 639-1.
  package var language = "en"
  package var waves = Waves()
  package var instructions = Instructions()
  package var classification = Question()
  package var inputNeed = Question(method: .kind)
  package var labels = Labels()
  package var inputs = Inputs()
  package var answers = Answers()
  package var instances = Instances()
  package var judging = Judging()
  /// Files of texts that the model will be tested with.
  package var evaluation = EvaluationSets.Configuration()
  package var rules = RuleSet()

  package init() {}
}

extension GrowConfiguration {
  /// How requests are gathered.
  package struct Waves: Codable, Equatable, Sendable {
    /// New instructions asked for in one wave at most; at least 1.
    package var requests = 160
    /// Waves in flight together, 1 or 2; with 2 a wave is decided before the one ahead is
    /// finished, so that nothing waits for stragglers.
    package var inFlight = 2
    /// After so many waves in a row without a new task the yield counts as collapsed; at least 1.
    package var emptyWaves = 20
  }

  /// How new instructions are asked for.
  package struct Instructions: Codable, Equatable, Sendable {
    package enum Method: String, Codable, Sendable {
      /// The model's own user turn, begun with a few words.
      case opener
      /// A numbered list of tasks to go on with, the original's way.
      case list
    }

    package enum Ranking: String, Codable, Sendable {
      /// By the likelihood of the words as they were generated.
      case generation
      /// By the likelihood of the whole instruction in a bare user turn, scored afterwards.
      case userTurn = "user-turn"
    }

    package var method = Method.opener
    /// Of all tasks, the share that should have been asked for with an input; 0 to 1.
    package var inputShare = 0.18
    /// Of all tasks, the share that should have been asked for as classification; 0 to 1.
    package var labelShare = 0.13
    /// Of the openers of tasks without input, the share drawn from seeds; 0 to 1.
    package var seedOpeners = 0.3
    /// The same for tasks with an input.
    package var seedOpenersWithInput = 0.0
    /// The same for classification tasks.
    package var seedOpenersWithLabels = 0.0
    /// Of all openers, the share drawn from accepted tasks; 0 to 1. The rest is from the lists of
    /// the prompt file.
    package var acceptedOpeners = 0.0
    /// How many words of a task make an opener, one of these drawn; each at least 1.
    package var openerLengths = [1, 2, 2, 3]
    /// The same for tasks with an input.
    package var openerLengthsWithInput = [2, 3, 4]
    /// Of all requests, the share that names a topic drawn from the seeds; 0 to 1.
    package var topicShare = 1.0
    /// Seeds that stand as earlier turns of the conversation.
    package var earlierTasks = 0
    /// Tasks in a list; the original's value.
    package var shownTasks = 8
    /// Of these, accepted ones at most; the original's value.
    package var shownAccepted = 2
    /// Turns every letter but the first to lower case, as the original does.
    package var lowercases = false
    package var ranking = Ranking.userTurn
    package var sampling = SamplingParameters(temperature: 0.6)
    /// For classification tasks.
    package var labelSampling = SamplingParameters(temperature: 0.7)
    /// For a task without input, and for a list of tasks.
    package var maxNewTokens = 32
    /// For a task with the text that it is about.
    package var maxNewTokensWithInput = 110
    /// For a classification task.
    package var maxNewTokensWithLabels = 24
  }

  /// How a yes or no about an instruction is found.
  package struct Question: Codable, Equatable, Sendable {
    package enum Method: String, Codable, Sendable {
      /// What the prompt asked for.
      case kind
      /// By the likelihood of the two words, calibrated on a text that says nothing; a model that
      /// cannot score is asked for a word instead.
      case likelihood
      /// By the word that the model writes.
      case text
    }

    package var method = Method.kind
    /// Examples with the answer yes, drawn from the seeds.
    package var yesExamples = 4
    /// Examples with the answer no, drawn from the seeds.
    package var noExamples = 4
    /// Log-odds of yes, in nats, above which the answer is yes.
    package var threshold = 0.0
    package var sampling = SamplingParameters(temperature: 0)
    package var maxNewTokens = 3

    package init(method: Method = .kind) {
      self.method = method
    }
  }

  /// How the labels of a classification task are found.
  package struct Labels: Codable, Equatable, Sendable {
    /// Asks the model for the labels of an instruction that names none; otherwise such an
    /// instruction comes to nothing.
    package var asksWhenUnnamed = false
    /// Examples drawn from the classification seeds.
    package var examples = 6
    /// Classification seeds shown, two instances each, before an input for a label.
    package var inputExamples = 3
    /// Labels for which inputs are made, the first ones; at least 1.
    package var maximum = 3
    /// Inputs asked for each label after examples, of which the surest stays; at least 1.
    package var samples = 2
    /// Inputs asked for each label as the answer to a request, besides.
    package var requestedSamples = 6
    package var sampling = SamplingParameters(temperature: 0)
    package var inputSampling = SamplingParameters(temperature: 0.6)
    package var maxNewTokens = 30
    package var maxInputTokens = 36
  }

  /// How inputs are made.
  package struct Inputs: Codable, Equatable, Sendable {
    package enum Method: String, Codable, Sendable {
      /// After examples from the seeds.
      case examples
      /// As what a user says next when the instruction is the system's turn.
      case userTurn = "user-turn"
    }

    package var method = Method.examples
    /// Examples drawn from the seeds.
    package var examples = 4
    /// Inputs asked for each task, of which the likeliest valid one stays; at least 1.
    package var samples = 2
    package var sampling = SamplingParameters(temperature: 0.7)
    package var maxNewTokens = 160
  }

  /// How answers are made, in the model's own conversation template.
  package struct Answers: Codable, Equatable, Sendable {
    /// Answers asked for each task, of which the rules choose; at least 1.
    package var samples = 4
    package var sampling = SamplingParameters(temperature: 0.4)
    package var maxNewTokens = 120
  }

  /// How instances are made in one completion, the original's way.
  package struct Instances: Codable, Equatable, Sendable {
    /// Whether inputs and outputs come in one completion instead of stage by stage.
    package var together = false
    /// Worked tasks shown before a task that is not classification; the original's value.
    package var inputFirstExamples = 11
    /// Worked tasks shown before a classification task; the original's value.
    package var outputFirstExamples = 16
    package var sampling = SamplingParameters(temperature: 0)
    package var maxNewTokens = 350
    /// The limit of tokens for a batch with a classification task in it.
    package var maxNewTokensWithLabels = 300
    /// Requests that share the lower limit; the original's value.
    package var batch = 5
  }
}

extension GrowConfiguration {
  /// How a judge is asked, where a run has one.
  package struct Judging: Codable, Equatable, Sendable {
    package var sampling = SamplingParameters(temperature: 0)
    /// Enough for a model that says a sentence before its score.
    package var maxNewTokens = 200
  }
}

extension SamplingParameters {
  /// Sampling from the model's distribution at a temperature.
  package init(temperature: Double) {
    self.init()
    self.temperature = temperature
  }
}

extension GrowConfiguration.Instructions {
  /// The share of a kind's openers drawn from seeds.
  func seedOpeners(for kind: InstructionKind) -> Double {
    switch kind {
    case .open: seedOpeners
    case .input: seedOpenersWithInput
    case .label: seedOpenersWithLabels
    }
  }
}
