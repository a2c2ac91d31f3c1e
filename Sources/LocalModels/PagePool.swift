/// Which pages of keys and values are free.
struct PagePool {
  /// Freed last, used first, so that memory once touched is used again.
  private var free: [Int32]

  init(count: Int) {
    free = (0..<Int32(count)).reversed()
  }

  var freeCount: Int { free.count }

  /// Takes pages, or nothing when there are too few.
  mutating func take(_ count: Int) -> [Int32]? {
    guard free.count >= count else { return nil }
    let taken = Array(free.suffix(count).reversed())
    free.removeLast(count)
    return taken
  }

  /// Gives pages back.
  mutating func give(_ pages: [Int32]) {
    free.append(contentsOf: pages.reversed())
  }
}
