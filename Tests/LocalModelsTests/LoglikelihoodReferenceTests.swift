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
    /// A token spans the cut. There the harness scores a text that nobody wrote (the context's own
    /// tokens, then what is left of the whole's); we keep the whole's, cut at the same place.
    let spansCut: Bool
  }

  @Test func `pairs are cut and scored as lm-evaluation-harness does`() async throws {
    let rows: [Row] = try Fixture("loglikelihood.jsonl").jsonLines()
    #expect(rows.count == 18)
    let scores = try await LocalModelTests.model().scores(
      rows.map {
        ScoringRequest(context: .completion($0.context), continuation: $0.continuation)
      })
    #expect(rows.count(where: \.spansCut) == 2)
    for (row, score) in zip(rows, scores) {
      #expect(score.tokenLogProbabilities.count == row.tokenLogprobs.count, "'\(row.context)'")
      if row.spansCut { continue }
      #expect(score.isGreedy == row.isGreedy, "'\(row.context)'")
      expectClose(
        score.tokenLogProbabilities, row.tokenLogprobs, relative: 1e-4,
        because: "two float32 programs, '\(row.context)' before '\(row.continuation)'")
    }
  }
}
