import Testing

@testable import LocalModels

@Suite struct PrefixShelfTests {
  private static func prefix(_ tokens: [Int32], stored: Int, pages: [Int32] = [])
    -> PrefixShelf.Prefix
  {
    PrefixShelf.Prefix(tokens: tokens[...], pages: pages, stored: stored)
  }

  private static let text = Array(0..<Int32(200))

  private static func advice(
    _ shelf: PrefixShelf = PrefixShelf(), tokens: [Int32] = text, limit: Int? = nil,
    inFlight: [(prefix: PrefixShelf.Prefix, soon: Int)]
  ) -> String {
    switch shelf.advice(for: tokens, limit: limit ?? tokens.count - 1, inFlight: inFlight) {
    case .wait: "wait"
    case .readAll: "read all"
    case .take(let prefix, let count): "\(count) of \(prefix.stored)"
    }
  }

  @Test func `the longest stored beginning is taken`() {
    let short = Self.prefix(Array(Self.text.prefix(40)) + [999], stored: 41)
    let long = Self.prefix(Array(Self.text.prefix(100)) + [999, 998], stored: 102)
    #expect(Self.advice(inFlight: [(short, 41), (long, 102), (short, 41)]) == "100 of 102")
  }

  @Test func `only what is stored is taken, and only where no logits are wanted`() {
    let half = Self.prefix(Self.text, stored: 50)
    #expect(Self.advice(inFlight: [(half, 60)]) == "50 of 50")
    #expect(Self.advice(limit: 30, inFlight: [(half, 60)]) == "30 of 50")
    #expect(Self.advice(tokens: Array(Self.text.prefix(20)), inFlight: [(half, 60)]) == "19 of 50")
  }

  @Test func `a few tokens are read again`() {
    let other = Self.prefix(Array(Self.text.prefix(7)) + [999], stored: 8)
    #expect(Self.advice(inFlight: [(other, 8)]) == "read all")
    #expect(Self.advice(inFlight: []) == "read all")
  }

  @Test func `a newcomer waits for much more than there is, not for little`() {
    let begun = Self.prefix(Self.text, stored: 0)
    #expect(Self.advice(inFlight: [(begun, 200)]) == "wait")
    #expect(Self.advice(inFlight: [(begun, 31)]) == "read all")
    let ready = Self.prefix(Array(Self.text.prefix(180)) + [999], stored: 181)
    #expect(Self.advice(inFlight: [(begun, 200), (ready, 181)]) == "180 of 181")
  }

  @Test func `finished sequences are kept for a while, and their pages come back`() {
    var pool = PagePool(count: 30)
    var shelf = PrefixShelf()
    for number in 0..<9 {
      let pages = pool.take(3) ?? []
      let tokens = [Int32(1000 + number)] + Self.text
      shelf.keep(Self.prefix(tokens, stored: 190, pages: pages), upTo: 100, in: &pool)
    }
    // Eight are kept with two pages each; the first has gone.
    #expect(Self.advice(shelf, tokens: [1008] + Self.text, inFlight: []) == "100 of 100")
    #expect(Self.advice(shelf, tokens: [1000] + Self.text, inFlight: []) == "read all")
    #expect(pool.take(15) == nil)
    #expect(pool.take(14) != nil)
    while shelf.dropOldest(in: &pool) {}
    #expect(pool.take(16) != nil)
  }

  @Test func `pages that only the shelf holds are spare, however often it holds them`() {
    var pool = PagePool(count: 6)
    var shelf = PrefixShelf()
    let pages = pool.take(2) ?? []
    pool.hold(pages)
    shelf.keep(Self.prefix(Self.text, stored: 128, pages: pages), upTo: 128, in: &pool)
    shelf.keep(Self.prefix(Self.text, stored: 128, pages: pages), upTo: 128, in: &pool)
    #expect(shelf.spare(in: pool) == 2)
    pool.hold([pages[0]])
    #expect(shelf.spare(in: pool) == 1)
  }
}
