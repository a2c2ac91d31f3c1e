import TestSupport
import Testing

@testable import TextMetrics

@Suite struct SimilarityPoolTests {
  private let words = ["red", "green", "blue", "warm", "cold", "old", "new", "big"]

  private func texts(_ count: Int, longest: Int, seed: UInt64) -> [String] {
    var draws = SplitMix(state: seed)
    return (0..<count).map { _ in
      (0..<draws.below(longest)).map { _ in words[draws.below(words.count)] }
        .joined(separator: " ")
    }
  }

  private func pool(of texts: [String]) -> SimilarityPool {
    var pool = SimilarityPool(tokenizer: .reference)
    for text in texts { pool.insert(text) }
    return pool
  }

  @Test func `the best match is that of comparing with each, the earliest on ties`() throws {
    try withEvery("longest", in: [4, 12, 150]) { longest in
      let kept = texts(200, longest: longest, seed: 3)
      let pool = pool(of: kept)
      for text in texts(60, longest: longest, seed: 4) + ["", "purple", "red purple"] {
        let scores = kept.map { rougeL(target: text, prediction: $0).f }
        let highest = try #require(scores.max())
        let index = try #require(scores.firstIndex(of: highest))
        let match = pool.bestMatch(of: text)
        #expect(match == .init(index: index, f: highest))
      }
    }
  }

  @Test func `no text is passed over whose length alone allows it to be the best`() {
    // Beginnings of one text: each is as similar as its length allows, a little more than the last.
    let words = (0..<150).map { "w\($0)" }
    let beginnings = (1...150).map { words.prefix($0).joined(separator: " ") }
    let growing = pool(of: beginnings)
    #expect(growing.bestMatch(of: beginnings[149])?.index == 149)
    #expect(pool(of: beginnings.reversed()).bestMatch(of: beginnings[0])?.index == 149)
    #expect(pool(of: Array(beginnings[148...])).bestMatch(of: beginnings[149])?.index == 1)
    for count in [10, 63, 64, 65, 100] {
      #expect(growing.bestMatch(of: beginnings[count - 1])?.index == count - 1)
    }
  }

  @Test func `the nearest are the best of all in order and the mean is over all`() {
    let kept = texts(120, longest: 14, seed: 8)
    var pool = pool(of: kept)
    for text in texts(30, longest: 14, seed: 9) {
      let scores = kept.map { rougeL(target: text, prediction: $0).f }
      let order = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
      let found = pool.neighbourhood(of: pool.tokens(of: text), count: 10)
      #expect(found.nearest == order.prefix(10).map { .init(index: $0, f: scores[$0]) })
      #expect(found.mean == scores.reduce(0, +) / 120)
    }
  }

  @Test func `small pools have what there is`() {
    #expect(pool(of: []).bestMatch(of: "red") == nil)
    #expect(pool(of: ["red"]).bestMatch(of: "red")?.f == 1)
    #expect(pool(of: ["", ""]).bestMatch(of: "red")?.index == 0)
  }

  @Test func `nothing is above a threshold in a pool of nothing`() {
    var pool = pool(of: [])
    #expect(pool.match(of: "red", above: 0) == nil)
    pool.insert("")
    pool.insert("red")
    #expect(pool.match(of: "", above: 0) == nil)
    #expect(pool.match(of: "red", above: 0)?.index == 1)
    #expect(pool.match(of: "red", above: 1) == nil)
    #expect(pool.neighbourhood(of: pool.tokens(of: "red"), count: 10).nearest.count == 2)
  }

  /// What the greedy rule of the original does, comparing with each; the naive twin.
  private func greedy(_ texts: [String], _ threshold: Double) -> [SimilarityPool.Match?] {
    var interner = TokenInterner()
    var kept: [[Int32]] = []
    return texts.map { text in
      let tokens = interner.intern(RougeTokenizer.reference.tokens(in: text))
      let scores = kept.map { other in
        RougeScore(
          common: LongestCommonSubsequenceTests.naive(other, tokens), target: other.count,
          prediction: tokens.count
        ).f
      }
      if let highest = scores.max(), highest > threshold, let index = scores.firstIndex(of: highest)
      {
        return .init(index: index, f: highest)
      }
      kept.append(tokens)
      return nil
    }
  }

  private func decisions(
    _ texts: [String], _ threshold: Double, knownBefore: Bool
  ) -> [SimilarityPool.Match?] {
    var pool = SimilarityPool(tokenizer: .reference)
    if knownBefore { for text in texts { _ = pool.tokens(of: text) } }
    return texts.map { text in
      let match = pool.match(of: text, above: threshold)
      if match == nil { pool.insert(text) }
      return match
    }
  }

  @Test(arguments: [0, 0.3, 0.5, 0.55, 0.6, 0.7, 0.85, 1])
  func `the greedy rule finds what comparing with each finds`(_ threshold: Double) {
    for longest in [6, 20, 90] {
      let offered = texts(longest == 90 ? 150 : 500, longest: longest, seed: 11)
      let expected = greedy(offered, threshold)
      #expect(decisions(offered, threshold, knownBefore: true) == expected)
      #expect(decisions(offered, threshold, knownBefore: false) == expected)
    }
  }

  @Test func `pairs at exactly seven tenths are decided as the reference decides them`() {
    // Common words first, then words of one side only, so that F is 0.7 in exact arithmetic.
    var offered: [String] = []
    for common in stride(from: 7, through: 70, by: 7) {
      for m in common...min(150, 20 * common / 7 - common) {
        let shared = (0..<common).map { "c\(common)x\(m)y\($0)" }
        let left = (common..<m).map { "l\(common)x\(m)y\($0)" }
        let right = (common..<(20 * common / 7 - m)).map { "r\(common)x\(m)y\($0)" }
        offered.append((shared + left).joined(separator: " "))
        offered.append((shared + right).joined(separator: " "))
      }
    }
    let expected = greedy(offered, 0.7)
    #expect(decisions(offered, 0.7, knownBefore: true) == expected)
    let rejected = expected.compactMap(\.self).count
    #expect(rejected > 5 && rejected < expected.count / 2)
  }

  @Test func `a threshold may be lowered, and ranks counted anew, without losing anything`() {
    // More tokens than make the index count again, most of them seen late.
    var draws = SplitMix(state: 12)
    let offered = (0..<1500).map { place in
      (0..<(5 + draws.below(8))).map { _ in "w\(draws.below(1 + place / 4))" }
        .joined(separator: " ")
    }
    #expect(decisions(offered, 0.5, knownBefore: false) == greedy(offered, 0.5))
    var pool = pool(of: Array(offered.prefix(300)))
    #expect(pool.match(of: offered[7], above: 0.9)?.index == 7)
    for text in offered[300..<330] {
      let best = pool.bestMatch(of: text)
      #expect(pool.match(of: text, above: 0.1) == (best?.f ?? 0 > 0.1 ? best : nil))
    }
  }
}
