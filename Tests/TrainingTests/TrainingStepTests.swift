import Foundation
import Kernels
import TensorFiles
import TestSupport
import Testing
import Training
import Transformer

/// Steps on a tiny model against PyTorch's in double (`Scripts/fixtures/make_training.py`).
@Suite struct TrainingStepTests {
  private struct Reference: Decodable {
    struct Document: Decodable {
      var tokens: [Int32]
      var trained: [Bool]
    }

    struct Step: Decodable {
      var lossSft: Double
      var lossLm: Double
      var norm: Double
    }

    var documents: [Document]
    var steps: [Step]
  }

  private static func documents(_ reference: Reference) -> [TrainingDocument] {
    reference.documents.map { TrainingDocument($0.tokens, answers: $0.trained) }
  }

  private static func step(
    lambda: Double = 0.5, maximumRows: Int = 1000, threads: Int = 1
  ) throws -> TrainingStep {
    let model = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(components: "TransformerTests", "Fixtures", "tiny-tied.gguf")
    let file = try GGUFFile(path: model.path(percentEncoded: false))
    let configuration = try DecoderConfiguration(gguf: file)
    let weights = try TrainableWeights(
      from: file, named: GGUFNames.self, configuration: configuration, precision: .f32)
    var options = Optimizer.Configuration()
    options.weightDecay = 0.1
    // The script says why it is so large.
    options.epsilon = 1e-3
    return TrainingStep(
      weights,
      on: TrainingWorker.pool(threads: threads, for: configuration, precision: .f32),
      optimizer: Optimizer(for: weights.table, options),
      objective: Objective(lambda: lambda), maximumRows: maximumRows)
  }

  @Test func `twenty steps follow PyTorch's, in both losses and the gradient's norm`() throws {
    let reference: Reference = try Fixture("steps.json").json()
    let step = try Self.step()
    let schedule = Schedule(shape: .linear, rate: 3e-3, warmup: 0)
    for (number, expected) in reference.steps.enumerated() {
      let found = try step.train(
        on: Self.documents(reference), rate: schedule.rate(at: number, of: reference.steps.count))
      expectClose(
        [found.sums.supervised ?? 0, found.sums.language ?? 0, found.gradientNorm],
        [expected.lossSft, expected.lossLm, expected.norm], relative: 1e-4,
        because: "f32 rounds in each of up to twenty steps")
    }
    let (first, last) = (reference.steps[0], reference.steps[19])
    #expect(last.lossSft < 0.5 * first.lossSft)
  }

  @Test func `how a step is cut into batches changes nothing but roundings`() throws {
    let reference: Reference = try Fixture("steps.json").json()
    let documents = Self.documents(reference)
    let whole = try Self.step().train(on: documents, rate: 1e-3)
    for rows in [1, 80, 140] {
      let parts = try Self.step(maximumRows: rows).train(on: documents.reversed(), rate: 1e-3)
      #expect(parts.sums.counts == whole.sums.counts)
      expectClose(
        [parts.loss, parts.gradientNorm], [whole.loss, whole.gradientNorm], relative: 1e-6,
        because: "sums are taken in another order")
    }
    let threads = try Self.step(threads: 2).train(on: documents, rate: 1e-3)
    #expect(threads == whole)
  }

  @Test func `a text of its own counts for the language-model loss alone`() throws {
    let reference: Reference = try Fixture("steps.json").json()
    var documents = Self.documents(reference)
    for place in documents.indices { documents[place].isText = false }
    let answers = documents.reduce(0) { $0 + $1.answers.dropFirst().count { $0 } }
    let text = TrainingDocument(text: [5, 6, 7, 8, 9])
    let all = try Self.step().evaluate(documents + [text])
    let sums = try #require(all)
    #expect(sums.counts == LossPair(supervised: answers, language: 4))
    let only = try Self.step(lambda: 0).evaluate([text])
    let alone = try #require(only)
    #expect(alone.supervised == nil && alone.language == sums.language)
    #expect(Objective().loss(alone) == 0)
  }

  static let falls: [(shape: Schedule.Shape, rates: [Double])] = [
    (.cosine, [0.5, 1, 1, 0.75, 0.25]), (.linear, [0.5, 1, 1, 2.0 / 3, 1.0 / 3]),
    (.constant, [0.5, 1, 1, 1, 1]),
  ]

  @Test(arguments: falls)
  func `rates rise from the first step and fall as they should`(
    shape: Schedule.Shape, expected: [Double]
  ) {
    let schedule = Schedule(shape: shape, rate: 1, warmup: 0.4)
    expectClose(
      (0..<5).map { schedule.rate(at: $0, of: 5) }, expected, absolute: 1e-12,
      because: "doubles are rounded")
    #expect(Schedule(rate: 1, warmup: 0).rate(at: 0, of: 1) == 1)
  }
}
