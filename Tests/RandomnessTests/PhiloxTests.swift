import Randomness
import TestSupport
import Testing

@Suite struct PhiloxTests {
  struct Answer: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let counter: [UInt32]
    let key: [UInt32]
    let block: [UInt32]
  }

  /// The known answers for philox4x32-10 that the authors publish with Random123.
  @Test(arguments: [
    Answer(
      testDescription: "zeros", counter: [0, 0, 0, 0], key: [0, 0],
      block: [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
    Answer(
      testDescription: "ones", counter: [.max, .max, .max, .max], key: [.max, .max],
      block: [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
    Answer(
      testDescription: "digits of pi",
      counter: [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
      key: [0xa409_3822, 0x299f_31d0],
      block: [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]),
  ])
  func `the published answers come out`(_ answer: Answer) {
    #expect(words(answer.counter, answer.key) == answer.block)
    #expect(naiveBlock(answer.counter, answer.key) == answer.block)
  }

  @Test func `the block agrees with the formulas of the paper written out`() {
    var state: UInt64 = 1
    func word() -> UInt32 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt32(truncatingIfNeeded: state >> 32)
    }
    for _ in 0..<1000 {
      let counter = (0..<4).map { _ in word() }
      let key = (0..<2).map { _ in word() }
      #expect(words(counter, key) == naiveBlock(counter, key))
    }
  }

  private func words(_ counter: [UInt32], _ key: [UInt32]) -> [UInt32] {
    func join(_ low: UInt32, _ high: UInt32) -> UInt64 { UInt64(low) | UInt64(high) << 32 }
    let block = Philox.block(
      counterLow: join(counter[0], counter[1]), counterHigh: join(counter[2], counter[3]),
      join(key[0], key[1]))
    return [block.low, block.high].flatMap {
      [UInt32(truncatingIfNeeded: $0), UInt32(truncatingIfNeeded: $0 >> 32)]
    }
  }

  /// Section 4.1 of the paper: each round multiplies, splits into high and low halves, and crosses
  /// the pairs over; the key is bumped by the Weyl constants between rounds.
  private func naiveBlock(_ counter: [UInt32], _ key: [UInt32]) -> [UInt32] {
    var x = counter.map { UInt64($0) }
    let mask: UInt64 = 0xffff_ffff
    for round in 0..<10 as Range<UInt64> {
      let k0 = (UInt64(key[0]) + round * 0x9E37_79B9) & mask
      let k1 = (UInt64(key[1]) + round * 0xBB67_AE85) & mask
      let first = x[0] * 0xD251_1F53
      let second = x[2] * 0xCD9E_8D57
      x = [
        (second >> 32) ^ x[1] ^ k0, second & mask, (first >> 32) ^ x[3] ^ k1, first & mask,
      ]
    }
    return x.map { UInt32($0) }
  }
}
