import Foundation
import LanguageModels
import TestSupport
import Testing

@testable import LocalModels

/// `Fixtures/sampler.jsonl` holds what the logits processors of transformers leave of random logits
/// (`Scripts/fixtures/make_sampler.py`).
@Suite struct SamplerReferenceTests {
  struct Row: Decodable, Sendable, CustomTestStringConvertible {
    let temperature: Double
    let topK: Int
    let topP: Double
    let minP: Double
    let repetitionPenalty: Double
    let logits: [Float]
    let prompt: [Int32]
    let kept: [Int32]
    let probabilities: [Double]

    var parameters: SamplingParameters {
      var parameters = SamplingParameters()
      parameters.temperature = temperature
      parameters.topK = topK
      parameters.topP = topP
      parameters.minP = minP
      parameters.repetitionPenalty = repetitionPenalty
      return parameters
    }

    var testDescription: String {
      "temperature \(temperature), k \(topK), p \(topP), min-p \(minP), penalty \(repetitionPenalty)"
    }

    func token(at draw: Double) -> Int32 {
      var sampler = Sampler(parameters, prompt: prompt)
      var logits = logits
      var span = logits.mutableSpan
      return sampler.next(&span, draw: draw).token
    }
  }

  static func rows() throws -> [Row] { try Fixture("sampler.jsonl").jsonLines() }

  @Test func `the fixture tries each setting twice`() throws {
    #expect(try Self.rows().count == 30)
  }

  @Test(arguments: try rows())
  func `just the tokens that transformers keeps are drawn, as often as it says`(row: Row) {
    var below = 0.0
    for (token, probability) in zip(row.kept, row.probabilities) {
      // A token owns the draws from what is below it to itself; a thousandth inside of both ends,
      // so that the rounding of either program does not matter.
      for share in [0.001, 0.5, 0.999] where probability > 1e-4 {
        let draw = below + share * probability
        #expect(row.token(at: draw) == token, "draw \(draw)")
      }
      below += probability
    }
    expectClose(below, 1, absolute: 1e-5, because: "the fixture rounds to seven digits")
    #expect(row.token(at: 0) == row.kept.first)
  }
}
