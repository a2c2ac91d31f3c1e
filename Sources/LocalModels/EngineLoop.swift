import Foundation
import Kernels
import Synchronization
import Transformer

/// The state of the engine's thread: who is in flight, who waits, which pages are free.
///
/// `@unchecked Sendable`: made by `Engine.init`, then used by the engine's thread alone.
final class EngineLoop: @unchecked Sendable {
  /// A sequence in flight.
  private final class Active {
    let batch: RunningBatch
    let place: Int
    let work: any SequenceWork
    let pages: [Int32]
    /// Positions whose keys and values are stored.
    var stored = 0

    init(batch: RunningBatch, place: Int, work: any SequenceWork, pages: [Int32]) {
      self.batch = batch
      self.place = place
      self.work = work
      self.pages = pages
    }

    var pending: Int { work.tokens.count - stored }

    /// What others may take over.
    var prefix: PrefixShelf.Prefix {
      PrefixShelf.Prefix(tokens: work.tokens[...], pages: pages, stored: stored)
    }
  }

  /// A batch and how much of it is done.
  private final class RunningBatch {
    let batch: WorkBatch
    var admitted = 0
    var left: Int

    init(_ batch: WorkBatch) {
      self.batch = batch
      left = batch.works.count
    }
  }

  private let decoder: Decoder
  private let store: KeyValueStore
  private let pool: WorkerPool<WorkerState>
  private let threads: Int
  private let concurrency: Int
  /// Of the tiles that all threads go through together.
  private let activations: Activations
  private var pages: PagePool
  private var shelf = PrefixShelf()
  private var active: [Active] = []
  private var waiting: [RunningBatch] = []
  private var statistics = EngineStatistics()

  /// - Parameter pages: How many pages of keys and values there are.
  init(decoder: Decoder, threads: Int, concurrency: Int, pages: Int) throws {
    let c = decoder.configuration
    let precision = decoder.weights.precision
    self.decoder = decoder
    self.threads = threads
    self.concurrency = concurrency
    activations = Activations(for: c, precision: precision)
    store = try KeyValueStore(
      pages: pages, layers: c.layers, keyHeads: c.keyHeads, headSize: c.headSize,
      precision: precision)
    self.pages = PagePool(count: pages)
    // Made once here so that a missing processor engine is an error and not a dead thread.
    _ = try ProductContext()
    pool = WorkerPool(threads: threads) {
      WorkerState(configuration: c, precision: precision)
    }
  }

  /// Serves batches until the inbox closes.
  func run(_ inbox: Inbox, publish: (EngineStatistics) -> Void) {
    while let batches = inbox.take(waits: active.isEmpty && waiting.isEmpty) {
      for batch in batches { accept(batch) }
      dropCancelled()
      admit()
      guard !active.isEmpty else { continue }
      do {
        try step()
        publish(statistics)
        retire()
      } catch {
        failAll(error)
      }
    }
  }

  // MARK: Who is in flight

  private func accept(_ batch: WorkBatch) {
    if batch.works.isEmpty { batch.onEnd(nil) } else { waiting.append(RunningBatch(batch)) }
  }

  /// Admits sequences in order while there are places and pages, and while the next one has nobody
  /// to wait for.
  private func admit() {
    while active.count < concurrency, let next = waiting.first {
      let work = next.batch.works[next.admitted]
      let inFlight = active.map { (prefix: $0.prefix, soon: $0.work.promptCount) }
      let admitted: Active?
      switch shelf.advice(for: work.tokens, limit: work.firstWanted, inFlight: inFlight) {
      case .wait: return
      case .readAll: admitted = makeActive(next, work)
      case .take(let prefix, let count): admitted = makeActive(next, work, prefix, count)
      }
      guard let admitted else { return }
      active.append(admitted)
      next.admitted += 1
      if next.admitted == next.batch.works.count { waiting.removeFirst() }
    }
  }

