import Storage

/// What the rounds that follow were asked with; written when a round opens and this has changed.
///
/// A run that was killed and goes on writes no second row, so its ledger has the bytes of one that
/// was never killed.
package struct RunRow: Codable, Equatable, Sendable {
  /// The whole configuration, as resolved.
  package var configuration: JSONValue
  /// Name, fingerprint and precision of the model.
  package var model: JSONValue
  /// The same of a model that answers in its place, and of one that gives scores; absent where
  /// there is none.
  package var answerModel: JSONValue?
  package var judge: JSONValue?
  /// Version of the prompts: a hash of their files, but for the judge's.
  package var prompts: String
  /// Version of the judge's prompt; absent where there is no judge.
  package var judgePrompt: String?
  /// A hash of the seeds.
  package var seeds: String
  /// A hash of the evaluation sets; absent where there are none.
  package var evaluation: String?
  /// Version of the program.
  package var program: String

  package init(
    configuration: JSONValue, model: JSONValue, answerModel: JSONValue? = nil,
    judge: JSONValue? = nil, prompts: String, judgePrompt: String? = nil, seeds: String,
    evaluation: String? = nil, program: String
  ) {
    self.configuration = configuration
    self.model = model
    self.answerModel = answerModel
    self.judge = judge
    self.prompts = prompts
    self.judgePrompt = judgePrompt
    self.seeds = seeds
    self.evaluation = evaluation
    self.program = program
  }
}

/// The seeds that the rounds that follow grow from, so that decisions need nothing but the ledger.
package struct SeedsRow: Codable, Equatable, Sendable {
  /// One seed, as far as decisions need it.
  package struct Seed: Codable, Equatable, Sendable {
    package var id: String
    package var instruction: String

    package init(id: String, instruction: String) {
      self.id = id
      self.instruction = instruction
    }
  }

  /// A hash of the seeds with their instances.
  package var hash: String
  package var seeds: [Seed]

  package init(hash: String, seeds: [Seed]) {
    self.hash = hash
    self.seeds = seeds
  }
}

/// What the candidates so far have in common with evaluation sets that are new or have changed;
/// those that follow say it themselves, among their evidence.
///
/// The sets' texts are not here: a corpus that is published must not carry them along.
package struct EvaluationRow: Codable, Equatable, Sendable {
  /// A hash of the sets; empty where there are none any more.
  package var hash: String
  /// Where they come from.
  package var sources: JSONValue
  /// How many candidates stand before this row.
  package var candidates: Int
  /// What they have in common with the sets, by their ids; those without anything are not here.
  package var overlaps: [String: JSONValue]

  package init(
    hash: String, sources: JSONValue, candidates: Int, overlaps: [String: JSONValue]
  ) {
    self.hash = hash
    self.sources = sources
    self.candidates = candidates
    self.overlaps = overlaps
  }
}

/// The rules by which candidates are decided from here on, backwards too.
package struct RulesRow: Codable, Equatable, Sendable {
  package var rules: JSONValue

  package init(rules: JSONValue) {
    self.rules = rules
  }
}

/// What completions before it say as they were read last, where that is something else than the
/// candidates that stand with them; a later row of this kind takes its place.
package struct ReadingRow: Codable, Equatable, Sendable {
  /// What one completion proposes.
  package struct Completion: Codable, Equatable, Sendable {
    package var round: Int
    package var stage: String
    package var request: Int
    /// The wave at whose end the candidates come in, as none stand in the ledger that they could
    /// take the place of; absent where some do.
    package var wave: Int?
    package var candidates: [CandidateRow]

    package init(
      round: Int, stage: String, request: Int, wave: Int? = nil, candidates: [CandidateRow]
    ) {
      self.round = round
      self.stage = stage
      self.request = request
      self.wave = wave
      self.candidates = candidates
    }
  }

  /// Version of the program that read them.
  package var program: String
  /// A hash of the evaluation sets that the candidates were measured against; empty for none.
  package var evaluation: String
  package var completions: [Completion]

  package init(program: String, evaluation: String, completions: [Completion]) {
    self.program = program
    self.evaluation = evaluation
    self.completions = completions
  }
}

