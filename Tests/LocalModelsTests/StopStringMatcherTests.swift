import Randomness
import Testing

@testable import LocalModels

@Suite struct StopStringMatcherTests {
  /// Feeds tokens until the text stops; gives the matcher and how many were fed.
  private func matcher(_ stops: [String], _ tokens: [String]) -> (StopStringMatcher, Int) {
    var matcher = StopStringMatcher(stops)
    for (index, token) in tokens.enumerated() {
      matcher.append(Array(token.utf8))
      if matcher.isStopped { return (matcher, index + 1) }
    }
    return (matcher, tokens.count)
  }

  @Test func `text ends before a stop string that spans tokens`() {
    let (found, fed) = matcher(["\n\nTask"], ["One", ".\n", "\n", "Ta", "sk 2", "more"])
    #expect(found.isStopped && fed == 5)
    #expect(found.text == "One.")
    #expect(found.keptTokens == 2)
  }

  @Test func `text ends before a stop string inside one token`() {
    let (found, _) = matcher(["##"], ["ab", "c##d", "e"])
    #expect(found.text == "abc" && found.keptTokens == 2)
  }

  @Test func `a stop string at the very beginning leaves nothing`() {
    let (found, _) = matcher(["\n"], ["\n", "x"])
    #expect(found.text.isEmpty && found.keptTokens == 0)
  }

  @Test func `the stop string completed first counts, of those the one that began first`() {
    #expect(matcher(["abcd", "bc"], ["xabcd"]).0.text == "xa")
    #expect(matcher(["bc", "abc"], ["xabc"]).0.text == "x")
    #expect(matcher(["d", "c"], ["abcd"]).0.text == "ab")
  }

  @Test func `no stop string, no stop`() {
    let (found, fed) = matcher(["", "zz"], ["z", "yz", "", "x"])
    #expect(!found.isStopped && fed == 4 && found.text == "zyzx" && found.keptTokens == 4)
  }

  @Test func `a repeated beginning is followed to the right place`() {
    #expect(matcher(["aab"], ["a", "a", "a", "b"]).0.text == "a")
    #expect(matcher(["abab"], ["ab", "c", "aba", "bab"]).0.text == "abc")
  }

  @Test func `half a character at the end becomes U+FFFD`() {
    var matcher = StopStringMatcher([])
    matcher.append([0x61, 0xe2])
    matcher.append([0x82, 0xac, 0xf0, 0x9f])
    #expect(matcher.text == "a€\u{fffd}")
  }

  /// The text by the definition: at each end, is there a stop string just before it?
  private func naive(_ stops: [[UInt8]], _ bytes: [UInt8]) -> [UInt8] {
    for end in 0...bytes.count {
      let text = bytes[..<end]
      let longest = stops.filter { !$0.isEmpty && text.suffix($0.count).elementsEqual($0) }
        .map(\.count).max()
      if let longest { return Array(bytes[..<(end - longest)]) }
    }
    return bytes
  }

  @Test func `any text cut into any tokens gives the text of the definition`() {
    var random = RandomStream(seed: 8).generator()
    let letters = ["a", "b", "é", "€", "😀", "\n"]
    for round in 0..<2000 {
      func text(_ longest: Int) -> String {
        (0..<Int.random(in: 0...longest, using: &random))
          .map { _ in letters.randomElement(using: &random) ?? "" }.joined()
      }
      let stops = (0..<Int.random(in: 0...3, using: &random)).map { _ in text(3) }
      let bytes = Array(text(14).utf8)
      var matcher = StopStringMatcher(stops)
      var place = 0
      while place < bytes.count, !matcher.isStopped {
        let end = min(place + Int.random(in: 0...5, using: &random), bytes.count)
        matcher.append(Array(bytes[place..<end]))
        place = end
      }
      let expected = String(decoding: naive(stops.map { Array($0.utf8) }, bytes), as: UTF8.self)
      #expect(Array(matcher.text.utf8) == Array(expected.utf8), "seed 8, round \(round)")
    }
  }
}
