import Foundation
import Kernels
import Synchronization
import Transformer

/// Runs many sequences through one decoder at once, on threads of its own.
///
/// Sequences are admitted while there are places and pages, read and extended together step by
/// step, and replaced as they finish. What a sequence computes depends on itself alone.
final class Engine: Sendable {
  private let inbox: Inbox
  private let pages: Int
  private let statisticsBox: Mutex<EngineStatistics>

  /// Starts the engine's threads.
  /// - Parameters:
  ///   - concurrency: Sequences in flight at most.
  ///   - pages: Pages of keys and values; a sequence needs one for each 64 positions.
  /// - Throws: `KernelError` when memory or a processor engine is missing.
  init(decoder: Decoder, threads: Int, concurrency: Int, pages: Int) throws {
    let loop = try EngineLoop(
      decoder: decoder, threads: threads, concurrency: concurrency, pages: pages)
    let inbox = Inbox()
    self.inbox = inbox
    self.pages = pages
    statisticsBox = Mutex(EngineStatistics())
    let thread = Thread { [weak self] in
      loop.run(inbox) { statistics in self?.publish(statistics) }
    }
    thread.name = "selfinstruct-engine"
    thread.stackSize = 8 << 20
    thread.start()
  }

  deinit {
    inbox.close()
  }

  /// What was done so far.
  var statistics: EngineStatistics { statisticsBox.withLock { $0 } }

  /// Queues sequences; the batch hears of each as it finishes.
  /// - Precondition: There are pages for each of them alone.
  func submit(_ batch: WorkBatch) {
    for work in batch.works {
      let needed = KeyValueStore.pageCount(for: work.maxPositions)
      precondition(needed <= pages, "engine: a sequence needs \(needed) pages; there are \(pages)")
    }
    inbox.put(batch)
  }

  private func publish(_ statistics: EngineStatistics) {
    statisticsBox.withLock { $0 = statistics }
  }
}

/// Sequences that were asked for together.
final class WorkBatch: Sendable {
  let works: [any SequenceWork]
  private let cancelled = Atomic<Bool>(false)
  /// Called on the engine's thread with the place of a finished sequence.
  let onFinish: @Sendable (Int) -> Void
  /// Called once, when all have finished or could not go on; never after `cancel`, when nobody
  /// listens any more.
  let onEnd: @Sendable ((any Error)?) -> Void

  init(
    works: [any SequenceWork], onFinish: @escaping @Sendable (Int) -> Void,
    onEnd: @escaping @Sendable ((any Error)?) -> Void
  ) {
    self.works = works
    self.onFinish = onFinish
    self.onEnd = onEnd
  }

  var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

  /// Asks the engine to drop what is left.
  func cancel() {
    cancelled.store(true, ordering: .relaxed)
  }
}

/// Where batches wait for the engine's thread.
///
/// `@unchecked Sendable`: `waiting` and `isClosed` are touched only under `condition`'s lock.
final class Inbox: @unchecked Sendable {
  private let condition = NSCondition()
  private var waiting: [WorkBatch] = []
  private var isClosed = false

  func put(_ batch: WorkBatch) {
    condition.lock()
    waiting.append(batch)
    condition.signal()
    condition.unlock()
  }

  func close() {
    condition.lock()
    isClosed = true
    condition.signal()
    condition.unlock()
  }

  /// Takes what waits; when `waits`, blocks until there is something. Nil when closed.
  func take(waits: Bool) -> [WorkBatch]? {
    condition.lock()
    defer { condition.unlock() }
    while waits && waiting.isEmpty && !isClosed { condition.wait() }
    if isClosed { return nil }
    defer { waiting = [] }
    return waiting
  }
}
