import Randomness

/// A model whose answers are functions, for tests and rehearsals.
///
/// Answers arrive in an order drawn from `order`, so that a test sees whether arrival matters.
package struct ScriptedModel: LanguageModel {
  /// What a scripted model says to one request.
  package struct Reply: Sendable {
    package var text: String
    package var finishReason: FinishReason
    package var sumLogProbability: Double?
    package var scoredTokens: Int

    package init(
      _ text: String, _ finishReason: FinishReason = .stop, sumLogProbability: Double? = nil,
      scoredTokens: Int = 1
    ) {
      self.text = text
      self.finishReason = finishReason
      self.sumLogProbability = sumLogProbability
      self.scoredTokens = scoredTokens
    }
  }

  /// What a scripted model fails with.
  package struct Failure: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
      self.description = description
    }
  }

  package var capabilities: ModelCapabilities
  package var identity: ModelIdentity
  private let order: RandomStream
  private let reply: @Sendable (GenerationRequest) throws -> Reply
  private let logProbability: @Sendable (ScoringRequest) throws -> Double

  /// Makes a model of two functions.
  ///
  /// - Parameters:
  ///   - name: Also its fingerprint.
  ///   - order: Draws the order in which answers arrive.
  ///   - capabilities: Everything unless told otherwise.
  ///   - logProbability: Of a continuation; what `score` gives.
  ///   - reply: Says what `generate` gives.
  package init(
    name: String = "scripted", order: RandomStream = RandomStream(seed: 0),
    capabilities: ModelCapabilities = .everything,
    logProbability: @escaping @Sendable (ScoringRequest) throws -> Double = { _ in -1 },
    reply: @escaping @Sendable (GenerationRequest) throws -> Reply
  ) {
    self.capabilities = capabilities
    self.order = order
    self.reply = reply
    self.logProbability = logProbability
    // As of real models, those that go on with any turn run on this machine and tell it.
    identity = ModelIdentity(
      name: name, fingerprint: name, precision: capabilities.continuesAnyTurn ? "f64" : "")
  }

  package func generate(
    _ requests: [GenerationRequest]
  ) -> AsyncThrowingStream<Generation, any Error> {
    stream(of: requests.count) { index in
      let answer = try reply(requests[index])
      return Generation(
        index: index, text: answer.text, finishReason: answer.finishReason,
        promptTokens: 1, completionTokens: max(1, answer.scoredTokens),
        sumLogProbability: answer.sumLogProbability, scoredTokens: answer.scoredTokens)
    }
  }

  package func score(_ requests: [ScoringRequest]) -> AsyncThrowingStream<Score, any Error> {
    stream(of: requests.count) { index in
      let value = try logProbability(requests[index])
      return Score(
        index: index, tokenLogProbabilities: [Float(value)], isGreedy: false, contextTokens: 1)
    }
  }

  private func stream<Answer: Sendable>(
    of count: Int, _ answer: (Int) throws -> Answer
  ) -> AsyncThrowingStream<Answer, any Error> {
    var generator = order.stream("order", count).generator()
    let indices = generator.shuffled(Array(0..<count))
    return AsyncThrowingStream { continuation in
      do {
        for index in indices { continuation.yield(try answer(index)) }
        continuation.finish()
      } catch {
        continuation.finish(throwing: error)
      }
    }
  }
}

extension ModelCapabilities {
  /// A model that can do everything, in English, with room for 8,192 tokens.
  package static let everything = ModelCapabilities(
    scores: true, choosesAmong: true, completes: true, chats: true, continuesAnyTurn: true,
    languages: ["en"], contextLength: 8192)
}
