/// Merges the tokens of one piece: always the pair of lowest rank, of equal ones the leftmost, until
/// no two neighbours merge.
struct BytePairMerger {
  private let table: MergeTable
  private var ranks: [Int32] = []

  init(_ table: MergeTable) {
    self.table = table
  }

  /// Pieces up to this length are merged by looking through them; longer ones with a heap. Words are
  /// short, and a heap costs more than it saves there.
  private static let longestScan = 48

  /// Merges `tokens` in place.
  /// - Complexity: O(n log n) for long pieces.
  mutating func merge(_ tokens: inout [Int32]) {
    if tokens.count <= Self.longestScan { mergeByScan(&tokens) } else { mergeByHeap(&tokens) }
  }

  private mutating func mergeByScan(_ tokens: inout [Int32]) {
    ranks.removeAll(keepingCapacity: true)
    for index in 1..<max(tokens.count, 1) {
      ranks.append(table.merge(tokens[index - 1], tokens[index]).rank)
    }
    while true {
      var best = 0
      var lowest = Int32.max
      for index in ranks.indices where ranks[index] < lowest {
        lowest = ranks[index]
        best = index
      }
      if lowest == .max { return }
      tokens[best] = table.merge(tokens[best], tokens[best + 1]).token
      tokens.remove(at: best + 1)
      ranks.remove(at: best)
      if best > 0 { ranks[best - 1] = table.merge(tokens[best - 1], tokens[best]).rank }
      if best < ranks.count { ranks[best] = table.merge(tokens[best], tokens[best + 1]).rank }
    }
  }

  /// A pair that could be merged when it was put into the heap.
  private struct Candidate: Comparable {
    let rank: Int32
    let left: Int
    let right: Int
    let token: Int32

    static func < (one: Candidate, other: Candidate) -> Bool {
      (one.rank, one.left) < (other.rank, other.left)
    }
  }

  /// Tokens form a list linked both ways; a merge leaves its token at the left place and empties the
  /// right one. A candidate is out of date when its pair no longer merges to its token.
  private func mergeByHeap(_ tokens: inout [Int32]) {
    let vacant: Int32 = -1
    var next = tokens.indices.map { $0 + 1 }
    var former = tokens.indices.map { $0 - 1 }
    var heap = Heap<Candidate>()
    func offer(_ left: Int, _ right: Int) {
      guard left >= 0, right < tokens.count else { return }
      let merge = table.merge(tokens[left], tokens[right])
      guard merge.rank != .max else { return }
      heap.insert(Candidate(rank: merge.rank, left: left, right: right, token: merge.token))
    }
    for index in tokens.indices.dropLast() { offer(index, index + 1) }
    while let candidate = heap.popLeast() {
      let (left, right) = (candidate.left, candidate.right)
      guard tokens[left] != vacant, tokens[right] != vacant, next[left] == right,
        table.merge(tokens[left], tokens[right]).rank == candidate.rank
      else { continue }
      tokens[left] = candidate.token
      tokens[right] = vacant
      next[left] = next[right]
      if next[right] < tokens.count { former[next[right]] = left }
      offer(former[left], left)
      offer(left, next[left])
    }
    tokens.removeAll { $0 == vacant }
  }
}

/// A binary heap that gives its least element first.
private struct Heap<Element: Comparable> {
  private var elements: [Element] = []

  mutating func insert(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0, elements[child] < elements[(child - 1) / 2] {
      elements.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func popLeast() -> Element? {
    guard let least = elements.first, let last = elements.popLast() else { return nil }
    if elements.isEmpty { return least }
    elements[0] = last
    var parent = 0
    while 2 * parent + 1 < elements.count {
      var child = 2 * parent + 1
      if child + 1 < elements.count, elements[child + 1] < elements[child] { child += 1 }
      if !(elements[child] < elements[parent]) { break }
      elements.swapAt(parent, child)
      parent = child
    }
    return least
  }
}
