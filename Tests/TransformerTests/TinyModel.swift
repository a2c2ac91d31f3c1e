import Foundation
import Kernels
import Synchronization
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
    var rows: [[Float]] = []
    var start = 0
    while start < tokens.count {
      let size = chunks[min(rows.isEmpty ? 0 : 1, chunks.count - 1)]
      let end = min(start + size, tokens.count)
      let run = Tile.Run(
        tokens: Array(tokens[start..<end]), start: start, pages: pages, wanted: 0..<end - start)
      rows += try logits(Tile(runs: [run]))[0]
      start = end
    }
    return rows
  }

  /// Logits of each run's wanted tokens, computed by one thread or by several together, who share
  /// the layers or only the logits.
  func logits(_ tile: Tile, threads: Int = 1, sharesLayers: Bool = true) throws -> [[[Float]]] {
    let c = decoder.configuration
    let pass = decoder.pass(
      through: tile, store: store,
      activations: Activations(for: c, precision: store.precision), sharesLayers: sharesLayers)
    let team = threads > 1 ? Team() : nil
    let found = Mutex<[[[Float]]]>(
      tile.runs.map { $0.wanted.map { _ in [] } })
    let failure = Mutex<(any Error)?>(nil)
    WorkerPool(threads: threads) { _ in }.run(threads) { _, _ in
      do {
        var workspace = try Workspace(for: c, precision: store.precision)
        var member = TeamMember(of: team)
        try pass.run(in: &workspace, as: &member) { run, offset, row in
          let values = row.copied()
          found.withLock { $0[run][offset - tile.runs[run].wanted.lowerBound] = values }
        }
      } catch {
        failure.withLock { $0 = error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return found.withLock { $0 }
  }
}

extension MutableSpan<Float> {
  func copied() -> [Float] { indices.map { self[$0] } }
}
