/// The merges of a vocabulary: which pairs of tokens become one, and which pairs come first.
///
/// An open-addressing hash table; the standard dictionary's hashing would be most of the time of
/// encoding.
struct MergeTable: Sendable {
  /// What a pair becomes; the lower rank goes first.
  struct Merge: Equatable, Sendable {
    let rank: Int32
    let token: Int32
  }

  private var keys: [UInt64]
  private var merges: [Merge]
  private let shift: UInt64

  /// No pair of tokens has this key: tokens are not negative.
  private static let vacant = UInt64.max

  /// - Parameter pairs: In order of rank; the first of equal pairs counts.
  init(_ pairs: [(left: Int32, right: Int32, token: Int32)]) {
    var bits: UInt64 = 4
    while 1 << bits < 2 * pairs.count { bits += 1 }
    shift = 64 - bits
    keys = Array(repeating: Self.vacant, count: 1 << bits)
    merges = Array(repeating: Merge(rank: .max, token: -1), count: 1 << bits)
    for (rank, pair) in pairs.enumerated() {
      let slot = slot(of: Self.key(pair.left, pair.right))
      guard keys[slot] == Self.vacant else { continue }
      keys[slot] = Self.key(pair.left, pair.right)
      merges[slot] = Merge(rank: Int32(rank), token: pair.token)
    }
  }

  /// What a pair becomes; rank `Int32.max` when it is never merged.
  func merge(_ left: Int32, _ right: Int32) -> Merge {
    merges[slot(of: Self.key(left, right))]
  }

  /// Where a key is, or where it would be. At most half of the slots are taken, so the search ends.
  private func slot(of key: UInt64) -> Int {
    var slot = Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) >> shift)
    while keys[slot] != key && keys[slot] != Self.vacant { slot = (slot + 1) & (keys.count - 1) }
    return slot
  }

  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }
}
