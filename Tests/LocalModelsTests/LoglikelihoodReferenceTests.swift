import LanguageModels
import TestSupport
import Testing

/// `Fixtures/loglikelihood.jsonl` holds what lm-evaluation-harness makes of pairs of context and
/// continuation on the tiny model (`Scripts/fixtures/make_loglikelihood.py`).
@Suite struct LoglikelihoodReferenceTests {
  private struct Row: Decodable {
    let context: String
    let continuation: String
    let tokenLogprobs: [Double]
    let isGreedy: Bool
  }

  @Test func `pairs are cut and scored as lm-evaluation-harness does`() async throws {
    let rows: [Row] = try Fixture("loglikelihood.jsonl").jsonLines()
    #expect(rows.count == 18)
    let scores = try await LocalModelTests.model().scores(
      rows.map {
        ScoringRequest(context: .completion($0.context), continuation: $0.continuation)
      })
    for (row, score) in zip(rows, scores) {
      #expect(score.isGreedy == row.isGreedy, "'\(row.context)'")
      expectClose(
        score.tokenLogProbabilities, row.tokenLogprobs, relative: 1e-4,
        because: "two float32 programs, '\(row.context)' before '\(row.continuation)'")
    }
  }
}
