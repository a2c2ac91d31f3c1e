/// Which pages of keys and values are free.
///
/// Costs memory only for pages that were taken once: how many there are is what --kv-memory allows,
/// not what is used.
struct PagePool {
  /// Pages never taken yet.
  private var fresh: Range<Int32>
  /// Pages given back; the last is used first, so that memory once touched is used again.
  private var freed: [Int32] = []
  /// Holders of pages with more than one.
  private var holders: [Int32: Int] = [:]

  init(count: Int) {
    fresh = 0..<Int32(count)
  }

  /// Takes pages, or nothing when there are too few.
  mutating func take(_ count: Int) -> [Int32]? {
    guard freed.count + fresh.count >= count else { return nil }
    let used = min(count, freed.count)
    var taken = Array(freed.suffix(used).reversed())
    freed.removeLast(used)
    taken += fresh.prefix(count - used)
    fresh = fresh.dropFirst(count - used)
    return taken
  }

  /// Pages that `take` could give.
  var freeCount: Int { freed.count + fresh.count }

  /// Holders of a page that is held.
  func holderCount(of page: Int32) -> Int { holders[page] ?? 1 }

  /// Adds a holder to pages that are held.
  mutating func hold(_ pages: [Int32]) {
    for page in pages { holders[page, default: 1] += 1 }
  }

  /// Takes a holder off pages; those without one are free again.
  mutating func give(_ pages: [Int32]) {
    for page in pages.reversed() {
      switch holders[page] {
      case nil: freed.append(page)
      case 2: holders[page] = nil
      case let count?: holders[page] = count - 1
      }
    }
  }
}