/// The opening of a round.
package struct RoundRow: Codable, Equatable, Sendable {
  package var round: Int
  /// How many tasks it takes.
  package var tasks: Int
  /// Surplus of earlier rounds that this one takes, in candidate order.
  package var taken: [String]
  /// True for a round that asks for instances of what is kept already and for nothing new.
  package var completesOnly: Bool?
  /// True for a round that asks for other answers to the tasks there are.
  package var answersOnly: Bool?

  package init(
    round: Int, tasks: Int, taken: [String], completesOnly: Bool? = nil, answersOnly: Bool? = nil
  ) {
    self.round = round
    self.tasks = tasks
    self.taken = taken
    self.completesOnly = completesOnly
    self.answersOnly = answersOnly
  }
}

/// What a model said to one request: text, or the likelihood of a given text.
package struct CompletionRow: Codable, Equatable, Sendable {
  package var round: Int
  package var wave: Int
  package var stage: String
  /// Counts the requests of a stage in a round, from 0.
  package var request: Int
  /// The candidate that this is asked for, if there is one.
  package var of: String?
  /// The text that was generated; absent where a likelihood was asked for.
  package var text: String?
  /// Why the text ended.
  package var finish: String?
  /// Sum of log-probabilities of the text's tokens, in nats.
  package var logProbability: Double?
  /// How many tokens that sums over.
  package var scoredTokens: Int
  package var promptTokens: Int
  /// Tokens that were generated.
  package var tokens: Int
  /// A hash of the prompt.
  package var prompt: String
  /// Why no answer came; absent where one did.
  package var failure: String?
  /// Fingerprint of the model that answered, where a run asks one of several.
  package var model: String?

  package init(
    round: Int, wave: Int, stage: String, request: Int, of: String? = nil, text: String? = nil,
    finish: String? = nil, logProbability: Double? = nil, scoredTokens: Int = 0,
    promptTokens: Int = 0, tokens: Int = 0, prompt: String
  ) {
    self.round = round
    self.wave = wave
    self.stage = stage
    self.request = request
    self.of = of
    self.text = text
    self.finish = finish
    self.logProbability = logProbability
    self.scoredTokens = scoredTokens
    self.promptTokens = promptTokens
    self.tokens = tokens
    self.prompt = prompt
  }
}

/// Something a completion proposed, with everything that a decision about it needs.
package struct CandidateRow: Codable, Equatable, Sendable {
  /// Unique in the corpus.
  package var id: String
  package var round: Int
  package var wave: Int
  package var stage: String
  package var request: Int
  /// The instruction that this belongs to; absent for an instruction.
  package var of: String?
  /// What was read from the completion.
  package var parse: JSONValue
  /// Scores, neighbours, log-probabilities: what rules look at besides the parse.
  package var evidence: JSONValue
  /// Ids of the tasks shown in the prompt.
  package var shown: [String]
  /// A hash of the prompt.
  package var prompt: String
  /// Fingerprint of the model.
  package var model: String
  /// Sampling parameters; null where likelihoods decided.
  package var sampling: JSONValue

  package init(
    id: String, round: Int, wave: Int, stage: String, request: Int, of: String? = nil,
    parse: JSONValue, evidence: JSONValue, shown: [String] = [], prompt: String, model: String,
    sampling: JSONValue
  ) {
    self.id = id
    self.round = round
    self.wave = wave
    self.stage = stage
    self.request = request
    self.of = of
    self.parse = parse
    self.evidence = evidence
    self.shown = shown
    self.prompt = prompt
    self.model = model
    self.sampling = sampling
  }
}

/// The end of a wave; what stands before it up to the end of the wave before is now committed.
package struct WaveRow: Codable, Equatable, Sendable {
  package var round: Int
  package var wave: Int
  package var completions: Int
  package var candidates: Int
  /// Tasks that this wave finished beyond what the round takes.
  package var surplus: [String]

  package init(round: Int, wave: Int, completions: Int, candidates: Int, surplus: [String]) {
    self.round = round
    self.wave = wave
    self.completions = completions
    self.candidates = candidates
    self.surplus = surplus
  }
}

/// The end of a round.
package struct CloseRow: Codable, Equatable, Sendable {
  package enum Reason: String, Codable, Sendable {
    /// The round has all its tasks.
    case complete
    /// It was ended as it was.
    case closed
  }

  package var round: Int
  /// Tasks taken.
  package var tasks: Int
  package var reason: Reason

  package init(round: Int, tasks: Int, reason: Reason) {
    self.round = round
    self.tasks = tasks
    self.reason = reason
  }
}