  /// A sequence with pages for all its positions; nil while there are too few.
  private func makeActive(
    _ batch: RunningBatch, _ work: any SequenceWork, _ prefix: PrefixShelf.Prefix? = nil,
    _ count: Int = 0
  ) -> Active? {
    let size = KeyValueStore.pageSize
    let shared = Array((prefix?.pages ?? []).prefix(count / size))
    // Held before others are dropped for room: they may be the ones that hold it.
    pages.hold(shared)
    let partial = count % size > 0 ? [prefix?.pages[count / size] ?? 0] : []
    pages.hold(partial)
    defer { pages.give(partial) }
    guard let own = takePages(KeyValueStore.pageCount(for: work.maxPositions) - shared.count) else {
      pages.give(shared)
      return nil
    }
    if let source = partial.first, let target = own.first {
      store.copyPositions(count % size, from: source, to: target)
    }
    let made = Active(batch: batch, place: batch.admitted, work: work, pages: shared + own)
    made.stored = count
    statistics.sharedTokens += count
    return made
  }

  private func takePages(_ count: Int) -> [Int32]? {
    while true {
      if let taken = pages.take(count) { return taken }
      guard shelf.dropOldest(in: &pages) else { return nil }
    }
  }

  private func retire() {
    for done in active where done.work.isFinished {
      shelf.keep(done.prefix, upTo: done.work.promptCount, in: &pages)
      done.batch.batch.onFinish(done.place)
      done.batch.left -= 1
      if done.batch.left == 0 { done.batch.batch.onEnd(nil) }
    }
    active.removeAll { $0.work.isFinished }
  }

  private func dropCancelled() {
    for dropped in active where dropped.batch.batch.isCancelled { pages.give(dropped.pages) }
    active.removeAll { $0.batch.batch.isCancelled }
    waiting.removeAll { $0.batch.isCancelled }
  }

  private func failAll(_ error: any Error) {
    var failed = waiting
    for one in active {
      pages.give(one.pages)
      if !failed.contains(where: { $0 === one.batch }) { failed.append(one.batch) }
    }
    active = []
    waiting = []
    for batch in failed { batch.batch.onEnd(error) }
  }

  // MARK: One step

  private func step() throws {
    let pending = active.enumerated().map {
      StepPlan.Pending(index: $0.offset, count: $0.element.pending)
    }
    let plan = StepPlan(pending, workers: threads)
    let start = ContinuousClock.now
    let failure = Mutex<KernelError?>(nil)
    let decoder = decoder
    let store = store
    if let tile = plan.sharedTile.map(tileWork) {
      let team = Team()
      let activations = activations
      pool.run(threads) { _, state in
        let error = state.run(tile, decoder, store, with: activations, in: team)
        if let error { failure.withLock { $0 = error } }
      }
    } else {
      let tiles = plan.tiles.map(tileWork)
      pool.run(tiles.count) { index, state in
        if let error = state.run(tiles[index], decoder, store) { failure.withLock { $0 = error } }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    count(plan, since: start)
    for share in plan.tiles.joined() { active[share.index].stored += share.count }
  }

  private func tileWork(_ shares: [StepPlan.Share]) -> TileWork {
    var tile = Tile()
    var works: [any SequenceWork] = []
    for share in shares {
      let sequence = active[share.index]
      let start = sequence.stored
      let wanted = min(max(sequence.work.firstWanted - start, 0), share.count)
      tile.runs.append(
        Tile.Run(
          tokens: Array(sequence.work.tokens[start..<start + share.count]), start: start,
          pages: sequence.pages, wanted: wanted..<share.count))
      works.append(sequence.work)
    }
    return TileWork(tile: tile, works: works)
  }

  private func count(_ plan: StepPlan, since start: ContinuousClock.Instant) {
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    var prompt = 0
    var generating = 0
    for share in plan.tiles.joined() {
      let sequence = active[share.index]
      if sequence.stored >= sequence.work.promptCount {
        generating += share.count
      } else {
        prompt += share.count
      }
    }
    statistics.add(promptRows: prompt, generatingRows: generating, seconds: seconds)
  }
}
