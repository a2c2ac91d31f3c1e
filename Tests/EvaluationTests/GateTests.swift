import Evaluation
import Foundation
import Randomness
import TestSupport
import Testing

@Suite struct GateTests {
  struct HolmCase: Decodable {
    var probabilities: [Double]
    var rejected: [Bool]
    var adjusted: [Double]
  }

  @Test func `Holm's procedure rejects what statsmodels rejects`() throws {
    let cases: [HolmCase] = try Fixture("holm.json").json()
    #expect(cases.count == 6)
    for one in cases {
      let levels = Gate.holm(one.probabilities, level: 0.025) { one.probabilities[$0] <= $1 }
      #expect(levels.map(\.isRejected) == one.rejected)
      // The smallest is held against its share, and a probability that is rejected lies below its.
      for (probability, level) in zip(one.probabilities, levels) where level.isRejected {
        #expect(probability <= level.tail && level.tail <= 0.025)
      }
    }
    #expect(Gate.holm([], level: 0.05) { _, _ in true }.isEmpty)
  }

  // MARK: Decisions

  /// What a model came to: each unit's loss a token, and by how much it strays.
  private func evaluation(
    _ name: String, loss: Double, noise: Double, in stream: RandomStream, units: Int = 120,
    guards: [Metric: Double] = [:]
  ) -> ModelEvaluation {
    var lengths = RandomStream(seed: 77).generator()
    var draws = stream.generator()
    var evaluation = ModelEvaluation(name: name, fingerprint: name)
    func measurement(_ mean: Double, _ noise: Double, hasLength: Bool) -> MetricSample {
      MetricSample(
        units: (0..<units).map { place in
          // Answers of a few tokens and of a few hundred.
          let count = hasLength ? (exp(1 + 4 * lengths.uniform())).rounded(.up) : 1
          let strayed = mean + noise * (draws.uniform() - 0.5)
          return MetricSample.Unit(id: "\(place)", sum: count * strayed, count: count)
        })
    }
    evaluation[.heldOutLoss] = measurement(loss, noise, hasLength: true)
    for (metric, mean) in guards { evaluation[metric] = measurement(mean, 0.02, hasLength: false) }
    return evaluation
  }

  private func decide(
    _ before: ModelEvaluation, _ after: ModelEvaluation,
    _ change: (inout GateConfiguration) -> Void = { _ in }
  ) throws -> Gate.Decision {
    var configuration = GateConfiguration()
    configuration.resamples = 2000
    change(&configuration)
    return try Gate.decide(
      from: before, to: after, configuration, drawnFrom: RandomStream(seed: 3))
  }

  @Test(arguments: [0.05, 0.6, 3.0])
  func `of 200 rounds that change nothing at most 10 are promoted`(_ noise: Double) throws {
    var promoted = 0
    for round in 0..<200 {
      let stream = RandomStream(seed: UInt64(1000 * noise)).stream("null", round)
      let decision = try decide(
        evaluation("a", loss: 2, noise: noise, in: stream.stream("a")),
        evaluation("b", loss: 2, noise: noise, in: stream.stream("b")))
      if decision.isPromoted { promoted += 1 }
    }
    #expect(promoted <= 10, "\(promoted) of 200")
    // Where nothing ever is, nothing was tried.
    #expect(promoted > 0)
  }

  @Test func `a lower loss is promoted, and the reason says so`() throws {
    let stream = RandomStream(seed: 1)
    let decision = try decide(
      evaluation("a", loss: 2, noise: 0.5, in: stream.stream("a")),
      evaluation("b", loss: 1.8, noise: 0.5, in: stream.stream("b")))
    #expect(decision.isPromoted)
    #expect(decision.comparisons.map(\.verdict) == [.improved])
    #expect(decision.reason.hasPrefix("held-out loss went from 1.97"), "\(decision.reason)")
    #expect(decision.reason.hasSuffix("and no guard objects"))
  }

