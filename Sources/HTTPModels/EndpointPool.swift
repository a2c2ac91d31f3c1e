import LanguageModels
import Storage

/// The endpoints of a model, of which each request gets a place at one: work is spread by health and
/// speed.
///
/// A request goes where the smallest share of the allowed places is taken; as a place becomes free
/// when an answer comes, a faster endpoint takes more. One that does not answer is left alone for a
/// while and then tried with one request; one that refuses everything is left for good.
actor EndpointPool {
  /// A place at an endpoint, taken by one attempt.
  struct Slot: Sendable {
    let lane: Int
    /// The number of the attempt at this endpoint.
    let number: Int
    let since: ContinuousClock.Instant
    let endpoint: Endpoint
    let dialect: EndpointDialect
  }

  /// What is to be done about an attempt.
  enum Decision: Sendable {
    case done(CompletionAnswer)
    /// Send it again, after the wait that the server asked for if it did.
    case again(reason: String, wait: Duration?, countsAsAttempt: Bool)
    /// It will never be answered.
    case failed(reason: String)
  }

  private struct Lane {
    var endpoint: Endpoint
    var dialect: EndpointDialect
    var limit: ConcurrencyLimit
    var inFlight = 0
    /// Attempts in a row of which nothing came, and refusals in a row.
    var broken = 0
    var refused = 0
    /// Until when nothing is sent, and since when.
    var rests: ContinuousClock.Instant?
    var restBegan: ContinuousClock.Instant?
    /// Why it is asked nothing any more.
    var barred: EndpointError?
    var answered = 0
    /// Answers since one came too late.
    var sinceLate = 0
    var last = ""
    /// Whether it was told that nothing comes from it.
    var isInTrouble = false
    /// Whether it was told that it serves no more for a while.
    var isKnownToRefuse = false

    var isDown: Bool { broken >= 3 }
    var places: Int { isDown ? 1 : limit.current }
  }

  private let patience: EndpointPatience
  private let note: @Sendable (String) -> Void
  private var lanes: [Lane]
  private var waiting: [(id: Int, continuation: CheckedContinuation<Slot, any Error>)] = []
  private var nextID = 0
  /// How many lists of requests are being answered.
  private var lists = 0
  /// When something was answered last, or the first of the lists began.
  private var lastSign = ContinuousClock.now
  private var attempts = 0
  private var alarm: ContinuousClock.Instant?

  init(
    _ endpoints: [(Endpoint, EndpointDialect)], _ patience: EndpointPatience,
    note: @escaping @Sendable (String) -> Void
  ) {
    self.patience = patience
    self.note = note
    lanes = endpoints.map { endpoint, dialect in
      Lane(
        endpoint: endpoint, dialect: dialect,
        limit: ConcurrencyLimit(maximum: endpoint.maxConcurrency))
    }
  }

  /// Begins a list of requests.
  func begin() {
    if lists == 0 { lastSign = .now }
    lists += 1
  }

  /// Ends a list of requests.
  func end() {
    lists -= 1
  }

  /// Waits for a place; in the order in which it was asked for.
  ///
  /// - Throws: `EndpointError` when no endpoint is left or none has answered for too long;
  ///   `CancellationError`.
  func slot() async throws -> Slot {
    nextID += 1
    let id = nextID
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
        waiting.append((id, continuation))
        serve()
      }
    } onCancel: {
      Task { await self.leave(id) }
    }
  }

  /// Gives a place back with what came of it.
  func finish(_ slot: Slot, _ outcome: AttemptOutcome) throws -> Decision {
    defer { serve() }
    let inFlight = lanes[slot.lane].inFlight
    lanes[slot.lane].inFlight -= 1
    attempts += 1
    switch outcome {
    case .answered(let answer): return take(answer, slot, inFlight: inFlight)
    case .busy(let reason, let wait):
      lanes[slot.lane].last = reason
      lanes[slot.lane].limit.refused(slot.number, inFlight: inFlight)
      if isOfBurst(slot) { return .again(reason: reason, wait: wait, countsAsAttempt: false) }
      lanes[slot.lane].refused += 1
      // More refusals in a row than anything is in flight: nobody is served, the rate is limited.
      let beyond = lanes[slot.lane].refused - max(4, inFlight)
      if beyond > 0 {
        rest(slot.lane, for: wait ?? patience.wait(after: beyond))
        tellRefusals(of: slot.lane)
      }
      return .again(reason: reason, wait: wait, countsAsAttempt: false)
    case .broken(let reason, let isLate):
      lanes[slot.lane].last = reason
      if isLate { slow(slot) }
      if isOfBurst(slot) { return .again(reason: reason, wait: nil, countsAsAttempt: true) }
      lanes[slot.lane].broken += 1
      if lanes[slot.lane].isDown {
        rest(slot.lane, for: patience.wait(after: lanes[slot.lane].broken - 2))
        tellTrouble(of: slot.lane)
      }
      return .again(reason: reason, wait: nil, countsAsAttempt: true)
    case .rejected(let refusal): return learn(from: refusal, slot)
    case .barred(let error): return try bar(slot.lane, error)
    }
  }

  /// Gives a place back unused, as when the task is cancelled.
  func giveBack(_ slot: Slot) {
    lanes[slot.lane].inFlight -= 1
    serve()
  }

  /// How many answers each endpoint has given, in their order.
  var answers: [Int] { lanes.map(\.answered) }

  private func take(_ answer: CompletionAnswer, _ slot: Slot, inFlight: Int) -> Decision {
    lastSign = .now
    lanes[slot.lane].broken = 0
    lanes[slot.lane].refused = 0
    lanes[slot.lane].rests = nil
    if lanes[slot.lane].isInTrouble {
      lanes[slot.lane].isInTrouble = false
      note("\(slot.endpoint.url.text): answers again")
    }
    lanes[slot.lane].sinceLate += 1
    if lastSign - slot.since > patience.request / 2 {
      slow(slot)
    } else {
      lanes[slot.lane].limit.answered(inFlight: inFlight)
    }
    if answer.hasThought, answer.text.isEmpty {
      let wasCut = answer.finishReason == .length
      // Others may have taught it the same since this was sent.
      if slot.dialect != lanes[slot.lane].dialect { return retry("thought without an answer") }
      if let lesson = lanes[slot.lane].dialect.learnThinking(wasCut: wasCut) {
        note("\(slot.endpoint.url.text): \(lesson)")
        return retry("thought without an answer")
      }
    }
    lanes[slot.lane].answered += 1
    return .done(answer)
  }

  private func learn(from refusal: AttemptOutcome.Refusal, _ slot: Slot) -> Decision {
    lanes[slot.lane].broken = 0
    lastSign = .now
    let reason = refusal.description
    var known = lanes[slot.lane].dialect
    if let lesson = known.learn(from: refusal) {
      lanes[slot.lane].dialect = known
      note("\(slot.endpoint.url.text): \(lesson)")
      return retry(reason)
    }
    return slot.dialect != known ? retry(reason) : .failed(reason: reason)
  }

  /// Gives fewer at once where many are late; a single one among many in time says little.
  private func slow(_ slot: Slot) {
    if lanes[slot.lane].sinceLate < lanes[slot.lane].limit.current {
      lanes[slot.lane].limit.slowed(slot.number)
    }
    lanes[slot.lane].sinceLate = 0
  }

  private func retry(_ reason: String) -> Decision {
    .again(reason: reason, wait: .zero, countsAsAttempt: true)
  }

  private func bar(_ lane: Int, _ error: EndpointError) throws -> Decision {
    let isNews = lanes[lane].barred == nil
    lanes[lane].barred = error
    guard lanes.contains(where: { $0.barred == nil }) else {
      dismissAll(error)
      throw error
    }
    if isNews { note("\(error)\n  the other endpoints go on without it") }
    return .again(reason: "\(error)", wait: .zero, countsAsAttempt: false)
  }

  private func rest(_ lane: Int, for pause: Duration) {
    let now = ContinuousClock.now
    lanes[lane].rests = now + pause
    lanes[lane].restBegan = now
  }

  /// Says once, until it answers again, that nothing comes of an endpoint.
  private func tellTrouble(of lane: Int) {
    if lanes[lane].isInTrouble { return }
    lanes[lane].isInTrouble = true
    let seconds = Int(patience.outage / .seconds(1))
    note(
      "\(lanes[lane].endpoint.url.text): \(lanes[lane].last); it is tried again now and then"
        + (lanes.count > 1 ? "" : ", for \(seconds) s without any answer"))
  }

  /// Says once that an endpoint serves only so much in a while, which may go on all night.
  private func tellRefusals(of lane: Int) {
    if lanes[lane].isKnownToRefuse { return }
    lanes[lane].isKnownToRefuse = true
    note(
      "\(lanes[lane].endpoint.url.text): \(lanes[lane].last); it is asked less often from now on")
  }

  /// Whether an attempt was underway when the endpoint was last given a rest: many that go wrong at
  /// once are one trouble, not one for each.
  private func isOfBurst(_ slot: Slot) -> Bool {
    lanes[slot.lane].restBegan.map { slot.since <= $0 } == true
  }

  private func leave(_ id: Int) {
    guard let place = waiting.firstIndex(where: { $0.id == id }) else { return }
    waiting.remove(at: place).continuation.resume(throwing: CancellationError())
  }

  private func dismissAll(_ error: any Error) {
    let dismissed = waiting
    waiting = []
    for waiter in dismissed { waiter.continuation.resume(throwing: error) }
  }

  /// Hands out places as long as there are some.
  private func serve() {
    let now = ContinuousClock.now
    if let error = lanes.allSatisfy({ $0.barred != nil }) ? lanes.first?.barred : outage(now) {
      return dismissAll(error)
    }
    var served = 0
    while served < waiting.count, let lane = freest(now) {
      lanes[lane].inFlight += 1
      let slot = Slot(
        lane: lane, number: lanes[lane].limit.send(), since: now, endpoint: lanes[lane].endpoint,
        dialect: lanes[lane].dialect)
      waiting[served].continuation.resume(returning: slot)
      served += 1
    }
    waiting.removeFirst(served)
    if !waiting.isEmpty { wakeLater(now) }
  }

  /// The endpoint of which the smallest share is taken; the first of equals.
  private func freest(_ now: ContinuousClock.Instant) -> Int? {
    var best: (lane: Int, share: Double)?
    for (index, lane) in lanes.enumerated() where lane.barred == nil {
      if lane.inFlight >= lane.places || lane.rests.map({ $0 > now }) == true { continue }
      let share = Double(lane.inFlight) / Double(lane.places)
      if best.map({ share < $0.share }) != false { best = (index, share) }
    }
    return best?.lane
  }

  /// Why the waiting ends, if nothing was answered for too long and nothing is being answered.
  private func outage(_ now: ContinuousClock.Instant) -> EndpointError? {
    let live = lanes.filter { $0.barred == nil }
    guard now - lastSign > patience.outage, live.allSatisfy({ $0.isDown || $0.refused > 0 }),
      let lane = live.first
    else { return nil }
    return .unreachable(
      url: lane.endpoint.url.text, attempts: attempts,
      seconds: Int((now - lastSign) / .seconds(1)), last: lane.last)
  }

  /// Looks again when the next endpoint has rested; places that become free call by themselves.
  private func wakeLater(_ now: ContinuousClock.Instant) {
    let ends = lanes.compactMap { $0.barred == nil ? $0.rests : nil }.filter { $0 > now }
    guard let next = ends.min() else { return }
    if let alarm, alarm > now, alarm <= next { return }
    alarm = next
    Task {
      try? await Task.sleep(until: next, clock: .continuous)
      self.serve()
    }
  }
}
