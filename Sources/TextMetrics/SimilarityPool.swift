/// Texts kept so far, to ask how similar a new one is to the most similar of them.
///
/// Similarity is the F of ROUGE-L, exact; of equal similarities the text inserted first counts, so
/// that answers do not depend on how the search goes about it.
package struct SimilarityPool: Sendable {
  /// A text of the pool and how similar it is to the one asked about.
  package struct Match: Hashable, Sendable {
    /// The how-manieth text of the pool it is, from 0.
    package let index: Int
    /// F of ROUGE-L, from 0 to 1.
    package let f: Double

    package init(index: Int, f: Double) {
      self.index = index
      self.f = f
    }
  }

  /// How texts are cut into tokens.
  package let tokenizer: RougeTokenizer
  private var interner = TokenInterner()
  private var texts = TokenSequences()
  private var index: RareTokenIndex?
  private var positions = TokenPositions()

  /// An empty pool.
  package init(tokenizer: RougeTokenizer) {
    self.tokenizer = tokenizer
  }

  /// How many texts are in the pool.
  package var count: Int { texts.count }

  /// The tokens of a text as numbers that hold for this pool and its copies.
  ///
  /// How often a token comes in texts that were asked for says how rare it is: whoever knows the
  /// texts to come asks for all of them first.
  package mutating func tokens(of text: String) -> [Int32] {
    interner.intern(tokenizer.tokens(in: text))
  }

  /// Adds a text.
  package mutating func insert(_ text: String) {
    insert(tokens(of: text))
  }

  /// Adds a text by its tokens.
  package mutating func insert(_ tokens: [Int32]) {
    texts.append(tokens)
    index?.insertLast(of: texts, interner)
  }

  /// The most similar text of those above a threshold, the earliest on ties; nil if none is.
  ///
  /// - Complexity: Looks only at texts that share a rare token and have a fitting length; builds
  ///   an index when it is first called, and `insert` does when the tokens that were asked for have
  ///   doubled since.
  package mutating func match(of tokens: [Int32], above threshold: Double) -> Match? {
    if index == nil || threshold < index?.lowest ?? 0 {
      index = RareTokenIndex(of: texts, from: threshold, interner)
    }
    return index?.match(of: tokens, above: threshold, in: texts, &positions, interner.count)
  }

  /// The same of a text that is not one of those to come.
  package mutating func match(of text: String, above threshold: Double) -> Match? {
    match(of: tokens(of: text), above: threshold)
  }

  /// The most similar text, the earliest on ties; nil for an empty pool.
  ///
  /// A text without tokens, or with none in common with any, is as similar as 0 to the first.
  ///
  /// - Complexity: O(texts), and O(tokens) for those that may be it.
  package func bestMatch(of text: String) -> Match? {
    guard count > 0 else { return nil }
    let comparison = Comparison(of: known(text), interner.count)
    var best = Match(index: 0, f: 0)
    for index in 0..<count {
      if let f = comparison.f(with: index, in: texts, above: best.f) {
        best = Match(index: index, f: f)
      }
    }
    return best
  }

  /// The most similar texts, best first, the earlier on ties, and the mean similarity to all.
  ///
  /// - Complexity: O(texts + tokens of those that share a token).
  package func neighbourhood(
    of tokens: [Int32], count wanted: Int
  ) -> (nearest: [Match], mean: Double) {
    let comparison = Comparison(of: tokens, interner.count)
    var nearest: [Match] = []
    var sum = 0.0
    for index in 0..<count {
      let match = Match(index: index, f: comparison.f(with: index, in: texts))
      sum += match.f
      if nearest.count == wanted, match.f <= nearest.last?.f ?? 0 { continue }
      let place = nearest.firstIndex { $0.f < match.f } ?? nearest.count
      nearest.insert(match, at: place)
      if nearest.count > wanted { nearest.removeLast() }
    }
    return (nearest, count == 0 ? 0 : sum / Double(count))
  }

  /// The same of a text that need not be one of those to come.
  package func neighbourhood(
    of text: String, count wanted: Int
  ) -> (nearest: [Match], mean: Double) {
    neighbourhood(of: known(text), count: wanted)
  }

  /// Tokens as numbers, negative ones for those that no text of the pool has.
  private func known(_ text: String) -> [Int32] {
    tokenizer.tokens(in: text).map { interner.number(of: $0) ?? -1 }
  }
}

/// One text while it is compared with many.
private struct Comparison {
  private let count: Int
  private let signature: TokenSignature
  private var positions = TokenPositions()

  init(of tokens: [Int32], _ vocabulary: Int) {
    count = tokens.count
    signature = TokenSignature(of: tokens)
    positions.take(tokens, vocabulary: vocabulary)
  }

  func f(with index: Int, in texts: TokenSequences) -> Double {
    let other = texts.signatures[index]
    if signature.isDisjoint(with: other) { return 0 }
    return score(with: index, in: texts)
  }

  /// The similarity; nil if it is not above another.
  func f(with index: Int, in texts: TokenSequences, above floor: Double) -> Double? {
    if signature.isDisjoint(with: texts.signatures[index]) { return nil }
    let other = texts.count(of: index)
    // F in exact arithmetic is 2 * common / sizes. What cannot beat the floor by that is passed
    // over; a hair is left for the rounding of doubles.
    let most = signature.mostCommon(count, texts.signatures[index], other)
    if Double(2 * most) < (floor - 1e-9) * Double(count + other) { return nil }
    let f = score(with: index, in: texts)
    return f > floor ? f : nil
  }

  private func score(with index: Int, in texts: TokenSequences) -> Double {
    let other = texts.tokens.span.extracting(texts.range(of: index))
    let common = positions.longestCommonSubsequence(with: other)
    return RougeScore(common: common, target: count, prediction: other.count).f
  }
}
