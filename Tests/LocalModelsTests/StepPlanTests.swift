import Testing
import Transformer

@testable import LocalModels

@Suite struct StepPlanTests {
  static func plan(_ counts: [Int], workers: Int = 2) -> StepPlan {
    StepPlan(
      counts.enumerated().map { StepPlan.Pending(index: $0.offset, count: $0.element) },
      workers: workers)
  }

  static let loads: [[Int]] = [
    [1], [1, 1, 1], Array(repeating: 1, count: 64), [500], [500, 500, 1],
    [128, 128, 128, 128, 128],
    Array(repeating: 1, count: 600), [1, 300, 1, 20, 7], Array(repeating: 100, count: 30),
  ]

  @Test(arguments: loads, [1, 2, 5])
  func `no tile is too large, and nobody reads more than there is`(counts: [Int], workers: Int) {
    let plan = Self.plan(counts, workers: workers)
    for tile in plan.tiles {
      #expect(tile.reduce(0) { $0 + $1.count } <= Tile.maxRows)
    }
    let shares = plan.tiles.joined()
    #expect(Set(shares.map(\.index)).count == shares.count)
    for share in shares { #expect((1...counts[share.index]) ~= share.count) }
  }

  @Test(arguments: loads, [1, 2, 5])
  func `every step gets on`(counts: [Int], workers: Int) {
    #expect(!Self.plan(counts, workers: workers).tiles.isEmpty)
  }

  @Test(arguments: loads, [1, 2, 5])
  func `what workers share is one tile, and they share where a tile each would be few rows`(
    counts: [Int], workers: Int
  ) {
    let plan = Self.plan(counts, workers: workers)
    let rows = plan.tiles.joined().reduce(0) { $0 + $1.count }
    #expect(plan.tiles.count <= workers)
    if plan.isShared {
      #expect(workers > 1)
      #expect(plan.tiles.count == 1)
      #expect(rows <= StepPlan.sharedRows || plan.tiles[0].count < workers)
    } else {
      #expect(workers == 1 || rows > StepPlan.sharedRows)
    }
  }

  @Test func `generating sequences are spread evenly`() {
    let sizes = Self.plan(Array(repeating: 1, count: 64)).tiles.map(\.count)
    #expect(sizes == [32, 32])
  }

  @Test func `generating sequences go before prompts`() {
    let shares = Self.plan([300, 300, 300, 300, 300, 300, 1]).tiles.joined()
    #expect(shares.contains { $0.index == 6 })
  }
}
