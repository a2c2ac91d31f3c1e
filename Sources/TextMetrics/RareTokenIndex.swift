/// Finds the texts of a pool that may be more similar to a text than a threshold.
///
/// Two texts that are as similar as a threshold have a certain number of tokens in common, `c`. If
/// the tokens of both are sorted by one order, then the first `m - c + 1` of the one and the first
/// `n - c + 1` of the other share a token (prefix filtering; Chaudhuri, Ganti and Kaushik, "A
/// primitive operator for similarity joins in data cleaning", 2006). With the rarest first, a text
/// is entered under a few rare tokens and looked up under a few. What is found there passes the
/// bounds of lengths and of signatures before tokens are compared. No pair at or above the
/// threshold is lost on the way.
struct RareTokenIndex: Sendable {
  private struct Entry: Sendable {
    let signature: TokenSignature
    let text: Int32
    let count: Int32
  }

  /// No lower threshold can be asked for.
  let lowest: Double
  /// By token: the higher, the rarer. Any order finds all, but this one is fast.
  private var rankOfToken: [Int32] = []
  /// How many tokens had been counted when they were ranked.
  private var counted = 0
  /// By the bits that the number of tokens needs, then by rank: texts that have the token among
  /// their rarest.
  private var shelves: [[[Entry]]] = []
  /// The tokens of each text as ranks, rarest first, where the text stands in `TokenSequences`.
  private var bags: [Int32] = []
  private var longest = 0
  /// By text: the number of the last search that has seen it.
  private var lastSearch: [Int32] = []
  private var search: Int32 = 0

  /// Enters all texts of a pool.
  init(of texts: TokenSequences, from lowest: Double, _ interner: TokenInterner) {
    self.lowest = lowest
    build(of: texts, interner)
  }

  /// Enters the last text of a pool; from time to time all again, by new ranks.
  mutating func insertLast(of texts: TokenSequences, _ interner: TokenInterner) {
    if interner.total > 2 * counted + Self.fewestCounted {
      build(of: texts, interner)
    } else {
      enter(texts.count - 1, texts)
    }
  }

  /// Ranks are not worth counting again before there are so many tokens more.
  private static let fewestCounted = 10_000

  private mutating func build(of texts: TokenSequences, _ interner: TokenInterner) {
    let frequencies = interner.frequencies
    let byFrequency = frequencies.indices.sorted {
      (-frequencies[$0], $0) < (-frequencies[$1], $1)
    }
    rankOfToken = [Int32](repeating: 0, count: frequencies.count)
    for (rank, token) in byFrequency.enumerated() { rankOfToken[token] = Int32(rank) }
    counted = interner.total
    (shelves, bags, longest, lastSearch) = ([], [], 0, [])
    bags.reserveCapacity(texts.tokens.count)
    for text in 0..<texts.count { enter(text, texts) }
  }

  private mutating func enter(_ text: Int, _ texts: TokenSequences) {
    let bag = bag(of: texts.tokens[texts.range(of: text)])
    bags += bag
    lastSearch.append(0)
    guard !bag.isEmpty else { return }
    longest = max(longest, bag.count)
    let entry = Entry(
      signature: texts.signatures[text], text: Int32(text), count: Int32(bag.count))
    let shelf = Self.shelf(of: bag.count)
    while shelves.count <= shelf { shelves.append([]) }
    for rank in Self.rareRanks(in: bag, lowest) {
      if shelves[shelf].count <= rank {
        shelves[shelf] += repeatElement([], count: rankOfToken.count - shelves[shelf].count)
      }
      shelves[shelf][rank].append(entry)
    }
  }

