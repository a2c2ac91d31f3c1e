import LanguageModels
import Randomness
import Testing

@Suite struct ScriptedModelTests {
  private func requests(_ count: Int) -> [GenerationRequest] {
    (0..<count).map {
      GenerationRequest(
        prompt: .completion("prompt \($0)"), maxNewTokens: 1, stream: RandomStream(seed: 1))
    }
  }

  private func model(order: UInt64 = 0) -> ScriptedModel {
    ScriptedModel(
      order: RandomStream(seed: order), logProbability: { _ in -2.5 },
      reply: { request in
        guard case .completion(let text) = request.prompt else { return ScriptedModel.Reply("") }
        if text == "prompt 13" { throw ScriptedModel.Failure("no") }
        return ScriptedModel.Reply("answer to \(text)", .length, sumLogProbability: -3)
      })
  }

  @Test func `answers come in the order of the stream and are put into that of the requests`()
    async throws
  {
    var arrivals: Set<[Int]> = []
    for order in UInt64(0)..<4 {
      var places: [Int] = []
      for try await answer in model(order: order).generate(requests(9)) {
        places.append(answer.index)
      }
      #expect(places.sorted() == Array(0..<9))
      arrivals.insert(places)
      let answers = try await model(order: order).generations(requests(9))
      #expect(answers.map(\.text) == (0..<9).map { "answer to prompt \($0)" })
    }
    #expect(arrivals.count > 1)
  }

  @Test func `a failure ends the stream`() async {
    await #expect(throws: ScriptedModel.Failure("no")) {
      try await model().generations(requests(14))
    }
  }

  @Test func `scores are those of the function`() async throws {
    let request = ScoringRequest(context: .completion("a"), continuation: "b")
    let scores = try await model().scores([request, request])
    #expect(scores.map(\.index) == [0, 1])
    #expect(scores.map(\.sum) == [-2.5, -2.5])
  }
}

@Suite struct ScoreTests {
  @Test func `the mean is over tokens, 0 for none`() {
    let score = Score(
      index: 0, tokenLogProbabilities: [-1, -2, -4.5], isGreedy: false, contextTokens: 1)
    #expect(score.sum == -7.5 && score.mean == -2.5)
    let empty = Score(index: 0, tokenLogProbabilities: [], isGreedy: true, contextTokens: 1)
    #expect(empty.sum == 0 && empty.mean == 0)
  }
}
