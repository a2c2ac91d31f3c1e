import Foundation
import Kernels
import TensorFiles
import TestSupport
import Testing
import Transformer

/// The backward pass against PyTorch's gradients in double (`Scripts/fixtures/make_training.py`).
@Suite struct TrainingPassTests {
  struct Reference: Decodable {
    struct Document: Decodable {
      var tokens: [Int32]
      var trained: [Bool]
    }

    struct Case: Decodable {
      struct Gradient: Decodable {
        /// Which tensor it is to the script.
        var number: Int
        var norm: Double
        /// Products with vectors of signs.
        var projections: [Double]
      }

      var lambda: Double
      var replays: Bool
      var lossSft: Double
      var lossLm: Double
      var gradients: [String: Gradient]
    }

    var documents: [Document]
    var replay: [[Int32]]
    var cases: [Case]
  }

  /// A tiny model ready to train.
  private struct Model {
    let weights: TrainableWeights
    let pool: WorkerPool<TrainingWorker>
    let pass: TrainingPass

    init(_ name: String, precision: Precision = .f32, threads: Int = 1) throws {
      let file = try GGUFFile(path: Fixture(name + ".gguf").path)
      let configuration = try DecoderConfiguration(gguf: file)
      weights = try TrainableWeights(
        from: file, named: GGUFNames.self, configuration: configuration, precision: precision)
      pool = TrainingWorker.pool(threads: threads, for: configuration, precision: precision)
      pass = TrainingPass(weights, pool: pool)
    }
  }

  /// The batch of a case, in a given order of documents, and what each target counts for.
  static func batch(
    _ reference: Reference, _ given: Reference.Case
  ) -> (batch: TrainingBatch, marked: [Bool], whole: [Bool]) {
    let marked = reference.documents.reduce(0) { $0 + $1.trained.dropFirst().count { $0 } }
    let texts = given.replays ? reference.replay : reference.documents.map(\.tokens)
    let whole = texts.reduce(0) { $0 + $1.count - 1 }
    var batch = TrainingBatch()
    var (isMarked, isWhole): ([Bool], [Bool]) = ([], [])
    func append(_ tokens: [Int32], _ trained: [Bool], countsAsWhole: Bool) {
      let targets = (0..<tokens.count - 1).map { row in
        var coefficient = 0.0
        if trained[row + 1] { coefficient -= 1 / Double(marked) }
        if countsAsWhole { coefficient -= given.lambda / Double(whole) }
        isMarked.append(trained[row + 1])
        isWhole.append(countsAsWhole)
        return TrainingBatch.Target(
          row: row, token: tokens[row + 1], coefficient: Float(coefficient))
      }
      batch.append(tokens, targets: targets)
    }
    for document in reference.documents {
      append(document.tokens, document.trained, countsAsWhole: !given.replays)
    }
    if given.replays {
      for text in reference.replay {
        append(text, text.map { _ in false }, countsAsWhole: true)
      }
    }
    return (batch, isMarked, isWhole)
  }

  static func mean(_ values: [Double], where counts: [Bool]) -> Double {
    let chosen = zip(values, counts).filter(\.1).map(\.0)
    return chosen.reduce(0, +) / Double(chosen.count)
  }

  /// +1 or -1, as the script draws them.
  static func sign(_ tensor: Int, _ projection: Int, _ index: Int) -> Double {
    var number = UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15
    number = number &+ UInt64(tensor * 8 + projection) &* 0xBF58_476D_1CE4_E5B9
    number ^= number >> 29
    number = number &* 0x94D0_49BB_1331_11EB
    return number >> 63 == 1 ? -1 : 1
  }

  @Test(arguments: ["tiny-tied", "tiny-untied"], [0, 1, 2])
  func `losses and every tensor's gradient are PyTorch's`(name: String, number: Int) throws {
    let reference: Reference = try Fixture(name + ".training.json").json()
    let given = reference.cases[number]
    let model = try Model(name)
    let (batch, marked, whole) = Self.batch(reference, given)
    let found = try model.pass.run(batch, addsGradients: true)
    #expect(abs(-Self.mean(found, where: marked) / given.lossSft - 1) < 1e-6)
    #expect(abs(-Self.mean(found, where: whole) / given.lossLm - 1) < 1e-6)
    try Self.expectGradients(of: model.weights, given.gradients)
  }

  /// Expects every tensor's gradient to be the reference's, by its norm and its projections.
  static func expectGradients(
    of parameters: some TrainableParameters, _ reference: [String: Reference.Case.Gradient]
  ) throws {
    #expect(reference.count == parameters.table.tensors.count)
    for tensor in parameters.table.tensors {
      let expected = try #require(reference[tensor.name])
      let gradient = parameters.gradient(in: tensor.range).map(Double.init)
      let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(norm / expected.norm - 1) < 1e-5, "\(tensor.name)")
      for (projection, value) in expected.projections.enumerated() {
        let ours = gradient.enumerated().reduce(0) { sum, element in
          sum + element.element * Self.sign(expected.number, projection, element.offset)
        }
        // A projection is a sum of as many terms as there are numbers: its error is the norm's times
        // a few, not its own.
        #expect(abs(ours - value) < 3e-5 * expected.norm, "\(tensor.name)")
      }
    }
  }

  @Test func `gradients are the slopes of the loss`() throws {
    let reference: Reference = try Fixture("tiny-untied.training.json").json()
    let model = try Model("tiny-untied")
    let (batch, _, _) = Self.batch(reference, reference.cases[1])
    func loss() throws -> Double {
      let found = try model.pass.run(batch, addsGradients: false)
      return zip(found, batch.targets).reduce(0) { $0 + $1.0 * Double($1.1.coefficient) }
    }
    _ = try model.pass.run(batch, addsGradients: true)
    for tensor in model.weights.layout.tensors {
      let gradient = model.weights.gradient(in: tensor.range)
      let norm = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      // Along the gradient itself the slope is its norm.
      func move(_ distance: Double) throws {
        let masters = model.weights.masters
        var numbers = masters.mutableSpan(in: tensor.range)
        for index in numbers.indices {
          numbers[index] += Float(distance * Double(gradient[index]) / norm)
        }
        try model.weights.refresh(on: model.pool)
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

  @Test(arguments: [Precision.f32, .bf16])
  func `one thread or three give the same bits`(precision: Precision) throws {
    let reference: Reference = try Fixture("tiny-tied.training.json").json()
    // Enough rows for several tiles.
    var batch = TrainingBatch()
    for _ in 0..<4 {
      for document in reference.documents {
        batch.append(
          document.tokens,
          targets: (0..<document.tokens.count - 1).map {
            .init(row: $0, token: document.tokens[$0 + 1], coefficient: -0.01)
          })
      }
    }
    func gradients(_ threads: Int, afterAnother: Bool = false) throws -> [[Float]] {
      let model = try Model("tiny-tied", precision: precision, threads: threads)
      if afterAnother {
        // What it leaves behind must not be seen.
        _ = try model.pass.run(batch, addsGradients: true)
        model.weights.clearGradients(on: model.pool)
      }
      _ = try model.pass.run(batch, addsGradients: true)
      return model.weights.layout.tensors.map { model.weights.gradient(in: $0.range) }
    }
    let alone = try gradients(1)
    #expect(try gradients(3) == alone)
    #expect(try gradients(2, afterAnother: true) == alone)
  }
}
