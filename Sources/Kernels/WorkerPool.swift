import Foundation
import Synchronization

/// Threads of our own that compute, each with its own state.
///
/// Work is a number of indices, claimed one by one from a counter, so that a thread whose core is
/// wanted by another process simply claims fewer.
package final class WorkerPool<State>: Sendable {
  private let shared: Shared

  /// Starts threads; each makes its own state, from its number, on its own thread.
  package init(threads: Int, makeState: @escaping @Sendable (Int) -> State) {
    precondition(threads > 0, "worker pool: threads is \(threads); expected at least 1")
    let shared = Shared()
    self.shared = shared
    for number in 0..<threads {
      let thread = Thread { shared.serve(makeState(number)) }
      thread.name = "selfinstruct-\(number)"
      thread.stackSize = 8 << 20
      thread.start()
    }
  }

  deinit {
    shared.end()
  }

  /// Calls `body` once for each index below `count`, on the pool's threads, and waits for all.
  ///
  /// Meant for one caller at a time.
  package func run(_ count: Int, _ body: @escaping @Sendable (Int, State) -> Void) {
    shared.run(Job(count: count, body: body))
  }

  /// One call of `run`.
  private final class Job: Sendable {
    let count: Int
    let body: @Sendable (Int, State) -> Void
    let next = Atomic<Int>(0)
    let left: Atomic<Int>

    init(count: Int, body: @escaping @Sendable (Int, State) -> Void) {
      self.count = count
      self.body = body
      left = Atomic(count)
    }
  }

  /// What the threads and the caller meet at.
  ///
  /// `@unchecked Sendable`: `job`, `number` and `hasEnded` are touched only between `lock` and
  /// `unlock` of `condition`.
  private final class Shared: @unchecked Sendable {
    private let condition = NSCondition()
    private var job: Job?
    private var number = 0
    private var hasEnded = false

    func run(_ job: Job) {
      guard job.count > 0 else { return }
      condition.lock()
      self.job = job
      number += 1
      condition.broadcast()
      while job.left.load(ordering: .acquiring) > 0 { condition.wait() }
      self.job = nil
      condition.unlock()
    }

    func end() {
      condition.lock()
      hasEnded = true
      condition.broadcast()
      condition.unlock()
    }

    func serve(_ state: State) {
      var seen = 0
      while let job = wait(after: &seen) {
        while true {
          let index = job.next.add(1, ordering: .relaxed).oldValue
          guard index < job.count else { break }
          job.body(index, state)
          if job.left.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { wake() }
        }
      }
    }

    private func wait(after seen: inout Int) -> Job? {
      condition.lock()
      defer { condition.unlock() }
      while !hasEnded {
        if let job, number != seen {
          seen = number
          return job
        }
        condition.wait()
      }
      return nil
    }

    private func wake() {
      condition.lock()
      condition.broadcast()
      condition.unlock()
    }
  }
}
