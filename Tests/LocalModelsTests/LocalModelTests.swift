import Foundation
import LanguageModels
import Randomness
import Storage
import TestSupport
import Testing
import Tokenization

@testable import LocalModels

@Suite struct LocalModelTests {
  /// A tiny random model; its text is noise, its arithmetic is real.
  static func model(
    threads: Int = 2, concurrency: Int = 8, kvMemory: ByteCount = ByteCount(4 << 30)
  ) throws -> LocalModel {
    let fixture = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(components: "TransformerTests", "Fixtures", "tiny-tied.gguf")
    return try LocalModel.load(
      from: .gguf(path: fixture.path),
      configuration: EngineConfiguration(
        threads: threads, concurrency: concurrency, kvMemory: kvMemory, precision: .f32))
  }

  /// Prompts of many lengths, sampled hot, so that any difference in bits soon shows.
  static func requests(_ count: Int = 24) -> [GenerationRequest] {
    (0..<count).map { number in
      let text = String(repeating: "the a in er \(number) ", count: 1 + number * 7 % 30)
      var request = GenerationRequest(
        prompt: number % 2 == 0
          ? .completion(text) : .chat([ChatTurn(.user, text)], open: ChatTurn(.user, "th")),
        maxNewTokens: 5 + number * 13 % 90,
        stream: RandomStream(seed: 5).stream("test", number))
      request.ignoresEnd = number % 3 == 0
      request.sampling.topP = number % 4 == 0 ? 0.9 : 1
      return request
    }
  }

  @Test func `text does not depend on threads, concurrency, order or company`() async throws {
    let requests = Self.requests()
    let expected = try await Self.model(threads: 1, concurrency: 1).generations(requests)
    for (threads, concurrency) in [(1, 8), (2, 3), (3, 64)] {
      let model = try Self.model(threads: threads, concurrency: concurrency)
      #expect(try await model.generations(requests) == expected)
      let reversed = try await model.generations(requests.reversed())
      #expect(reversed.reversed().map(\.tokens) == expected.map(\.tokens))
      #expect(try await model.generations([requests[7]])[0].tokens == expected[7].tokens)
    }
  }

  @Test func `threads that share a tile score every token once and in order`() async throws {
    let text = (0..<71).map { Int32($0 * 37 % 200 + 20) }
    let alone = ScoringWork(text: text, contextCount: 1)
    try await Self.model(threads: 1).run(alone)
    for _ in 0..<20 {
      let shared = ScoringWork(text: text, contextCount: 1)
      try await Self.model(threads: 3).run(shared)
      #expect(shared.score(index: 0) == alone.score(index: 0))
    }
  }

  @Test func `a shared beginning is read once and changes no bit`() async throws {
    let beginning = String(repeating: "the a in er ", count: 30)
    let requests = (0..<12).map { number in
      var request = GenerationRequest(
        prompt: .completion(beginning + String(repeating: "in \(number) ", count: number * 5)),
        maxNewTokens: 20, stream: RandomStream(seed: 6).stream("test", number))
      request.ignoresEnd = true
      return request
    }
    var expected: [Generation] = []
    for request in requests {
      expected += try await Self.model(threads: 1, concurrency: 1).generations([request])
    }
    let tokens = expected.reduce(0) { $0 + $1.promptTokens }
    for (concurrency, memory) in [(1, 4 << 30), (5, 4 << 30), (64, 4 << 30), (64, 512 << 10)] {
      let model = try Self.model(concurrency: concurrency, kvMemory: ByteCount(memory))
      let found = try await model.generations(requests)
      #expect(found.map(\.tokens) == expected.map(\.tokens))
      #expect(found.map(\.sumLogProbability) == expected.map(\.sumLogProbability))
      let statistics = model.statistics
      #expect(statistics.promptTokens + statistics.sharedTokens == tokens)
      #expect(statistics.sharedTokens > tokens / 3)
      #expect(statistics.generatedTokens == found.reduce(0) { $0 + $1.completionTokens })
    }
  }

  @Test(.timeLimit(.minutes(1))) func `batches that are dropped give their pages back`()
    async throws
  {
    let requests = Self.requests(12)
    let expected = try await Self.model().generations(requests).map(\.tokens)
    let model = try Self.model(kvMemory: ByteCount(512 << 10))
    for _ in 0..<10 {
      for try await _ in model.generate(requests + requests) { break }
    }
    #expect(try await model.generations(requests).map(\.tokens) == expected)
  }

