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
    _ shelf: PrefixShelf = PrefixShelf(room: 0), tokens: [Int32] = text, limit: Int? = nil,
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
    #expect(Self.advice(inFlight: [(half, 57)]) == "50 of 50")
    #expect(Self.advice(limit: 30, inFlight: [(half, 57)]) == "30 of 50")
    #expect(Self.advice(tokens: Array(Self.text.prefix(20)), inFlight: [(half, 57)]) == "19 of 50")
  }

  @Test func `a few tokens are read again`() {
    let other = Self.prefix(Array(Self.text.prefix(7)) + [999], stored: 8)
    #expect(Self.advice(inFlight: [(other, 8)]) == "read all")
    #expect(Self.advice(inFlight: []) == "read all")
  }

  @Test func `a newcomer waits for more than there is, not for a few tokens`() {
    let begun = Self.prefix(Self.text, stored: 0)
    #expect(Self.advice(inFlight: [(begun, 200)]) == "wait")
    #expect(Self.advice(inFlight: [(begun, 8)]) == "wait")
    #expect(Self.advice(inFlight: [(begun, 7)]) == "read all")
    let ready = Self.prefix(Array(Self.text.prefix(192)) + [999], stored: 193)
    #expect(Self.advice(inFlight: [(begun, 200), (ready, 193)]) == "192 of 193")
  }

  @Test func `finished sequences are kept while there is room, and their pages come back`() {
    var pool = PagePool(count: 30)
    var shelf = PrefixShelf(room: 17)
    for number in 0..<9 {
      Self.finish([Int32(1000 + number)] + Self.text, kept: 100, in: &shelf, &pool)
    }
    // Eight are kept with two pages each; the first has gone.
    #expect(Self.advice(shelf, tokens: [1008] + Self.text, inFlight: []) == "100 of 100")
    #expect(Self.advice(shelf, tokens: [1001] + Self.text, inFlight: []) == "100 of 100")
    #expect(Self.advice(shelf, tokens: [1000] + Self.text, inFlight: []) == "read all")
    #expect(pool.freeCount == 14)
    while shelf.dropOldest(in: &pool) {}
    #expect(pool.freeCount == 30)
  }

  @Test func `what another begins with is kept once, as long as the last that has it`() {
    var pool = PagePool(count: 30)
    var shelf = PrefixShelf(room: 6)
    for length in [60, 128, 128, 90] {
      Self.finish(Self.text, kept: length, in: &shelf, &pool)
      #expect(pool.freeCount == (length == 60 ? 29 : 28))
    }
    #expect(Self.advice(shelf, inFlight: []) == "128 of 128")
    Self.finish([1000] + Self.text, kept: 128, in: &shelf, &pool)
    // It has finished again, so it is not the oldest any more.
    Self.finish(Self.text, kept: 70, in: &shelf, &pool)
    Self.finish([1001] + Self.text, kept: 128, in: &shelf, &pool)
    Self.finish([1002] + Self.text, kept: 128, in: &shelf, &pool)
    #expect(Self.advice(shelf, inFlight: []) == "128 of 128")
    #expect(Self.advice(shelf, tokens: [1000] + Self.text, inFlight: []) == "read all")
    #expect(pool.freeCount == 24)
  }

  @Test func `pages that only the shelf holds are spare, however often it holds them`() {
    var pool = PagePool(count: 6)
    var shelf = PrefixShelf(room: 6)
    let pages = pool.take(2) ?? []
    pool.hold([pages[0]])
    shelf.keep(Self.prefix(Self.text, stored: 128, pages: pages), upTo: 128, in: &pool)
    let other = [pages[0]] + (pool.take(1) ?? [])
    let tokens = Array(Self.text.prefix(64)) + Self.text
    shelf.keep(Self.prefix(tokens, stored: 128, pages: other), upTo: 128, in: &pool)
    #expect(shelf.spare(in: pool) == 3)
    pool.hold([pages[0]])
    #expect(shelf.spare(in: pool) == 2)
  }

  /// A sequence finishes of which the first `kept` positions are worth keeping.
  private static func finish(
    _ tokens: [Int32], kept: Int, in shelf: inout PrefixShelf, _ pool: inout PagePool
  ) {
    let pages = pool.take((tokens.count + 63) / 64) ?? []
    shelf.keep(
      prefix(tokens, stored: tokens.count, pages: pages), upTo: kept, in: &pool)
  }
}
