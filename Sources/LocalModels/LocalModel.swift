import Foundation
import Kernels
import LanguageModels
import Storage
import TensorFiles
import Tokenization
import Transformer

/// A language model that runs in this process.
package final class LocalModel: LanguageModel {
  package let capabilities: ModelCapabilities
  package let identity: ModelIdentity
  /// Text to tokens and back, as the model was trained.
  package let tokenizer: Tokenizer
  /// Why conversations are rendered plainly; nil where the model's template is known.
  package let templateNote: String?
  /// What multiplies matrices, for statistics.
  package let kernel: String
  private let prompts: PromptEncoder
  private let engine: Engine
  private let kvMemory: ByteCount
  private let pageBytes: Int

  /// Opens a model and starts its engine.
  /// - Throws: An error of the file's reader, `TransformerError`, `KernelError` or `LocalModelError`.
  package static func load(
    from reference: ModelReference, configuration: EngineConfiguration = EngineConfiguration()
  ) throws -> LocalModel {
    try configuration.validate()
    let files = try ModelFiles(reference)
    let weights = try files.weights(precision: configuration.precision.resolved)
    return try LocalModel(files: files, weights: weights, configuration: configuration)
  }

  private init(files: ModelFiles, weights: Weights, configuration: EngineConfiguration) throws {
    let contextLength = weights.configuration.contextLength
    tokenizer = files.tokenizer
    prompts = PromptEncoder(
      tokenizer: files.tokenizer, template: files.template.template,
      fallbackStart: files.fallbackStart)
    templateNote = files.template.reason
    capabilities = ModelCapabilities(
      scores: true, choosesAmong: true, completes: true, chats: true, continuesAnyTurn: true,
      languages: files.languages, contextLength: contextLength)
    identity = ModelIdentity(
      name: files.name, fingerprint: try files.fingerprint(),
      precision: weights.precision.rawValue)
    kernel = weights.kernel
    let c = weights.configuration
    pageBytes = KeyValueStore.pageBytes(
      layers: c.layers, keyHeads: c.keyHeads, headSize: c.headSize, precision: weights.precision)
    kvMemory = configuration.kvMemory
    // Pages for all sequences at their longest are never all wanted; more would be in vain.
    let longest = KeyValueStore.pageCount(for: contextLength)
    let affordable = max(kvMemory.bytes / pageBytes, 1)
    engine = try Engine(
      decoder: Decoder(weights: weights),
      threads: configuration.threads, concurrency: configuration.concurrency,
      pages: min(configuration.concurrency * min(longest, affordable), affordable))
  }

  /// What the engine has done so far.
  package var statistics: EngineStatistics { engine.statistics }

  package func generate(
    _ requests: [GenerationRequest]
  ) -> AsyncThrowingStream<Generation, any Error> {
    stream(
      requests, makeWork: generationWork, answer: { $1.generation(index: $0) })
  }

  package func score(_ requests: [ScoringRequest]) -> AsyncThrowingStream<Score, any Error> {
    score(requests.map(ScoringInput.text))
  }

  /// Scores each input once, in any order; ids exactly as they are given.
  package func score(_ inputs: [ScoringInput]) -> AsyncThrowingStream<Score, any Error> {
    stream(inputs, makeWork: scoringWork, answer: { $1.score(index: $0) })
  }

  /// Queues sequences as they are.
  func submit(_ batch: WorkBatch) {
    engine.submit(batch)
  }

  // MARK: From requests to sequences

  private func generationWork(
    _ request: GenerationRequest, _ index: Int
  ) throws -> GenerationWork {
    let prompt = try prompts.tokens(of: request.prompt)
    guard !prompt.isEmpty else { throw LocalModelError.emptyPrompt(request: index) }
    guard prompt.count < capabilities.contextLength else {
      throw LocalModelError.promptTooLong(
        request: index, tokens: prompt.count, contextLength: capabilities.contextLength)
    }
    var request = request
    request.stopStrings += prompts.stopStrings(of: request.prompt)
    return try GenerationWork(
      request: request, prompt: prompt, tokenizer: tokenizer,
      contextLength: capabilities.contextLength)
  }

  private func scoringWork(_ input: ScoringInput, _ index: Int) throws -> ScoringWork {
    switch input {
    case .text(let request): try scoringWork(request, index)
    case .tokens(let context, let continuation):
      try scoringWork(context: context, continuation, index)
    }
  }

  private func scoringWork(
    context: [Int32], _ continuation: [Int32], _ index: Int
  ) throws -> ScoringWork {
    guard !context.isEmpty else { throw LocalModelError.emptyPrompt(request: index) }
    let count = context.count + continuation.count
    guard count <= ScoringInput.maxTokens(contextLength: capabilities.contextLength) else {
      throw LocalModelError.promptTooLong(
        request: index, tokens: count, contextLength: capabilities.contextLength)
    }
    for token in context + continuation where !(0..<tokenizer.vocabularySize).contains(Int(token)) {
      throw LocalModelError.unknownToken(
        request: index, token: token, vocabularySize: tokenizer.vocabularySize)
    }
    return ScoringWork(text: context + continuation, contextCount: context.count)
  }

  private func scoringWork(_ request: ScoringRequest, _ index: Int) throws -> ScoringWork {
    let (text, contextCount) = try prompts.split(request)
    guard contextCount > 0 else { throw LocalModelError.emptyPrompt(request: index) }
    // As evaluation harnesses do: what does not fit is cut from the left.
    let excess = max(0, text.count - capabilities.contextLength - 1)
    guard excess < contextCount else {
      throw LocalModelError.promptTooLong(
        request: index, tokens: text.count - contextCount,
        contextLength: capabilities.contextLength)
    }
    return ScoringWork(text: Array(text.dropFirst(excess)), contextCount: contextCount - excess)
  }

  private func checkMemory(_ works: [any SequenceWork]) throws(LocalModelError) {
    for (index, work) in works.enumerated() {
      let needed = KeyValueStore.pageCount(for: work.maxPositions) * pageBytes
      guard needed <= kvMemory.bytes else {
        throw .doesNotFit(
          request: index, positions: work.maxPositions, needed: ByteCount(needed).roundedUp,
          kvMemory: kvMemory)
      }
    }
  }

  /// Turns requests into a batch; sequences that are finished from the start are answered at once.
  private func stream<Request, Work: SequenceWork, Answer: Sendable>(
    _ requests: [Request], makeWork: (Request, Int) throws -> Work,
    answer: @escaping @Sendable (Int, Work) -> Answer
  ) -> AsyncThrowingStream<Answer, any Error> {
    let (stream, continuation) = AsyncThrowingStream<Answer, any Error>.makeStream()
    do {
      let works = try requests.enumerated().map { try makeWork($0.element, $0.offset) }
      try checkMemory(works)
      let open = works.indices.filter { !works[$0].isFinished }
      for done in works.indices where works[done].isFinished {
        continuation.yield(answer(done, works[done]))
      }
      let batch = WorkBatch(
        works: open.map { works[$0] },
        onFinish: { continuation.yield(answer(open[$0], works[open[$0]])) },
        onEnd: { [engine] error in
          // Holding the engine here lets a stream outlive the model it came from.
          withExtendedLifetime(engine) { continuation.finish(throwing: error) }
        })
      continuation.onTermination = { _ in batch.cancel() }
      submit(batch)
    } catch {
      continuation.finish(throwing: error)
    }
    return stream
  }
}
