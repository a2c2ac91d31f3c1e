import TestSupport
import Testing
import TextMetrics

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
    for (index, text) in texts.enumerated() { pool.insert(text, id: "t\(index)") }
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
        #expect(match == .init(id: "t\(index)", index: index, f: highest))
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
    let pool = pool(of: kept)
    for text in texts(30, longest: 14, seed: 9) {
      let scores = kept.map { rougeL(target: text, prediction: $0).f }
      let order = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
      let found = pool.bestMatch(of: text)
      #expect(found?.index == order[0])
      #expect(found?.f == scores[order[0]])
    }
  }

  @Test func `small pools have what there is`() {
    #expect(pool(of: []).bestMatch(of: "red") == nil)
    #expect(pool(of: ["red"]).bestMatch(of: "red")?.f == 1)
    #expect(pool(of: ["", ""]).bestMatch(of: "red")?.id == "t0")
  }

  @Test func `the naive greedy rule and the pool keep the same texts`() {
    let offered = texts(400, longest: 20, seed: 11)
    var pool = SimilarityPool(tokenizer: .reference)
    var kept: [String] = []
    for (index, text) in offered.enumerated() {
      let isNew = kept.allSatisfy { rougeL(target: text, prediction: $0).f <= 0.7 }
      #expect((pool.bestMatch(of: text)?.f ?? 0 <= 0.7) == isNew, "\(index)")
      if isNew {
        kept.append(text)
        pool.insert(text, id: "\(index)")
      }
    }
    #expect(pool.count == kept.count && kept.count > 20 && kept.count < 400)
  }
}
