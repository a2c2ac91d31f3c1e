import Randomness

/// How the next token is chosen; the defaults sample from the model's own distribution.
///
/// The order of application is: penalties, temperature, top-k, top-p, min-p, draw.
package struct SamplingParameters: Hashable, Sendable, Codable {
  /// Divides the logits; 0 takes the most likely token.
  package var temperature: Double = 1
  /// Keeps the k most likely tokens; 0 keeps all.
  package var topK: Int = 0
  /// Keeps the smallest set of tokens whose probability reaches this; 1 keeps all.
  package var topP: Double = 1
  /// Drops tokens less likely than this fraction of the most likely one; 0 keeps all.
  package var minP: Double = 0
  /// Divides positive and multiplies negative logits of tokens seen in prompt or completion; 1 is
  /// off.
  package var repetitionPenalty: Double = 1
  /// Subtracted once from the logit of every token seen in the completion.
  package var presencePenalty: Double = 0
  /// Subtracted from a token's logit for each time it was seen in the completion.
  package var frequencyPenalty: Double = 0

  package init() {}
}

/// One prompt to continue.
package struct GenerationRequest: Hashable, Sendable {
  package var prompt: Prompt
  package var sampling = SamplingParameters()
  package var maxNewTokens: Int
  /// The completion ends before the first of these strings that appears in it.
  package var stopStrings: [String] = []
  /// When not empty, the completion is exactly one of these strings.
  package var choices: [String] = []
  /// Goes on past the model's end token until `maxNewTokens`.
  package var ignoresEnd = false
  /// The draws of this completion; equal streams and prompts give equal text, whatever else runs.
  package var stream: RandomStream

  package init(prompt: Prompt, maxNewTokens: Int, stream: RandomStream) {
    self.prompt = prompt
    self.maxNewTokens = maxNewTokens
    self.stream = stream
  }
}

/// Why a completion ended.
package enum FinishReason: String, Hashable, Sendable, Codable {
  /// The model's end token, a stop string, or the end of a choice.
  case stop
  /// The limit of new tokens, or the end of the context.
  case length
  /// No answer came, however often it was asked for; the text is empty.
  case failed
}

/// The answer to one generation request.
package struct Generation: Hashable, Sendable {
  /// The request's place in the list that was passed.
  package var index: Int
  package var text: String
  package var finishReason: FinishReason
  package var promptTokens: Int
  /// Tokens generated, the one that ended the completion included.
  package var completionTokens: Int
  /// Sum of log-probabilities (nats, of the untempered distribution) of the tokens that make up
  /// `text`, without end token and stop string; nil where the model does not tell.
  package var sumLogProbability: Double?
  /// How many tokens `sumLogProbability` sums over.
  package var scoredTokens: Int
  /// Log-probability (nats) of the end token; nil when the completion ended otherwise or the model
  /// does not tell.
  package var endLogProbability: Double?
  /// The ids of the generated tokens, the one that ended the completion included; empty where the
  /// model does not tell.
  package var tokens: [Int32]
  /// Log-probability (nats, of the untempered distribution) of each of `tokens`; its first
  /// `scoredTokens` add up to `sumLogProbability`. Empty where the model does not tell.
  package var tokenLogProbabilities: [Float]
  /// The ids that the prompt became; empty where the model does not tell.
  package var promptIDs: [Int32]
  /// Why no answer came; nil for one that did.
  package var failure: String?
  /// Fingerprint of the model that answered, where one of several did; nil where the asked one is
  /// meant.
  package var model: String?

  package init(
    index: Int, text: String, finishReason: FinishReason, promptTokens: Int,
    completionTokens: Int, sumLogProbability: Double? = nil, scoredTokens: Int = 0,
    endLogProbability: Double? = nil, tokens: [Int32] = [], tokenLogProbabilities: [Float] = [],
    promptIDs: [Int32] = []
  ) {
    self.index = index
    self.text = text
    self.finishReason = finishReason
    self.promptTokens = promptTokens
    self.completionTokens = completionTokens
    self.sumLogProbability = sumLogProbability
    self.scoredTokens = scoredTokens
    self.endLogProbability = endLogProbability
    self.tokens = tokens
    self.tokenLogProbabilities = tokenLogProbabilities
    self.promptIDs = promptIDs
  }
}
