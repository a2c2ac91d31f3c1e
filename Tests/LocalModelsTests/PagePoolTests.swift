import Testing

@testable import LocalModels

@Suite struct PagePoolTests {
  @Test func `pages given back last are taken first, fresh ones in order`() {
    var pool = PagePool(count: 6)
    #expect(pool.take(2) == [0, 1])
    #expect(pool.take(2) == [2, 3])
    pool.give([0, 1])
    #expect(pool.take(3) == [0, 1, 4])
    #expect(pool.take(0) == [])
  }

  @Test func `too few pages give none and stay free`() {
    var pool = PagePool(count: 4)
    #expect(pool.take(3) == [0, 1, 2])
    #expect(pool.take(2) == nil)
    pool.give([1])
    #expect(pool.take(2) == [1, 3])
    #expect(pool.take(1) == nil)
  }

  @Test func `as many pages as an index can name cost nothing`() {
    var pool = PagePool(count: Int(Int32.max))
    #expect(pool.take(1) == [0])
  }

  @Test func `a page with several holders is free when the last has given it back`() {
    var pool = PagePool(count: 2)
    #expect(pool.take(2) == [0, 1])
    pool.hold([0, 1])
    pool.hold([0])
    pool.give([0, 1])
    #expect(pool.take(1) == nil)
    pool.give([0, 1])
    #expect(pool.take(1) == [1])
    pool.give([0])
    #expect(pool.take(1) == [0])
  }

  @Test func `pages that come back are taken again, and no page twice`() {
    var pool = PagePool(count: 5)
    let first = pool.take(3)
    let tooMany = pool.take(3)
    let second = pool.take(2)
    #expect(tooMany == nil)
    #expect(Set((first ?? []) + (second ?? [])) == [0, 1, 2, 3, 4])
    pool.give(first ?? [])
    let again = pool.take(3)
    #expect(again == first)
  }
}
