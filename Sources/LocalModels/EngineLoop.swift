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
  private var pages: PagePool
  private var active: [Active] = []
  private var waiting: [RunningBatch] = []
  private var statistics = EngineStatistics()

  init(decoder: Decoder, threads: Int, concurrency: Int) throws {
    let c = decoder.configuration
    let pageSize = KeyValueStore.pageSize
    let pageCount = concurrency * ((c.contextLength + pageSize - 1) / pageSize)
    let precision = decoder.weights.precision
    self.decoder = decoder
    self.threads = threads
    self.concurrency = concurrency
    store = try KeyValueStore(
      pages: pageCount, layers: c.layers, keyHeads: c.keyHeads, headSize: c.headSize,
      precision: precision)
    pages = PagePool(count: pageCount)
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

  private func admit() {
    while active.count < concurrency, let next = waiting.first {
      let work = next.batch.works[next.admitted]
      let count = (work.maxPositions + KeyValueStore.pageSize - 1) / KeyValueStore.pageSize
      guard let taken = pages.take(count) else { return }
      active.append(Active(batch: next, place: next.admitted, work: work, pages: taken))
      next.admitted += 1
      if next.admitted == next.batch.works.count { waiting.removeFirst() }
    }
  }

  private func retire() {
    for done in active where done.work.isFinished {
      pages.give(done.pages)
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
    let tiles = plan.tiles.map(tileWork)
    let start = ContinuousClock.now
    let failure = Mutex<KernelError?>(nil)
    let decoder = decoder
    let store = store
    pool.run(tiles.count) { index, state in
      if let error = state.run(tiles[index], decoder, store) { failure.withLock { $0 = error } }
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

/// A tile and the sequences behind its runs.
struct TileWork: Sendable {
  let tile: Tile
  let works: [any SequenceWork]
}

/// What one worker keeps between tiles.
final class WorkerState {
  private var workspace: Workspace?
  private let activations: Activations
  private let configuration: DecoderConfiguration
  private let precision: Precision

  init(configuration: DecoderConfiguration, precision: Precision) {
    self.configuration = configuration
    self.precision = precision
    activations = Activations(for: configuration, precision: precision)
    workspace = nil
  }

  /// Runs a tile and hands its logits to the sequences; gives back what went wrong.
  func run(_ work: TileWork, _ decoder: Decoder, _ store: KeyValueStore) -> KernelError? {
    do {
      var workspace = try takeWorkspace()
      let failure = forward(work, decoder, store, in: &workspace)
      self.workspace = consume workspace
      return failure
    } catch {
      return error
    }
  }

  private func forward(
    _ work: TileWork, _ decoder: Decoder, _ store: KeyValueStore, in workspace: inout Workspace
  ) -> KernelError? {
    do {
      var member = TeamMember(of: nil)
      try decoder.forward(
        work.tile, store: store, activations: activations, in: &workspace, as: &member
      ) { run, offset, logits in
        work.works[run].receive(&logits, after: work.tile.runs[run].start + offset)
      }
      return nil
    } catch {
      return error
    }
  }

  private func takeWorkspace() throws(KernelError) -> Workspace {
    if let kept = workspace.take() { return kept }
    return try Workspace(for: configuration, precision: precision)
  }
}
