import Foundation
import Randomness
import Synchronization
import Testing

@testable import LanguageModels

@Suite struct MeteredModelTests {
  private static func requests(_ count: Int) -> [GenerationRequest] {
    (1...count).map { number in
      var request = GenerationRequest(
        prompt: .completion(String(repeating: "word ", count: 20)), maxNewTokens: 10,
        stream: RandomStream(seed: 1).stream("r", number))
      request.maxNewTokens = 10
      return request
    }
  }

  private static func limits(_ change: (inout SpendingLimits) -> Void) -> SpendingLimits {
    var limits = SpendingLimits()
    change(&limits)
    return limits
  }

  /// Has requests answered until a limit ends it.
  private static func run(
    _ metered: MeteredModel, _ count: Int
  ) async -> (answers: Int, reached: LimitReached?) {
    var answers = 0
    do {
      for try await _ in metered.generate(requests(count)) { answers += 1 }
      return (answers, nil)
    } catch {
      return (answers, error as? LimitReached)
    }
  }

  private static func model(
    _ limits: SpendingLimits, window: Int = 5, tokens: (Int, Int) = (30, 8)
  ) -> MeteredModel {
    MeteredModel(
      ScriptedModel { _ in .init("x", scoredTokens: tokens.1) }, SpendingAccount(limits),
      window: window)
  }

  @Test func `without limits all is answered, each once`() async throws {
    let metered = Self.model(SpendingLimits(), window: 3)
    let answers = try await metered.generations(Self.requests(50))
    #expect(answers.map(\.index) == Array(0..<50))
    #expect(metered.account.spending.spent.completion == 400)
    #expect(metered.account.spending.underway == 0)
  }

  @Test(arguments: [1, 4, 1000]) func `a budget of tokens is never passed`(window: Int) async {
    for budget in [10, 100, 500, 1003] {
      let metered = Self.model(Self.limits { $0.tokens = budget }, window: window)
      let (answers, reached) = await Self.run(metered, 1000)
      let spent = metered.account.spending.spent
      #expect(spent.prompt + spent.completion <= budget)
      #expect(reached?.limit == .tokens)
      // Of a request at most 73 tokens are held back once the first answer is in.
      if budget > 200 { #expect(spent.prompt + spent.completion > budget - 80, "\(answers)") }
    }
  }

  @Test func `a cost is counted at its prices`() async {
    let metered = Self.model(
      Self.limits {
        $0.cost = 1
        $0.priceOut = 10_000
      })
    let (_, reached) = await Self.run(metered, 1000)
    #expect(reached?.limit == .cost)
    #expect(metered.account.spending.cost <= 1 && metered.account.spending.cost > 0.85)
  }

  @Test func `at the end of the time nothing more is asked`() async {
    let clock = Mutex(Date(timeIntervalSince1970: 0))
    let metered = MeteredModel(
      ScriptedModel { _ in
        clock.withLock { $0 += 1 }
        return .init("x")
      },
      SpendingAccount(Self.limits { $0.end = (Date(timeIntervalSince1970: 20), .deadline) }),
      window: 1,
      now: { clock.withLock { $0 } })
    let (answers, reached) = await Self.run(metered, 1000)
    #expect(reached == LimitReached(limit: .deadline, description: "the time is up"))
    // The longest answer took a second, so that the last is begun a second before the end.
    #expect((17...19).contains(answers), "\(answers)")
  }

  /// Says nothing, ever.
  private struct Silent: LanguageModel {
    let capabilities = ModelCapabilities.everything
    let identity = ModelIdentity(name: "silent", fingerprint: "silent", precision: "")

    func generate(
      _ requests: [GenerationRequest]
    ) -> AsyncThrowingStream<Generation, any Error> {
      AsyncThrowingStream { _ in }
    }

    func score(_ requests: [ScoringRequest]) -> AsyncThrowingStream<Score, any Error> {
      AsyncThrowingStream { _ in }
    }
  }

  @Test(arguments: [1, 3, 100])
  func `the end of the time does not wait for what is underway`(window: Int) async {
    let clock = Mutex(Date(timeIntervalSince1970: 0))
    let metered = MeteredModel(
      Silent(),
      SpendingAccount(Self.limits { $0.end = (Date(timeIntervalSince1970: 90), .minutes) }),
      window: window,
      now: {
        clock.withLock { now in
          now += 1
          return now
        }
      })
    let (answers, reached) = await Self.run(metered, 3)
    #expect(reached?.limit == .minutes && answers == 0)
    #expect(metered.account.spending.underway == 0)
  }

  @Test func `two calls share one budget`() async {
    let metered = Self.model(Self.limits { $0.tokens = 900 })
    async let one = Self.run(metered, 200)
    async let other = Self.run(metered, 200)
    let ends = await [one, other]
    #expect(ends.allSatisfy { $0.reached != nil })
    let spent = metered.account.spending.spent
    #expect(spent.prompt + spent.completion <= 900)
    #expect(spent.prompt + spent.completion > 820)
  }

  @Test func `a failure is passed on and gives back what was reserved`() async {
    let metered = MeteredModel(
      ScriptedModel { _ in throw ScriptedModel.Failure("down") },
      SpendingAccount(Self.limits { $0.tokens = 10_000 }), window: 4)
    await #expect(throws: ScriptedModel.Failure("down")) {
      try await metered.generations(Self.requests(9))
    }
    #expect(metered.account.spending.underway == 0)
  }
}
