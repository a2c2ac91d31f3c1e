import Foundation
import Kernels
import TensorFiles
import TestSupport
import Testing
import Transformer

/// Adapters against PEFT's in double (`Scripts/fixtures/make_training.py`).
@Suite struct LowRankAdapterTests {
  private struct Reference: Decodable {
    var lossSft: Double
    var lossLm: Double
    var gradients: [String: TrainingPassTests.Reference.Case.Gradient]
  }

  /// The tiny model, frozen, with an adapter that has the numbers of the fixture.
  private struct Model {
    let weights: TrainableWeights
    let adapter: LowRankAdapter
    let pool: WorkerPool<TrainingWorker>
    let pass: TrainingPass

    init(
      precision: Precision = .f32, threads: Int = 1, dropout: Double = 0, isZero: Bool = false,
      targets: [LowRankConfiguration.Target] = LowRankConfiguration.Target.allCases
    ) throws {
      let file = try GGUFFile(path: Fixture("tiny-tied.gguf").path)
      let shape = try DecoderConfiguration(gguf: file)
      weights = try TrainableWeights(
        from: file, named: GGUFNames.self, configuration: shape, precision: precision,
        isFrozen: true)
      var configuration = LowRankConfiguration()
      configuration.rank = 3
      configuration.alpha = 5
      configuration.dropout = dropout
      configuration.targets = targets
      adapter = try LowRankAdapter(configuration, for: shape, precision: precision)
      let numbers = try SafetensorsFile(
        path: Fixture("tiny-tied-adapter/adapter_model.safetensors").path)
      let masters = adapter.masters
      for tensor in adapter.table.tensors where !isZero || tensor.name.contains("lora_A") {
        let values = try numbers.floats(of: tensor.name, shape: tensor.shape)
        var target = masters.mutableSpan(in: tensor.range)
        for index in values.indices { target[index] = values[index] }
      }
      pool = TrainingWorker.pool(threads: threads, for: shape, precision: precision)
      try adapter.refresh(on: pool)
      pass = TrainingPass(weights, adapter, pool: pool)
    }
  }

  private static func reference() throws -> TrainingPassTests.Reference {
    try Fixture("tiny-tied.training.json").json()
  }

  /// Documents enough for several tiles, each with a key of its own.
  private static func longBatch() throws -> TrainingBatch {
    var batch = TrainingBatch()
    for round in 0..<4 {
      for document in try reference().documents {
        batch.append(
          document.tokens,
          targets: (0..<document.tokens.count - 1).map {
            .init(row: $0, token: document.tokens[$0 + 1], coefficient: -0.01)
          }, key: UInt64(batch.documents.count + round))
      }
    }
    return batch
  }

  @Test func `losses and the gradients of every A and B are PEFT's`() throws {
    let found: [String: Reference] = try Fixture("tiny-tied.adapters.json").json()
    let expected = try #require(found["tiny-tied-adapter"])
    let reference = try Self.reference()
    let model = try Model()
    let (batch, marked, whole) = TrainingPassTests.batch(reference, reference.cases[1])
    let scores = try model.pass.run(batch, addsGradients: true)
    #expect(abs(-TrainingPassTests.mean(scores, where: marked) / expected.lossSft - 1) < 1e-6)
    #expect(abs(-TrainingPassTests.mean(scores, where: whole) / expected.lossLm - 1) < 1e-6)
    try TrainingPassTests.expectGradients(of: model.adapter, expected.gradients)
  }

