import Foundation
import Kernels
import TensorFiles
import TestSupport
import Transformer

/// What transformers computed for one token sequence of a tiny random model.
struct ReferenceSequence: Decodable {
  var tokens: [Int32]
  /// Positions whose logits are kept whole.
  var positions: [Int]
  var logits: [[Double]]
  /// Log-probability of each token but the first, given those before.
  var nextLogProbabilities: [Double]
  /// The greedy continuation.
  var greedy: [Int32]
}

/// A tiny random model beside this file and a way to run sequences through it.
struct TinyModel {
  let decoder: Decoder
  let store: KeyValueStore
  let references: [ReferenceSequence]

  init(_ name: String, precision: Precision = .f32) throws {
    let file = try GGUFFile(path: Fixture(name + ".gguf").path)
    let configuration = try DecoderConfiguration(gguf: file)
    let weights = try Weights(
      from: file, named: GGUFNames.self, configuration: configuration, precision: precision)
    decoder = Decoder(weights: weights)
    store = try KeyValueStore(
      pages: 16, layers: configuration.layers, keyHeads: configuration.keyHeads,
      headSize: configuration.headSize, precision: precision)
    references = try Fixture(name + ".logits.json").json()
  }

  /// Logits after every token, prefilled in chunks of the given sizes (the last one repeats).
  func logits(_ tokens: [Int32], chunks: [Int], pages: [Int32]) throws -> [[Float]] {
    var workspace = try Workspace(for: decoder.configuration, precision: store.precision)
    var rows: [[Float]] = []
    var start = 0
    while start < tokens.count {
      let size = chunks[min(rows.isEmpty ? 0 : 1, chunks.count - 1)]
      let end = min(start + size, tokens.count)
      let run = Tile.Run(
        tokens: Array(tokens[start..<end]), start: start, pages: pages, wanted: 0..<end - start)
      try decoder.forward(Tile(runs: [run]), store: store, in: &workspace) { _, _, row in
        rows.append(row.copied())
      }
      start = end
    }
    return rows
  }
}

extension MutableSpan<Float> {
  func copied() -> [Float] { indices.map { self[$0] } }
}
