import Testing

@testable import TextMetrics

@Suite struct NGramIndexTests {
  /// The share of a text's tokens in runs of `length`, or of all of it if it is shorter, that the
  /// other text has too, place by place.
  private func share(of text: [Int32], in other: [Int32], length most: Int) -> Double {
    let length = min(most, text.count)
    if length == 0 { return 0 }
    var covered = Array(repeating: false, count: text.count)
    for start in text.indices where start + length <= text.count {
      for place in other.indices where place + length <= other.count {
        if (0..<length).allSatisfy({ text[start + $0] == other[place + $0] }) {
          for offset in 0..<length { covered[start + offset] = true }
        }
      }
    }
    return Double(covered.count { $0 }) / Double(max(1, text.count))
  }

  @Test(arguments: [1, 2, 3, 5]) func `random texts are covered as a naive count says`(
    length: Int
  ) {
    var state: UInt64 = UInt64(length)
    func draw(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    var found = 0
    for _ in 0..<60 {
      let texts = (0..<12).map { _ in (0..<draw(14)).map { _ in Int32(draw(4)) } }
      var index = NGramIndex(length: length)
      for text in texts { index.insert(text) }
      // A piece of one of them among others, so that long runs are shared too.
      let other =
        (0..<draw(6)).map { _ in Int32(draw(4)) } + texts[draw(12)].dropFirst(draw(3))
        + (0..<draw(6)).map { _ in Int32(draw(4)) }
      let shares = texts.map { share(of: $0, in: other, length: length) }
      let best = shares.max() ?? 0
      let expected =
        best > 0
        ? NGramIndex.Coverage(index: shares.firstIndex(of: best) ?? 0, share: best) : nil
      #expect(index.mostCovered(by: other) == expected)
      if expected != nil { found += 1 }
    }
    #expect(found > 20)
  }

  @Test func `runs that overlap count their tokens once, and short texts are covered whole`() {
    var index = NGramIndex(length: 3)
    index.insert([1, 2, 3, 4, 9, 9])
    index.insert([7, 8])
    index.insert([])
    #expect(index.mostCovered(by: [0, 1, 2, 3, 4, 0]) == .init(index: 0, share: 4.0 / 6))
    #expect(index.mostCovered(by: [0, 1, 2, 7, 8]) == .init(index: 1, share: 1))
    #expect(index.mostCovered(by: [7, 9, 8, 1, 2]) == nil)
    #expect(index.count == 3)
  }
}
