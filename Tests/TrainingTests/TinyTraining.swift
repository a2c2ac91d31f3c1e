import Foundation
import Kernels
import Storage
import TaskCorpus
import TensorFiles
import TestSupport
import Tokenization
import Training
import Transformer

/// A run on the transformer's tiny model and a few tasks, small enough to be done many times.
enum TinyTraining {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(components: "TransformerTests", "Fixtures")

  static let modelPath = folder.appending(component: "tiny-tied.gguf").path(percentEncoded: false)

  static func tokenizer() throws -> Tokenizer {
    let file = folder.appending(components: "tiny-tied", "tokenizer.json")
    return try Tokenizer(json: file.path(percentEncoded: false), endTokens: [2])
  }

  static func renderer(isPaper: Bool = false) throws -> TaskRenderer {
    let renderer = TaskRenderer(
      try tokenizer(), template: ChatTemplate(.chatML), isPaper: isPaper)
    guard let renderer else { throw TrainingError.noEnd(model: "tiny") }
    return renderer
  }

  static func weights(isFrozen: Bool = false) throws -> TrainableWeights {
    let file = try GGUFFile(path: modelPath)
    return try TrainableWeights(
      from: file, named: GGUFNames.self, configuration: try DecoderConfiguration(gguf: file),
      precision: .f32, isFrozen: isFrozen)
  }

  /// Twelve tasks, two of them with three instances.
  static let tasks: [InstructionTask] = (1...12).map { number in
    let instances = (1...(number % 5 == 0 ? 3 : 1)).map { instance in
      TaskInstance(
        input: number % 2 == 0 ? "case \(instance) of \(number)" : "",
        output: String(repeating: "so \(instance) ", count: number))
    }
    return InstructionTask(id: "t\(number)", instruction: "Say \(number).", instances: instances)
  }

  static func configuration() -> FinetuneConfiguration {
    var configuration = FinetuneConfiguration()
    configuration.epochs = 2
    configuration.batchSize = 3
    configuration.learningRate = 3e-3
    configuration.lambda = 0.3
    configuration.heldOut = 0.2
    configuration.checkpointSteps = 2
    configuration.batchTokens = 200
    configuration.precision = .f32
    return configuration
  }

  static func data(_ configuration: FinetuneConfiguration = Self.configuration()) throws
    -> PreparedData
  {
    try DataPreparation.prepare(tasks, configuration, renderer(), contextLength: 512).data
  }

  /// A run in a folder, from its start or its last checkpoint on.
  static func finetuner(
    _ directory: TemporaryDirectory, _ configuration: FinetuneConfiguration = Self.configuration(),
    data: PreparedData? = nil, threads: Int = 1,
    report: @escaping (TrainingEvent) -> Void = { _ in }
  ) throws -> Finetuner {
    try Finetuner(
      RunFolder(directory.path), configuration, try data ?? Self.data(configuration),
      weights(isFrozen: configuration.method == .lora),
      threads: threads, report: report)
  }

  /// The bytes of what a whole run comes to.
  static func result(
    of finetuner: Finetuner, in directory: TemporaryDirectory
  ) throws -> (weights: [UInt8], progress: [UInt8]) {
    try finetuner.writeBest(as: .f32, to: directory.path(of: "result.safetensors"))
    return (
      try directory.bytes(of: "result.safetensors"), try directory.bytes(of: "progress.jsonl")
    )
  }
}