  @Test func `with memory for the longest sequence all get done, with less it is refused`()
    async throws
  {
    let requests = Self.requests(8)
    let expected = try await Self.model().generations(requests)
    var refused = 0
    for size in stride(from: 32 << 10, to: 4 << 20, by: 32 << 10) {
      let model = try Self.model(concurrency: 8, kvMemory: ByteCount(size))
      do {
        #expect(try await model.generations(requests).map(\.tokens) == expected.map(\.tokens))
        break
      } catch LocalModelError.doesNotFit {
        refused += 1
      }
    }
    #expect((1..<100) ~= refused)
  }

  @Test(arguments: ["tiny-tied", "tiny-untied"])
  func `a folder and a GGUF file of one model give the same text`(name: String) async throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(components: "TransformerTests", "Fixtures")
    let requests = Self.requests(6)
    let configuration = EngineConfiguration(threads: 1, concurrency: 8, precision: .f32)
    let directory = try LocalModel.load(
      from: ModelReference(folder.appending(component: name).path), configuration: configuration)
    let file = try LocalModel.load(
      from: ModelReference(folder.appending(component: name + ".gguf").path),
      configuration: configuration)
    #expect(
      try await directory.generations(requests).map(\.tokens)
        == file.generations(requests).map(\.tokens))
  }

  @Test func `log-probabilities while generating are those of scoring, bit for bit`() async throws {
    let model = try Self.model()
    var request = GenerationRequest(
      prompt: .completion("the in a"), maxNewTokens: 80, stream: RandomStream(seed: 3))
    request.ignoresEnd = true
    let generation = try await model.generations([request])[0]
    // The same ids once more, read at once instead of one by one.
    let text = model.tokenizer.encode("the in a") + generation.tokens
    let work = ScoringWork(text: text, contextCount: text.count - generation.tokens.count)
    try await model.run(work)
    let scored = work.score(index: 0)
    #expect(scored.tokenLogProbabilities.count == 80)
    #expect(generation.scoredTokens == 80)
    #expect(generation.sumLogProbability == scored.sum)
  }

  @Test func `each token's log-probability is that of scoring the same ids, in any company`()
    async throws
  {
    let requests = Self.requests()
    for (making, reading) in [(1, 8), (8, 1), (64, 3)] {
      let answers = try await Self.model(concurrency: making).generations(requests)
      let inputs = answers.map {
        ScoringInput.tokens(context: $0.promptIDs, continuation: $0.tokens)
      }
      let scorer = try Self.model(concurrency: reading)
      var scores: [Int: [Float]] = [:]
      for try await score in scorer.score(inputs) {
        scores[score.index] = score.tokenLogProbabilities
      }
      for answer in answers {
        #expect(answer.tokenLogProbabilities.count == answer.completionTokens)
        #expect(answer.tokenLogProbabilities == scores[answer.index])
        let kept = answer.tokenLogProbabilities.prefix(answer.scoredTokens)
        #expect(answer.sumLogProbability == kept.reduce(0) { $0 + Double($1) })
      }
    }
  }

  @Test func `the end token is the last that has a log-probability`() async throws {
    let model = try Self.model()
    let requests = (0..<300).map { number in
      GenerationRequest(
        prompt: .completion("the"), maxNewTokens: 60,
        stream: RandomStream(seed: 1).stream("end", number))
    }
    let ended = try await model.generations(requests).filter { $0.finishReason == .stop }
    #expect(!ended.isEmpty)
    for answer in ended {
      #expect(answer.tokens.last.map(model.tokenizer.endTokens.contains) == true)
      #expect(answer.endLogProbability == answer.tokenLogProbabilities.last.map(Double.init))
      #expect(answer.scoredTokens == answer.completionTokens - 1)
    }
  }

  @Test func `ids that cannot be scored are refused before anything runs`() async throws {
    let model = try Self.model()
    let size = model.tokenizer.vocabularySize
    func score(_ context: [Int32], _ continuation: [Int32]) async throws {
      let good = ScoringInput.tokens(context: [1], continuation: [2])
      let inputs = [good, .tokens(context: context, continuation: continuation)]
      for try await _ in model.score(inputs) {}
    }
    await #expect(throws: LocalModelError.emptyPrompt(request: 1)) { try await score([], [1]) }
    for stray in [Int32(-1), Int32(size), .max] {
      await #expect(
        throws: LocalModelError.unknownToken(request: 1, token: stray, vocabularySize: size)
      ) { try await score([1], [stray]) }
    }
    let full = [Int32](repeating: 1, count: 512)
    try await score(full, [1])
    await #expect(
      throws: LocalModelError.promptTooLong(request: 1, tokens: 514, contextLength: 512)
    ) { try await score(full, [1, 1]) }
  }

  @Test func `a completion ends before the stop string`() async throws {
    let model = try Self.model()
    var request = GenerationRequest(
      prompt: .completion("the"), maxNewTokens: 60, stream: RandomStream(seed: 1))
    request.ignoresEnd = true
    let whole = try await model.generations([request])[0].text
    let stop = String(whole.dropFirst(10).prefix(2))
    request.stopStrings = [stop]
    let cut = try await model.generations([request])[0]
    let end = try #require(whole.firstRange(of: stop)?.lowerBound)
    #expect(cut.text == whole[..<end])
    #expect(cut.finishReason == .stop)
  }

  @Test func `a choice is exactly one of the strings`() async throws {
    let model = try Self.model()
    let requests = (0..<20).map { number in
      var request = GenerationRequest(
        prompt: .completion("the \(number)"), maxNewTokens: 40,
        stream: RandomStream(seed: UInt64(number)))
      request.choices = ["positive", "negative", "neg"]
      return request
    }
    let answers = try await model.generations(requests)
    #expect(Set(answers.map(\.text)).isSubset(of: ["positive", "negative", "neg"]))
    #expect(answers.allSatisfy { $0.finishReason == .stop })
  }

  @Test func `new tokens end with the limit or with the context`() async throws {
    let model = try Self.model()
    var request = GenerationRequest(
      prompt: .completion("the"), maxNewTokens: 3, stream: RandomStream(seed: 1))
    request.ignoresEnd = true
    let short = try await model.generations([request])[0]
    #expect(short.completionTokens == 3 && short.finishReason == .length)
    request.maxNewTokens = 100_000
    let long = try await model.generations([request])[0]
    #expect(long.promptTokens + long.completionTokens == model.capabilities.contextLength)
    #expect(long.finishReason == .length)
    request.maxNewTokens = 0
    #expect(try await model.generations([request])[0].completionTokens == 0)
  }

  @Test func `a prompt that fills the context is refused before anything runs`() async throws {
    let model = try Self.model()
    let text = String(repeating: "a b ", count: 600)
    let requests = [
      GenerationRequest(prompt: .completion("a"), maxNewTokens: 1, stream: RandomStream(seed: 1)),
      GenerationRequest(prompt: .completion(text), maxNewTokens: 1, stream: RandomStream(seed: 1)),
    ]
    let tokens = model.tokenizer.encode(text).count
    await #expect(
      throws: LocalModelError.promptTooLong(request: 1, tokens: tokens, contextLength: 512)
    ) { try await model.generations(requests) }
  }

  @Test func `a stream that is let go leaves the engine to others`() async throws {
    let model = try Self.model(concurrency: 2)
    for try await _ in model.generate(Self.requests(12)) { break }
    let answers = try await model.generations(Self.requests(4))
    #expect(answers.count == 4)
  }

  @Test func `a stream outlives the model it came from`() async throws {
    let stream = try Self.model().generate(Self.requests(4))
    var count = 0
    for try await _ in stream { count += 1 }
    #expect(count == 4)
  }

  @Test func `no requests give no answers`() async throws {
    let model = try Self.model()
    #expect(try await model.generations([]).isEmpty)
    #expect(try await model.scores([]).isEmpty)
  }

  @Test func `whitespace at the end of a context is scored with the continuation`() async throws {
    let model = try Self.model()
    let cut = try await model.scores([
      ScoringRequest(context: .completion("the in \n"), continuation: "a"),
      ScoringRequest(context: .completion("the in"), continuation: " \na"),
    ])
    #expect(cut[0].tokenLogProbabilities == cut[1].tokenLogProbabilities)
    #expect(cut[0].contextTokens == model.tokenizer.encode("the in").count)
  }

  @Test func `the end of a turn can be scored as one more token`() async throws {
    let model = try Self.model()
    let chat = Prompt.chat([ChatTurn(.user, "the")])
    let scores = try await model.scores([
      ScoringRequest(context: chat, continuation: "a in"),
      ScoringRequest(context: chat, continuation: "a in", includesEnd: true),
    ])
    #expect(scores[1].tokenLogProbabilities.dropLast() == scores[0].tokenLogProbabilities[...])
    #expect(scores[1].tokenLogProbabilities.count == scores[0].tokenLogProbabilities.count + 1)
  }
}

extension LocalModel {
  /// Runs one sequence to its end.
  fileprivate func run(_ work: ScoringWork) async throws {
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
      submit(
        WorkBatch(works: [work], onFinish: { _ in }) { error in
          if let error { done.resume(throwing: error) } else { done.resume() }
        })
    }
  }
}
