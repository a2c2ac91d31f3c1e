import Kernels

/// Keys and values that a newcomer with the same first tokens can take over.
///
/// They belong to sequences in flight and, for those that finished last, are kept here: a corpus is
/// grown by asking about one text again and again, with other texts in between. What is taken over has
/// the bits that reading the tokens again would give, so sharing changes time and memory, never a
/// result.
struct PrefixShelf {
  /// The beginning of a sequence.
  struct Prefix {
    let tokens: ArraySlice<Int32>
    let pages: [Int32]
    /// Positions whose keys and values are stored.
    let stored: Int
  }

  /// What a newcomer is to do.
  enum Advice {
    /// Take over this many positions.
    case take(Prefix, count: Int)
    /// Wait: a sequence in flight is about to have much more of it.
    case wait
    case readAll
  }

  /// Fewer positions are not worth a copy, or a step of waiting.
  private static let fewest = 8

  /// Pages that finished sequences hold at most; the last one is kept even if it has more.
  private let room: Int
  /// Sequences that have finished, the one kept last at the end. None begins with all of another.
  private var finished: [Prefix] = []

  init(room: Int) {
    self.room = room
  }

  /// - Parameters:
  ///   - tokens: What the newcomer begins with.
  ///   - limit: Positions it can do without the logits of.
  ///   - inFlight: The sequences in flight, and how many of their positions will be stored soon.
  func advice(
    for tokens: [Int32], limit: Int, inFlight: [(prefix: Prefix, soon: Int)]
  ) -> Advice {
    var best: (prefix: Prefix, count: Int)?
    var soon = 0
    for (prefix, later) in inFlight {
      let common = Self.commonCount(tokens[..<limit], prefix.tokens)
      let count = min(common, prefix.stored)
      if count > best?.count ?? 0 { best = (prefix, count) }
      soon = max(soon, min(common, later))
      if count == limit { break }
    }
    for prefix in finished {
      // Most differ here already from what would be more than the best so far.
      let count = best?.count ?? 0
      guard count < min(limit, prefix.stored), prefix.tokens[count] == tokens[count] else {
        continue
      }
      let common = Self.commonCount(tokens[..<limit], prefix.tokens)
      if common > count { best = (prefix, common) }
    }
    if soon - (best?.count ?? 0) >= Self.fewest { return .wait }
    guard let best, best.count >= Self.fewest else { return .readAll }
    return .take(best.prefix, count: best.count)
  }

  /// Pages that would be free if all were given back.
  func spare(in pool: PagePool) -> Int {
    var held: [Int32: Int] = [:]
    for page in finished.flatMap(\.pages) { held[page, default: 0] += 1 }
    return held.count { pool.holderCount(of: $0.key) == $0.value }
  }

  /// Keeps the first positions of a finished sequence, whose pages pass to the shelf; gives back
  /// those that hold later ones, and those of the oldest sequences that have no room any more.
  mutating func keep(_ prefix: Prefix, upTo count: Int, in pool: inout PagePool) {
    let stored = min(prefix.stored, count)
    let tokens = prefix.tokens.prefix(stored)
    if let same = finished.lastIndex(where: { $0.tokens.starts(with: tokens) }) {
      pool.give(prefix.pages)
      finished.append(finished.remove(at: same))
      return
    }
    while let part = finished.firstIndex(where: { tokens.starts(with: $0.tokens) }) {
      pool.give(finished.remove(at: part).pages)
    }
    let kept = KeyValueStore.pageCount(for: stored)
    pool.give(Array(prefix.pages.dropFirst(kept)))
    finished.append(
      Prefix(tokens: tokens, pages: Array(prefix.pages.prefix(kept)), stored: stored))
    // A page counts as often as it is held.
    while finished.count > 1 && finished.reduce(0, { $0 + $1.pages.count }) > room {
      dropOldest(in: &pool)
    }
  }

  /// Gives the pages of the oldest finished sequence back; false if there is none.
  @discardableResult
  mutating func dropOldest(in pool: inout PagePool) -> Bool {
    guard !finished.isEmpty else { return false }
    pool.give(finished.removeFirst().pages)
    return true
  }

  private static func commonCount(_ one: ArraySlice<Int32>, _ other: ArraySlice<Int32>) -> Int {
    var count = 0
    for (a, b) in zip(one, other) {
      if a != b { break }
      count += 1
    }
    return count
  }
}
