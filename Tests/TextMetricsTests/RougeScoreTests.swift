import TestSupport
import Testing

@testable import TextMetrics

@Suite struct RougeScoreTests {
  struct Pair: Decodable {
    let target: String
    let prediction: String
    let rougeL: [Double]
  }

  @Test func `pairs have the reference's doubles to the last bit`() throws {
    let pairs = try Fixture("rouge-pairs.jsonl").jsonLines(Pair.self)
    #expect(pairs.count > 400)
    for pair in pairs {
      let score = rougeL(target: pair.target, prediction: pair.prediction)
      #expect(
        [score.precision, score.recall, score.f] == pair.rougeL,
        "'\(pair.target)' and '\(pair.prediction)'")
    }
  }

  @Test func `an F of seven tenths falls to either side of 0_7 as the reference's doubles do`() {
    // 8 and 12 tokens: 2 * 7/12 * 7/8 / (7/12 + 7/8) is a hair above; 10 and 10 exactly 0.7.
    #expect(RougeScore(common: 7, target: 8, prediction: 12).f > 0.7)
    #expect(RougeScore(common: 7, target: 12, prediction: 8).f > 0.7)
    #expect(RougeScore(common: 7, target: 9, prediction: 11).f > 0.7)
    #expect(RougeScore(common: 7, target: 10, prediction: 10).f == 0.7)
  }

  @Test func `a side without tokens scores nothing`() {
    #expect(rougeL(target: "", prediction: "a") == RougeScore(common: 0, target: 0, prediction: 1))
    #expect(rougeL(target: "!", prediction: "!").f == 0)
    #expect(rougeL(target: "你好", prediction: "你好").f == 0)
    #expect(rougeL(target: "你好", prediction: "你好", tokenizer: .unicode).f == 1)
  }
}

@Suite struct RougeScoresTests {
  struct Pair: Decodable {
    let target: String
    let prediction: String
    let plain: [Double]
    let stemmed: [Double]
  }

  @Test func `all four scores have the reference's doubles, with stems and without`() throws {
    let pairs = try Fixture("rouge-scores.jsonl").jsonLines(Pair.self)
    #expect(pairs.count > 100)
    for pair in pairs {
      for (stems, expected) in [(false, pair.plain), (true, pair.stemmed)] {
        let scores = RougeScores(target: pair.target, prediction: pair.prediction, stems: stems)
        let all = [scores.rouge1, scores.rouge2, scores.rougeL, scores.rougeLsum]
        #expect(
          all.flatMap { [$0.precision, $0.recall, $0.f] } == expected,
          "'\(pair.target)' and '\(pair.prediction)', stems: \(stems)")
      }
    }
  }

  @Test func `words of other scripts count by the tokens of their own, and have no stems`() {
    let scores = RougeScores(
      target: "Привет, мир\n你好", prediction: "你好\nпривет", tokenizer: .unicode, stems: true)
    #expect(scores.rouge1.recall == 0.75)
    #expect(scores.rougeL.recall == 0.5)
    #expect(scores.rougeLsum.precision == 1)
  }
}

@Suite struct PorterStemmerTests {
  @Test func `words have the stems that NLTK gives them`() throws {
    let rows = try Fixture("porter-stems.jsonl").jsonLines([String].self)
    #expect(rows.count > 5000)
    for row in rows { #expect(PorterStemmer.stem(row[0]) == row[1], "'\(row[0])'") }
  }
}

@Suite struct LongestCommonSubsequenceTests {
  /// The textbook table.
  static func naive(_ a: [Int32], _ b: [Int32]) -> Int {
    var row = [Int](repeating: 0, count: b.count + 1)
    for x in a {
      var diagonal = 0
      for (j, y) in b.enumerated() {
        (diagonal, row[j + 1]) = (row[j + 1], x == y ? diagonal + 1 : max(row[j], row[j + 1]))
      }
    }
    return row[b.count]
  }

  @Test func `lengths around the word of bits agree with the textbook table`() {
    var draws = SplitMix(state: 5)
    withEvery("a", in: [0, 1, 2, 7, 63, 64, 65, 127, 128, 129, 300]) { m in
      withEvery("b", in: [0, 1, 8, 63, 64, 65, 200]) { n in
        withEvery("alphabet", in: [1, 2, 5, 1000]) { alphabet in
          let a = draws.tokens(m, alphabet)
          let b = draws.tokens(n, alphabet)
          #expect(longestCommonSubsequence(a, b) == Self.naive(a, b))
          #expect(longestCommonSubsequence(b, a) == Self.naive(a, b))
        }
      }
    }
  }

  @Test func `the positions found are those of one common subsequence of full length`() {
    var draws = SplitMix(state: 6)
    var positions = TokenPositions()
    withEvery("a", in: [0, 1, 2, 63, 64, 65, 128, 130]) { m in
      withEvery("b", in: [0, 1, 9, 64, 70]) { n in
        withEvery("alphabet", in: [1, 3, 40]) { alphabet in
          let (a, b) = (draws.tokens(m, alphabet), draws.tokens(n, alphabet))
          positions.take(a, vocabulary: alphabet)
          let found = positions.commonPositions(with: b.span)
          #expect(found.count == Self.naive(a, b))
          #expect(found.allSatisfy { a[$0.here] == b[$0.there] })
          for (one, next) in zip(found, found.dropFirst()) {
            #expect(one.here < next.here && one.there < next.there)
          }
        }
      }
    }
  }

  @Test func `token numbers may be any`() {
    #expect(longestCommonSubsequence([.min, -1, .max, 0], [-1, 5, .max]) == 2)
  }
}

/// Numbers for tests: Steele, Lea and Flood's SplitMix64.
struct SplitMix {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) % UInt64(bound))
  }

  mutating func tokens(_ count: Int, _ alphabet: Int) -> [Int32] {
    (0..<count).map { _ in Int32(below(alphabet)) }
  }
}