  @Test(arguments: ["tiny-tied-adapter", "tiny-tied-patterns"])
  func `an adapter that PEFT saved is read as the model with it`(name: String) throws {
    let found: [String: Reference] = try Fixture("tiny-tied.adapters.json").json()
    let expected = try #require(found[name])
    let directory = try HuggingFaceDirectory(path: Fixture(name).path)
    let shape = try DecoderConfiguration(huggingFace: directory.config)
    let weights = try TrainableWeights(
      from: directory.weights, named: HuggingFaceNames.self, configuration: shape,
      precision: .f32)
    let pool = TrainingWorker.pool(threads: 1, for: shape, precision: .f32)
    let reference = try Self.reference()
    let (batch, marked, whole) = TrainingPassTests.batch(reference, reference.cases[1])
    let scores = try TrainingPass(weights, pool: pool).run(batch, addsGradients: false)
    #expect(abs(-TrainingPassTests.mean(scores, where: marked) / expected.lossSft - 1) < 1e-6)
    #expect(abs(-TrainingPassTests.mean(scores, where: whole) / expected.lossLm - 1) < 1e-6)
  }

  @Test(arguments: Precision.allCases)
  func `an adapter whose B is zero changes no bit`(precision: Precision) throws {
    let batch = try Self.longBatch()
    let model = try Model(precision: precision, isZero: true)
    let alone = TrainingPass(model.weights, pool: model.pool)
    #expect(
      try model.pass.run(batch, addsGradients: false) == alone.run(batch, addsGradients: false))
  }

  @Test(arguments: [
    (0, LowRankConfiguration.Target.allCases), (0.3, LowRankConfiguration.Target.allCases),
    (0.3, [.key, .up]), (0, [.down, .value, .query]),
  ])
  func `gradients are the slopes of the loss, with what falls out and for some matrices`(
    _ given: (dropout: Double, targets: [LowRankConfiguration.Target])
  ) throws {
    let model = try Model(dropout: given.dropout, targets: given.targets)
    #expect(model.adapter.downTensors.count == given.targets.count * 2)
    let batch = try Self.longBatch()
    // With gradients, or nothing would fall out.
    func loss() throws -> Double {
      let found = try model.pass.run(batch, addsGradients: true)
      return zip(found, batch.targets).reduce(0) { $0 + $1.0 * Double($1.1.coefficient) }
    }
    model.adapter.clearGradients(on: model.pool)
    _ = try loss()
    for tensor in model.adapter.table.tensors {
      model.adapter.clearGradients(on: model.pool)
      _ = try loss()
      let gradient = model.adapter.gradient(in: tensor.range)
      let norm = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      func move(_ distance: Double) throws {
        let masters = model.adapter.masters
        var numbers = masters.mutableSpan(in: tensor.range)
        for index in numbers.indices {
          numbers[index] += Float(distance * Double(gradient[index]) / norm)
        }
        try model.adapter.refresh(on: model.pool)
      }
      let step = 2e-3
      try move(step)
      let above = try loss()
      try move(-2 * step)
      let below = try loss()
      try move(step)
      let slope = (above - below) / (2 * step)
      #expect(abs(slope - norm) < 0.02 * norm + 1e-4, "\(tensor.name): \(slope) and \(norm)")
    }
  }

  @Test(arguments: Precision.allCases, [0, 0.2])
  func `one thread or three give the same bits`(precision: Precision, dropout: Double) throws {
    let batch = try Self.longBatch()
    func gradients(_ threads: Int) throws -> [Float] {
      let model = try Model(precision: precision, threads: threads, dropout: dropout)
      _ = try model.pass.run(batch, addsGradients: true)
      return model.adapter.gradient(in: 0..<model.adapter.table.count)
    }
    let alone = try gradients(1)
    #expect(try gradients(3) == alone)
    #expect(alone.contains { $0 != 0 })
  }

  @Test func `what falls out follows its document's key, wherever that stands`() throws {
    let model = try Model(dropout: 0.5)
    let tokens: [Int32] = Array(5..<40)
    func scores(_ keys: [UInt64]) throws -> [[Double]] {
      var batch = TrainingBatch()
      for key in keys {
        batch.append(
          tokens, targets: [.init(row: 33, token: 7, coefficient: -1)], key: key)
      }
      return try model.pass.run(batch, addsGradients: true).map { [$0] }
    }
    let (one, two) = (try scores([1])[0], try scores([2])[0])
    #expect(one != two)
    #expect(try scores([2, 1]) == [two, one])
  }
}
