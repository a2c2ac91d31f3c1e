import Foundation
import Kernels
import TestSupport
import Testing
import Transformer

@Suite struct DecoderTests {
  static let models = ["tiny-tied", "tiny-untied"]

  @Test(arguments: models)
  func `logits equal those of transformers in float32`(name: String) throws {
    let model = try TinyModel(name)
    for reference in model.references {
      let rows = try model.logits(reference.tokens, chunks: [256], pages: [3, 7, 1])
      for (position, expected) in zip(reference.positions, reference.logits) {
        expectClose(
          rows[position].map(Double.init), expected, absolute: 2e-4,
          because: "logits of about 10 summed in another order in f32, and printed to 7 digits")
      }
    }
  }

  @Test(arguments: models)
  func `log-probabilities equal those of transformers in float32`(name: String) throws {
    let model = try TinyModel(name)
    for reference in model.references where reference.tokens.count > 1 {
      let rows = try model.logits(reference.tokens, chunks: [256], pages: [0, 1, 2])
      let found = zip(rows, reference.tokens.dropFirst()).map { row, token in
        Double(row[Int(token)]) - logSumExp(row.span).logSum
      }
      expectClose(
        found, reference.nextLogProbabilities, absolute: 2e-4,
        because: "logits of about 10 summed in another order in f32, and printed to 7 digits")
    }
  }

  @Test(arguments: models, Precision.allCases)
  func `prefilling in pieces gives the same bits as prefilling at once`(
    name: String, precision: Precision
  ) throws {
    let model = try TinyModel(name, precision: precision)
    for reference in model.references {
      let whole = try model.logits(reference.tokens, chunks: [256], pages: [0, 1, 2])
      for chunks in [[1], [5, 64], [64, 1], [63, 2]] {
        let pieces = try model.logits(reference.tokens, chunks: chunks, pages: [5, 4, 9])
        #expect(pieces == whole, "chunks \(chunks)")
      }
    }
  }

  @Test(arguments: Precision.allCases)
  func `company in a tile changes no bit`(precision: Precision) throws {
    let model = try TinyModel("tiny-tied", precision: precision)
    let alone = try model.references.map {
      try model.logits($0.tokens, chunks: [256], pages: [0, 1, 2])
    }
    let runs = model.references.enumerated().map { number, reference in
      let first = Int32(number * 3)
      return Tile.Run(
        tokens: reference.tokens, start: 0, pages: [first, first + 1, first + 2].map { $0 % 16 },
        wanted: 0..<reference.tokens.count)
    }
    let together = try model.logits(Tile(runs: Array(runs.prefix(5))))
    #expect(together == Array(alone.prefix(5)))
  }

  @Test(arguments: Precision.allCases, [2, 3])
  func `a team computes the bits of one thread`(precision: Precision, threads: Int) throws {
    let model = try TinyModel("tiny-untied", precision: precision)
    let runs = model.references.prefix(3).enumerated().map { number, reference in
      Tile.Run(
        tokens: reference.tokens, start: 0, pages: (0..<3).map { Int32(number * 3 + $0) },
        wanted: 0..<reference.tokens.count)
    }
    let alone = try model.logits(Tile(runs: Array(runs)))
    for round in 0..<20 {
      let together = try model.logits(
        Tile(runs: Array(runs)), threads: threads, sharesLayers: round % 2 == 0)
      #expect(together == alone)
    }
  }

  @Test(arguments: Precision.allCases, [1, 2])
  func `rows that nobody wants logits of change no bit of the others`(
    precision: Precision, threads: Int
  ) throws {
    let model = try TinyModel("tiny-untied", precision: precision)
    let references = model.references.filter { $0.tokens.count >= 4 }.prefix(3)
    try #require(references.count == 3)
    let all = try references.map {
      try model.logits($0.tokens, chunks: [256], pages: [0, 1, 2])
    }
    let counts = references.map(\.tokens.count)
    let last = [counts[0] - 1..<counts[0], counts[1] - 1..<counts[1], counts[2] - 1..<counts[2]]
    for wanted in [last, [0..<0, 1..<3, counts[2] - 1..<counts[2]], [0..<0, 0..<0, 0..<0]] {
      let runs = zip(references, wanted).enumerated().map { number, run in
        Tile.Run(
          tokens: run.0.tokens, start: 0, pages: (0..<3).map { Int32(number * 3 + $0) },
          wanted: run.1)
      }
      let found = try model.logits(
        Tile(runs: Array(runs)), threads: threads, sharesLayers: threads > 1)
      #expect(found == zip(all, wanted).map { rows, range in Array(rows[range]) })
      // Their keys and values are there all the same.
      let next = try zip(references, runs).map { reference, run in
        let more = Tile.Run(
          tokens: [reference.tokens[0]], start: reference.tokens.count, pages: run.pages,
          wanted: 0..<1)
        return try model.logits(Tile(runs: [more]))[0]
      }
      let expected = try references.map {
        try model.logits($0.tokens + [$0.tokens[0]], chunks: [256], pages: [12, 13, 14]).suffix(1)
      }
      #expect(next == expected.map(Array.init))
    }
  }
}
