/// Texts kept so far, to ask how similar a new one is to the most similar of them.
///
/// Similarity is the F of ROUGE-L, exact; equal similarities are decided for the text inserted
/// first, so that answers do not depend on how the search goes about it.
package struct SimilarityPool: Sendable {
  /// A text of the pool and how similar it is to the one asked about.
  package struct Match: Hashable, Sendable {
    /// As it was inserted.
    package let id: String
    /// The how-manieth text of the pool it is, from 0.
    package let index: Int
    /// F of ROUGE-L, from 0 to 1.
    package let f: Double

    package init(id: String, index: Int, f: Double) {
      self.id = id
      self.index = index
      self.f = f
    }
  }

  /// How texts are cut into tokens.
  package let tokenizer: RougeTokenizer
  private var interner = TokenInterner()
  private var ids: [String] = []
  /// The tokens of all texts one after another.
  private var tokens: [Int32] = []
  /// Where each text begins in `tokens`, and the end of the last.
  private var starts: [Int] = [0]

  /// An empty pool.
  package init(tokenizer: RougeTokenizer) {
    self.tokenizer = tokenizer
  }

  /// How many texts are in the pool.
  package var count: Int { ids.count }

  /// Adds a text.
  package mutating func insert(_ text: String, id: String) {
    tokens += interner.intern(tokenizer.tokens(in: text))
    starts.append(tokens.count)
    ids.append(id)
  }

  /// The most similar text, the earliest on ties; nil for an empty pool.
  ///
  /// A text without tokens, or with none in common with any, is as similar as 0 to the first.
  ///
  /// - Complexity: O(tokens of the pool) for up to 64 tokens, twice for up to 128 and so on.
  package func bestMatch(of text: String) -> Match? {
    guard !ids.isEmpty else { return nil }
    let positions = positions(of: text)
    let tokens = tokens.span
    var best = (index: 0, f: 0.0)
    for index in ids.indices {
      let range = starts[index]..<starts[index + 1]
      // F in exact arithmetic is 2 * common / sizes, and common is at most the shorter size. What
      // cannot beat the best by that is passed over; a hair is left for the rounding of doubles.
      let needed = (best.f - 1e-9) * Double(range.count + positions.count)
      if Double(2 * min(range.count, positions.count)) < needed { continue }
      let common = positions.longestCommonSubsequence(with: tokens.extracting(range))
      if Double(2 * common) < needed { continue }
      let score = RougeScore(common: common, target: positions.count, prediction: range.count)
      if score.f > best.f { best = (index, score.f) }
    }
    return Match(id: ids[best.index], index: best.index, f: best.f)
  }

  private func positions(of text: String) -> TokenPositions {
    TokenPositions(
      of: tokenizer.tokens(in: text).map(interner.number(of:)), vocabulary: interner.count)
  }
}
