import Testing

@testable import Tokenization

@Suite struct BytePairMergerTests {
  /// Tokens 0 to 3, and random merges of any two tokens into new ones.
  private static func pairs(
    _ count: Int, using random: inout SplitMix
  ) -> [(left: Int32, right: Int32, token: Int32)] {
    (0..<count).map { number in
      let known = UInt64(4 + number)
      return (Int32(random.next() % known), Int32(random.next() % known), Int32(4 + number))
    }
  }

  /// Merges by the definition: the lowest rank anywhere, then the leftmost.
  private func naive(
    _ tokens: [Int32], _ pairs: [(left: Int32, right: Int32, token: Int32)]
  ) -> [Int32] {
    var tokens = tokens
    search: while true {
      for pair in pairs {
        for index in tokens.indices.dropLast()
        where tokens[index] == pair.left && tokens[index + 1] == pair.right {
          tokens.replaceSubrange(index...index + 1, with: [pair.token])
          continue search
        }
      }
      return tokens
    }
  }

  @Test func `short and long pieces merge as the definition says`() {
    var random = SplitMix(state: 11)
    for round in 0..<60 {
      let pairs = Self.pairs(1 + round % 12, using: &random)
      var merger = BytePairMerger(MergeTable(pairs))
      for length in [0, 1, 2, 3, 8, 47, 48, 49, 50, 130] {
        var tokens = (0..<length).map { _ in Int32(random.next() % 4) }
        let expected = naive(tokens, pairs)
        merger.merge(&tokens)
        #expect(tokens == expected, "seed 11, round \(round), length \(length)")
      }
    }
  }

  @Test func `a table knows its pairs and no others`() {
    let table = MergeTable([(1, 2, 9), (2, 1, 8), (1, 2, 7)])
    #expect(table.merge(1, 2) == .init(rank: 0, token: 9))
    #expect(table.merge(2, 1) == .init(rank: 1, token: 8))
    #expect(table.merge(2, 2).rank == .max)
    #expect(MergeTable([]).merge(0, 0).rank == .max)
  }
}

/// A small generator with a fixed seed.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
