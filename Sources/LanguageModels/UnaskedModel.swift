/// Stands for a model of which only is known what it can do; it is not to be asked anything.
package struct UnaskedModel: LanguageModel {
  package let capabilities: ModelCapabilities
  package let identity: ModelIdentity

  package init(capabilities: ModelCapabilities, identity: ModelIdentity) {
    self.capabilities = capabilities
    self.identity = identity
  }

  package func generate(
    _ requests: [GenerationRequest]
  ) -> AsyncThrowingStream<Generation, any Error> {
    AsyncThrowingStream { $0.finish(throwing: MissingAnswers(count: requests.count)) }
  }

  package func score(_ requests: [ScoringRequest]) -> AsyncThrowingStream<Score, any Error> {
    AsyncThrowingStream { $0.finish(throwing: MissingAnswers(count: requests.count)) }
  }
}
