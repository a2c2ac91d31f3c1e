import Foundation
import Kernels
import Synchronization
import Testing

@Suite struct WorkerPoolTests {
  @Test(arguments: [1, 2, 5], [0, 1, 3, 1000])
  func `every index runs exactly once`(threads: Int, count: Int) {
    let pool = WorkerPool(threads: threads) { _ in }
    let seen = Mutex([Int](repeating: 0, count: count))
    for _ in 0..<3 {
      pool.run(count) { index, _ in seen.withLock { $0[index] += 1 } }
    }
    #expect(seen.withLock { $0 } == [Int](repeating: 3, count: count))
  }

  @Test func `each thread keeps a state of its own`() {
    final class Counter { var value = 0 }
    let pool = WorkerPool(threads: 3) { _ in Counter() }
    // The threads that each state was seen on, and what the states counted in all.
    let threads = Mutex<[ObjectIdentifier: Set<ObjectIdentifier>]>([:])
    let counts = Mutex<[ObjectIdentifier: Int]>([:])
    pool.run(500) { _, counter in
      counter.value += 1
      let state = ObjectIdentifier(counter)
      let thread = ObjectIdentifier(Thread.current)
      let value = counter.value
      threads.withLock { _ = $0[state, default: []].insert(thread) }
      counts.withLock { $0[state] = value }
    }
    #expect(threads.withLock { $0.values.allSatisfy { $0.count == 1 } })
    #expect(threads.withLock { (1...3).contains($0.count) })
    #expect(counts.withLock { $0.values.reduce(0, +) } == 500)
  }
}