  @Test(arguments: [
    (Metric.generalLoss, 3.0, 3.3), (.rougeL, 0.4, 0.3), (.acceptance, 0.5, 0.2),
    (.nearest, 0.4, 0.6), (.lengthSpread, 5, 1),
  ])
  func `a guard that is worse by more than its margin objects by name`(
    _ metric: Metric, _ before: Double, _ after: Double
  ) throws {
    let stream = RandomStream(seed: 2)
    let usual: [Metric: Double] = [.verbNounPairs: 0.8, .rootVerbs: 0.4]
    let first = evaluation(
      "a", loss: 2, noise: 0.5, in: stream.stream("a"),
      guards: usual.merging([metric: before]) { $1 }
    )
    let worse = evaluation(
      "b", loss: 1.8, noise: 0.5, in: stream.stream("b"),
      guards: usual.merging([metric: after]) { $1 })
    let decision = try decide(first, worse)
    #expect(!decision.isPromoted)
    let objecting = decision.comparisons.filter { $0.verdict == .objected }
    #expect(objecting.map(\.metric) == [metric])
    #expect(decision.reason.hasPrefix(metric.title), "\(decision.reason)")
    // With the models the other way round it is better, and says nothing.
    let back = try decide(worse, first)
    #expect(back.comparisons.allSatisfy { $0.verdict != .objected } && !back.isPromoted)
    // A wide margin lets it pass.
    let lenient = try decide(first, worse) { configuration in
      configuration.margins.generalLoss = 1
      configuration.margins.rougeL = 1
      configuration.margins.acceptance = 1
      configuration.margins.nearest = 1
      configuration.margins.lengthSpread = 9
    }
    #expect(lenient.isPromoted)
  }

  @Test func `what is worse within the margin passes`() throws {
    let stream = RandomStream(seed: 4)
    let decision = try decide(
      evaluation(
        "a", loss: 2, noise: 0.5, in: stream.stream("a"), guards: [.generalLoss: 3]),
      evaluation(
        "b", loss: 1.8, noise: 0.5, in: stream.stream("b"), guards: [.generalLoss: 3.05]))
    #expect(decision.isPromoted)
    #expect(decision.comparisons.map(\.margin) == [nil, 0.1])
  }

  @Test func `another primary metric decides, and the loss then guards`() throws {
    let stream = RandomStream(seed: 5)
    let decision = try decide(
      evaluation("a", loss: 2, noise: 0.5, in: stream.stream("a"), guards: [.rougeL: 0.3]),
      evaluation("b", loss: 2.4, noise: 0.5, in: stream.stream("b"), guards: [.rougeL: 0.5])
    ) { $0.primary = .rougeL }
    #expect(decision.comparisons.map(\.metric) == [.rougeL, .heldOutLoss])
    #expect(decision.comparisons.map(\.verdict) == [.improved, .objected])
    #expect(!decision.isPromoted && decision.reason.hasPrefix("held-out loss"))
  }

  @Test func `what was taken of one model alone is named`() throws {
    let stream = RandomStream(seed: 6)
    let decision = try decide(
      evaluation("a", loss: 2, noise: 0.5, in: stream.stream("a"), guards: [.generalLoss: 3]),
      evaluation("b", loss: 1.8, noise: 0.5, in: stream.stream("b")))
    #expect(decision.notCompared == [.generalLoss])
    #expect(decision.reason.hasSuffix("; not compared: loss of general text"))
  }

  @Test func `without the primary metric nothing is decided`() {
    let evaluation = ModelEvaluation(name: "a", fingerprint: "a")
    #expect(throws: EvaluationError.notMeasured(.heldOutLoss)) {
      try decide(evaluation, evaluation)
    }
  }

  @Test func `numbers that cannot be are told, all of them`() {
    var configuration = GateConfiguration()
    configuration.confidence = 1
    configuration.margins.nearest = -1
    configuration.heldOutShare = 0
    #expect(
      configuration.validate() == [
        "gate.confidence: 1.0; expected above 0.5, at most 0.999",
        "gate.heldOutShare: 0.0; expected above 0, below 1",
        "gate.margins.nearest: -1.0; expected 0 or more",
      ])
    #expect(GateConfiguration().validate().isEmpty)
  }
}
