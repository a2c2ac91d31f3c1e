import TextMetrics

/// Everything kept so far, for asking how near a new instruction comes to it.
package struct InstructionPool: Sendable {
  /// A kept instruction and how near it is.
  package struct Neighbour: Hashable, Codable, Sendable {
    package var id: String
    /// ROUGE-L F, 0 to 1.
    package var score: Double

    package init(id: String, score: Double) {
      self.id = id
      self.score = score
    }
  }

  private var pool: SimilarityPool
  private var ids: [String] = []

  package init(tokenizer: RougeTokenizer = .unicode) {
    pool = SimilarityPool(tokenizer: tokenizer)
  }

  /// How instructions are cut into words.
  package var tokenizer: RougeTokenizer { pool.tokenizer }

  /// How many instructions are in it.
  package var count: Int { pool.count }

  package mutating func insert(_ text: String, id: String) {
    pool.insert(text)
    ids.append(id)
  }

  /// The nearest instruction, the earliest of equally near ones; nil of none.
  package func nearest(to text: String) -> Neighbour? {
    pool.bestMatch(of: text).map { Neighbour(id: ids[$0.index], score: $0.f) }
  }

  /// How many neighbours are recorded; the original's value.
  package static let recordedNeighbours = 10

  /// The nearest instructions, nearest first, and the mean ROUGE-L F with all.
  package func neighbourhood(of text: String) -> (nearest: [Neighbour], mean: Double) {
    let found = pool.neighbourhood(of: text, count: Self.recordedNeighbours)
    return (found.nearest.map { Neighbour(id: ids[$0.index], score: $0.f) }, found.mean)
  }

  /// How near two texts are: ROUGE-L F with the pool's tokenizer.
  package func overlap(of a: String, and b: String) -> Double {
    rougeL(target: a, prediction: b, tokenizer: tokenizer).f
  }
}
