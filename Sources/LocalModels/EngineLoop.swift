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
    var stored: Int

    init(
      batch: RunningBatch, place: Int, work: any SequenceWork, pages: [Int32], stored: Int
    ) {
      self.batch = batch
      self.place = place
      self.work = work
      self.pages = pages
      self.stored = stored
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
    /// Places of sequences that were not admitted yet.
    var waiting: [Int]
    var left: Int

    init(_ batch: WorkBatch) {
      self.batch = batch
      waiting = Array(batch.works.indices)
      left = batch.works.count
    }
  }

  /// One page of so many may hold the beginning of a finished sequence.
  private static let shelfShare = 4

  private let decoder: Decoder
  private let store: KeyValueStore
  private let pool: WorkerPool<WorkerState>
  private let threads: Int
  private let concurrency: Int
  /// Of the tiles of a step; there are no more of them than threads.
  private let activations: [Activations]
  private var pages: PagePool
  private var shelf: PrefixShelf
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
    activations = (0..<threads).map { _ in Activations(for: c, precision: precision) }
    store = try KeyValueStore(
      pages: pages, layers: c.layers, keyHeads: c.keyHeads, headSize: c.headSize,
      precision: precision)
    self.pages = PagePool(count: pages)
    shelf = PrefixShelf(room: pages / Self.shelfShare)
    // Made once here so that a missing processor engine is an error and not a dead thread.
    _ = try ProductContext()
    pool = WorkerPool(threads: threads) { number in
      WorkerState(number: number, configuration: c, precision: precision)
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

  /// Admits sequences while there are places and pages, in order but for those that wait for a
  /// beginning that another is about to have read.
  private func admit() {
    guard active.count < concurrency, !waiting.isEmpty else { return }
    var inFlight = active.map { (prefix: $0.prefix, soon: $0.work.promptCount) }
    // Looking further ahead than there are places would cost more than it finds.
    var looks = concurrency
    for batch in waiting {
      var next = 0
      while active.count < concurrency, looks > 0, next < batch.waiting.count {
        looks -= 1
        let work = batch.batch.works[batch.waiting[next]]
        let advice = shelf.advice(for: work.tokens, limit: work.firstWanted, inFlight: inFlight)
        if case .wait = advice {
          next += 1
          continue
        }
        var made = makeActive(batch, batch.waiting[next], advice)
        // With nobody in flight there are pages enough, unless a beginning to copy from takes one.
        if made == nil && active.isEmpty { made = makeActive(batch, batch.waiting[next], .readAll) }
        guard let made else { return }
        active.append(made)
        inFlight.append((made.prefix, work.promptCount))
        batch.waiting.remove(at: next)
      }
    }
    waiting.removeAll { $0.waiting.isEmpty }
  }

  /// A sequence with pages for all its positions, those of a shared beginning filled; nil while there
  /// are too few.
  private func makeActive(
    _ batch: RunningBatch, _ place: Int, _ advice: PrefixShelf.Advice
  ) -> Active? {
    let size = KeyValueStore.pageSize
    let work = batch.batch.works[place]
    var shared: [Int32] = []
    var partial: Int32?
    var count = 0
    if case .take(let prefix, let positions) = advice {
      count = positions
      shared = Array(prefix.pages.prefix(count / size))
      if count % size > 0 { partial = prefix.pages[count / size] }
    }
    // Held before the shelf is emptied for room: it may be what holds them.
    let held = shared + [partial].compactMap { $0 }
    pages.hold(held)
    guard let own = takePages(KeyValueStore.pageCount(for: work.maxPositions) - shared.count) else {
      pages.give(held)
      return nil
    }
    if let partial {
      store.copyPositions(count % size, from: partial, to: own[0])
      pages.give([partial])
    }
    statistics.sharedTokens += count
    return Active(batch: batch, place: place, work: work, pages: shared + own, stored: count)
  }

  /// Takes pages, if need be those of the shelf, but only where that is enough.
  private func takePages(_ count: Int) -> [Int32]? {
    guard pages.freeCount >= count || pages.freeCount + shelf.spare(in: pages) >= count else {
      return nil
    }
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
    // Asked once of each: it may change in between.
    active.removeAll { one in
      guard one.batch.batch.isCancelled else { return false }
      pages.give(one.pages)
      return true
    }
    waiting.removeAll { $0.batch.isCancelled }
  }

  /// Ends all batches. What sequences were handed in the step that failed may be anything, and goes
  /// with them.
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
    precondition(plan.tiles.count <= threads, "step: \(plan.tiles.count) tiles")
    let tiles = zip(plan.tiles, activations).map { tileWork($0, isShared: plan.isShared, $1) }
    // Each thread goes to all tiles; one that comes twice finds them done.
    pool.run(threads) { _, state in
      if let error = state.run(tiles) { failure.withLock { $0 = error } }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    count(plan, pending, since: start)
    for share in plan.tiles.joined() { active[share.index].stored += share.count }
  }

  private func tileWork(
    _ shares: [StepPlan.Share], isShared: Bool, _ activations: Activations
  ) -> TileWork {
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
    let pass = decoder.pass(
      through: tile, store: store, activations: activations, sharesLayers: isShared)
    return TileWork(tile: tile, works: works, pass: pass, team: threads > 1 ? Team() : nil)
  }

  private func count(
    _ plan: StepPlan, _ pending: [StepPlan.Pending], since start: ContinuousClock.Instant
  ) {
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
    let generated = pending.reduce(0) { $0 + active[$1.index].pending - $1.count }
    statistics.add(
      promptRows: prompt, generatingRows: generating, generated: generated, seconds: seconds)
  }
}
