/// Passes rows on in the order of their numbers, however they come.
struct RowsInOrder {
  private var waiting: [Int: String] = [:]
  private var next = 0

  /// Rows passed on.
  var count: Int { next }

  /// Takes a row and gives those that can be passed on now.
  mutating func take(_ row: String, number: Int) -> [String] {
    waiting[number] = row
    var ready: [String] = []
    while let row = waiting.removeValue(forKey: next) {
      ready.append(row)
      next += 1
    }
    return ready
  }
}