  /// The most similar text above a threshold, the earliest on ties.
  mutating func match(
    of tokens: [Int32], above threshold: Double, in texts: TokenSequences,
    _ positions: inout TokenPositions, _ vocabulary: Int
  ) -> SimilarityPool.Match? {
    // A text may be so long that nothing in the pool comes near.
    guard !tokens.isEmpty, PairBounds.shortest(besides: tokens.count, threshold) <= longest else {
      return nil
    }
    search += 1
    var query = Query(tokens, bag: bag(of: tokens[...]), above: threshold, longest: longest)
    for rank in Self.rareRanks(in: query.bag, threshold) {
      for shelf in query.firstShelf..<min(query.endShelf, shelves.count)
      where rank < shelves[shelf].count {
        for entry in shelves[shelf][rank] where query.allows(entry) {
          let text = Int(entry.text)
          guard lastSearch[text] != search else { continue }
          lastSearch[text] = search
          let range = texts.range(of: text)
          if tokens.count > 64, !query.mayMatch(bag: bags[range]) { continue }
          if !query.isCompared { positions.take(tokens, vocabulary: vocabulary) }
          query.isCompared = true
          let other = texts.tokens.span.extracting(range)
          query.take(positions.longestCommonSubsequence(with: other), with: entry, longest)
        }
      }
    }
    return query.best
  }

  /// The ranks of some tokens, rarest first. Tokens that came after the last ranking are rarer than
  /// all others.
  private mutating func bag(of tokens: ArraySlice<Int32>) -> [Int32] {
    for token in tokens {
      while rankOfToken.count <= Int(token) { rankOfToken.append(Int32(rankOfToken.count)) }
    }
    return tokens.map { rankOfToken[Int($0)] }.sorted(by: >)
  }

  /// The different ranks of the tokens that a text is entered or looked up under.
  private static func rareRanks(in bag: [Int32], _ threshold: Double) -> [Int] {
    var ranks: [Int] = []
    for rank in bag.prefix(PairBounds.rareTokens(of: bag.count, threshold))
    where Int(rank) != ranks.last {
      ranks.append(Int(rank))
    }
    return ranks
  }

  private static func shelf(of count: Int) -> Int {
    Int.bitWidth - count.leadingZeroBitCount
  }
}

extension RareTokenIndex {
  /// A text while the most similar one is looked for.
  private struct Query {
    let bag: [Int32]
    let threshold: Double
    let signature: TokenSignature
    /// Narrower as soon as something is found: only what is as similar counts from then on.
    var bounds: PairBounds
    var best: SimilarityPool.Match?
    /// Whether it was compared with any text.
    var isCompared = false

    init(_ tokens: [Int32], bag: [Int32], above threshold: Double, longest: Int) {
      self.bag = bag
      self.threshold = threshold
      signature = TokenSignature(of: tokens)
      bounds = PairBounds(count: bag.count, threshold: threshold, longest: longest)
    }

    var firstShelf: Int { RareTokenIndex.shelf(of: bounds.counts.lowerBound) }
    var endShelf: Int { RareTokenIndex.shelf(of: bounds.counts.upperBound) + 1 }

    func allows(_ entry: Entry) -> Bool {
      bounds.allow(
        missing: signature.missing(in: entry.signature),
        extra: entry.signature.missing(in: signature), count: bag.count, other: Int(entry.count))
    }

    /// Whether a text has as many tokens in common, order aside, as it needs to be the best.
    func mayMatch(bag other: ArraySlice<Int32>) -> Bool {
      let needed = PairBounds.needed(bag.count, other.count, best?.f ?? threshold)
      var common = 0
      var (here, there) = (0, other.startIndex)
      while here < bag.count, there < other.endIndex {
        if common + min(bag.count - here, other.endIndex - there) < needed { return false }
        if bag[here] == other[there] {
          (common, here, there) = (common + 1, here + 1, there + 1)
        } else if bag[here] > other[there] {
          here += 1
        } else {
          there += 1
        }
      }
      return common >= needed
    }

    mutating func take(_ common: Int, with entry: Entry, _ longest: Int) {
      let (text, count) = (Int(entry.text), Int(entry.count))
      let f = RougeScore(common: common, target: count, prediction: bag.count).f
      if let best, f == best.f {
        self.best = SimilarityPool.Match(index: min(text, best.index), f: f)
      } else if f > best?.f ?? threshold {
        best = SimilarityPool.Match(index: text, f: f)
        bounds = PairBounds(count: bag.count, threshold: f, longest: longest)
      }
    }
  }
}
