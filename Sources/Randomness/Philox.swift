/// The Philox4x32-10 block function of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3"
/// (SC 2011), here as a map from a 128-bit counter and a 64-bit key to 128 bits.
package enum Philox {
  private static let multiplierA: UInt32 = 0xD251_1F53
  private static let multiplierB: UInt32 = 0xCD9E_8D57
  private static let weylA: UInt32 = 0x9E37_79B9
  private static let weylB: UInt32 = 0xBB67_AE85
  private static let rounds = 10

  /// The block at a counter; `low` holds words 0 and 1 of the reference, `high` words 2 and 3.
  package static func block(
    counterLow: UInt64, counterHigh: UInt64, _ key: UInt64
  ) -> (low: UInt64, high: UInt64) {
    var (c0, c1) = halves(counterLow)
    var (c2, c3) = halves(counterHigh)
    var (k0, k1) = halves(key)
    for _ in 0..<rounds {
      let productA = c0.multipliedFullWidth(by: multiplierA)
      let productB = c2.multipliedFullWidth(by: multiplierB)
      (c0, c1, c2, c3) = (
        productB.high ^ c1 ^ k0, productB.low, productA.high ^ c3 ^ k1, productA.low
      )
      k0 &+= weylA
      k1 &+= weylB
    }
    return (UInt64(c0) | UInt64(c1) << 32, UInt64(c2) | UInt64(c3) << 32)
  }

  private static func halves(_ word: UInt64) -> (UInt32, UInt32) {
    (UInt32(truncatingIfNeeded: word), UInt32(truncatingIfNeeded: word >> 32))
  }
}
