import Bootstrapping
import Foundation
import LanguageModels
import Storage
import Synchronization
import TaskCorpus
import TestSupport
import Testing

@Suite struct ResumeTests {
  /// A model that fails after a number of answers, as a process that is killed does.
  static func mortal(after answers: Int, order: UInt64) -> ScriptedModel {
    let left = Mutex(answers)
    return Rehearsal.model(order: order) { _ in
      let isDead = left.withLock { left in
        left -= 1
        return left < 0
      }
      if isDead { throw ScriptedModel.Failure("killed") }
    }
  }

  static func undisturbed() async throws -> [String] {
    let rehearsal = try Rehearsal()
    _ = try await rehearsal.grower(Rehearsal.model()).run()
    return try rehearsal.bytes()
  }

  @Test func `the order in which answers arrive changes no byte`() async throws {
    let expected = try await Self.undisturbed()
    for order in 2..<6 as Range<UInt64> {
      let rehearsal = try Rehearsal()
      _ = try await rehearsal.grower(Rehearsal.model(order: order)).run()
      #expect(try rehearsal.bytes() == expected)
    }
  }

  @Test func `a run killed after every few answers ends with the same bytes`() async throws {
    let expected = try await Self.undisturbed()
    let rehearsal = try Rehearsal()
    var kills = 0
    while true {
      do {
        let model = Self.mortal(after: 7, order: UInt64(kills))
        let outcome = try await rehearsal.grower(model).run()
        #expect(outcome.ending == .done)
        break
      } catch is ScriptedModel.Failure {
        kills += 1
      }
    }
    print("killed \(kills) times")
    #expect(kills > 10)
    #expect(try rehearsal.bytes() == expected)
  }

  @Test func `a ledger cut anywhere goes on to the same bytes`() async throws {
    let expected = try await Self.undisturbed()
    let ledger = Array(expected[0].utf8)
    for place in stride(from: 0, through: ledger.count, by: ledger.count / 23) {
      let rehearsal = try Rehearsal()
      try rehearsal.corpus.create()
      try Data(ledger[..<place]).write(to: URL(fileURLWithPath: rehearsal.corpus.ledgerPath))
      _ = try await rehearsal.grower(Rehearsal.model(order: UInt64(place))).run()
      // A cut after the last row but the closing one, or after all of it, begins another round.
      let (now, before) = (try rehearsal.bytes()[0], expected[0])
      #expect(now == before || now.hasPrefix(before))
    }
  }

  @Test func `a journal cut at every byte of its last line goes on to the same bytes`()
    async throws
  {
    let expected = try await Self.undisturbed()
    let killed = try Rehearsal()
    await #expect(throws: ScriptedModel.Failure.self) {
      _ = try await killed.grower(Self.mortal(after: 60, order: 3)).run()
    }
    let journal = Array(try killed.text(killed.corpus.journalPath).utf8)
    let ledger = try killed.text(killed.corpus.ledgerPath)
    let lastLine = journal.dropLast().lastIndex(of: 10) ?? 0
    #expect(journal.count - lastLine > 50)
    for end in stride(from: lastLine, through: journal.count, by: 9) {
      let rehearsal = try Rehearsal()
      try rehearsal.corpus.create()
      try Data(ledger.utf8).write(to: URL(fileURLWithPath: rehearsal.corpus.ledgerPath))
      try Data(journal[..<end]).write(to: URL(fileURLWithPath: rehearsal.corpus.journalPath))
      _ = try await rehearsal.grower(Rehearsal.model()).run()
      #expect(try rehearsal.bytes() == expected)
    }
  }

  @Test func `answers in the journal are not asked for again`() async throws {
    let rehearsal = try Rehearsal()
    await #expect(throws: ScriptedModel.Failure.self) {
      _ = try await rehearsal.grower(Self.mortal(after: 30, order: 3)).run()
    }
    // Likelihoods are answers, too, but not of the kind that is counted here.
    let kept = try LedgerJournal.open(rehearsal.corpus.journalPath).contents.answers
      .count { $0.text != nil }
    let committed = try Ledger.read(rehearsal.corpus.ledgerPath).events.count {
      if case .completion(let row) = $0 { row.text != nil } else { false }
    }
    let asked = Mutex(0)
    let model = Rehearsal.model { _ in asked.withLock { $0 += 1 } }
    _ = try await rehearsal.grower(model).run()
    let all = try Ledger.read(rehearsal.corpus.ledgerPath).events.count {
      if case .completion(let row) = $0 { row.text != nil } else { false }
    }
    #expect(kept + committed > 0)
    #expect(asked.withLock { $0 } == all - kept - committed)
  }

  @Test func `a stop ends the run and the next one goes on`() async throws {
    let expected = try await Self.undisturbed()
    let rehearsal = try Rehearsal()
    let stop = StopSignal()
    let outcome = try await rehearsal.grower(Rehearsal.model()).run(stop: stop) { event in
      if case .progress(let progress) = event, progress.waves >= 2 { stop.give() }
    }
    #expect(outcome.ending == .stopped)
    #expect(outcome.rounds.first?.isClosed == false)
    let resumed = try await rehearsal.grower(Rehearsal.model()).run()
    #expect(resumed.ending == .done)
    #expect(try rehearsal.bytes() == expected)
  }

  @Test(arguments: [3, 60])
  func `after a stop the manifest says what the summary says`(answers: Int) async throws {
    var rehearsal = try Rehearsal()
    rehearsal.configuration.waves.inFlight = 1
    let ticks = Mutex(0.0)
    let stop = StopSignal()
    let model = InterruptedModel(Rehearsal.model(), after: answers) { stop.give() }
    let grower = try rehearsal.grower(
      model,
      now: {
        ticks.withLock { ticks in
          ticks += 1
          return Date(timeIntervalSince1970: ticks)
        }
      })
    let outcome = try await grower.run(stop: stop)
    let summary = try #require(outcome.rounds.first)
    #expect(outcome.ending == .stopped && summary.seconds > 0)
    let manifest: RoundManifest = try JSONDocument.read(summary.manifestPath).decoded()
    #expect(manifest.totalSeconds == summary.seconds)
    #expect(manifest.seconds == summary.stageSeconds)
    #expect(manifest.tasks == summary.tasks && manifest.funnel == summary.funnel)
    #expect(manifest.status == .unfinished && manifest.invocations == 1)
  }

  @Test func `tasks without their ledger are not written over`() async throws {
    let rehearsal = try Rehearsal()
    _ = try await rehearsal.grower(Rehearsal.model()).run()
    let tasks = try rehearsal.text(rehearsal.corpus.tasksPath)
    try FileManager.default.removeItem(atPath: rehearsal.corpus.ledgerPath)
    await #expect(throws: GrowError.self) {
      try await rehearsal.grower(Rehearsal.model()).run()
    }
    #expect(try rehearsal.text(rehearsal.corpus.tasksPath) == tasks)
  }

  @Test func `two rounds take their tasks each, the surplus of the first before new ones`()
    async throws
  {
    let rehearsal = try Rehearsal()
    let outcome = try await rehearsal.grower(Rehearsal.model()).run(rounds: 2)
    #expect(outcome.tasks == 12)
    let fold = LedgerFold(try Ledger.read(rehearsal.corpus.ledgerPath).events)
    #expect(fold.rounds.map(\.close?.tasks) == [6, 6])
    #expect(!fold.rounds[1].opening.taken.isEmpty)
    #expect(try JSONLines.read(rehearsal.corpus.tasksPath).count == 12)
    for round in 1...2 {
      let path = rehearsal.corpus.manifestPath(ofRound: round)
      #expect(FileManager.default.fileExists(atPath: path))
    }
  }

  @Test func `other flags while a round is unfinished are refused by name`() async throws {
    var rehearsal = try Rehearsal()
    let stop = StopSignal()
    stop.give()
    await #expect(throws: ScriptedModel.Failure.self) {
      _ = try await rehearsal.grower(Self.mortal(after: 30, order: 3)).run()
    }
    rehearsal.configuration.tasks = 99
    await #expect(
      throws: GrowError.differs(round: 1, differences: ["tasks '6' (now '99')"])
    ) {
      _ = try await rehearsal.grower(Rehearsal.model(), given: ["tasks"]).run()
    }
    // A flag that was not given does not stand in the way of what was recorded.
    let outcome = try await rehearsal.grower(Rehearsal.model()).run()
    #expect(outcome.tasks == 6)
  }

  @Test func `a round that is closed keeps its tasks and the next one begins`() async throws {
    let rehearsal = try Rehearsal()
    await #expect(throws: ScriptedModel.Failure.self) {
      _ = try await rehearsal.grower(Self.mortal(after: 100, order: 3)).run()
    }
    let closed = try RoundClosing.close(rehearsal.corpus)
    #expect(closed?.round == 1)
    #expect(try RoundClosing.close(rehearsal.corpus) == nil)
    let outcome = try await rehearsal.grower(Rehearsal.model()).run()
    #expect(outcome.rounds.map(\.round) == [2])
    #expect(outcome.tasks == 6 + (closed?.tasks ?? 0))
  }

  @Test func `a model that repeats itself ends the run as collapsed`() async throws {
    var rehearsal = try Rehearsal()
    rehearsal.configuration.waves.emptyWaves = 3
    let model = ScriptedModel { _ in
      ScriptedModel.Reply(" the same old thing again?", sumLogProbability: -1)
    }
    let outcome = try await rehearsal.grower(model).run()
    #expect(outcome.ending == .collapsed)
    #expect(outcome.rounds.first?.isClosed == false)
  }

  @Test func `what a collapsed run was answered is kept, and tried again only briefly`()
    async throws
  {
    var rehearsal = try Rehearsal()
    rehearsal.configuration.waves.emptyWaves = 6
    let model = Repeating()
    func waves() throws -> Int {
      try Ledger.read(rehearsal.corpus.ledgerPath).events.count { event in
        if case .wave = event { true } else { false }
      }
    }
    func kept() throws -> Int {
      let ledger = try Ledger.read(rehearsal.corpus.ledgerPath).events.count { event in
        if case .completion(let row) = event { row.text != nil } else { false }
      }
      return try ledger
        + LedgerJournal.open(rehearsal.corpus.journalPath).contents.answers.count { $0.text != nil }
    }
    _ = try await rehearsal.grower(model).run()
    let before = try waves()
    #expect(try kept() == model.prompts.withLock(\.count))
    let again = try await rehearsal.grower(model).run()
    #expect(again.ending == .collapsed)
    #expect(try waves() - before == 2)
    #expect(try kept() == model.prompts.withLock(\.count))
    // Nothing is asked twice.
    #expect(model.prompts.withLock { Set($0).count == $0.count })
  }

  @Test(arguments: [1, 2] as [UInt64])
  func `a run that gives up while more is in flight can be gone on with`(order: UInt64) async throws
  {
    var rehearsal = try Rehearsal()
    rehearsal.configuration.waves.emptyWaves = 1
    // Of noise some waves come to a task and others do not, so that it gives up now and then.
    rehearsal.configuration.rules.likelihood.keep = 0.1
    rehearsal.configuration.rules.likelihood.keepWithInput = 0.1
    var endings: [GrowOutcome.Ending] = []
    repeat {
      endings.append(try await rehearsal.grower(Rehearsal.model(order: order)).run().ending)
    } while endings.last == .collapsed && endings.count < 40
    #expect(endings.last == .done && endings.contains(.collapsed))
  }

  @Test func `instructions of which none passes the rules do not hold up a small round`()
    async throws
  {
    var rehearsal = try Rehearsal()
    rehearsal.configuration.tasks = 1
    rehearsal.configuration.waves.emptyWaves = 3
    let model = ScriptedModel { _ in ScriptedModel.Reply(" ]", sumLogProbability: -1) }
    let outcome = try await rehearsal.grower(model).run()
    #expect(outcome.ending == .collapsed)
    #expect(outcome.rounds[0].funnel.instructions > 0)
    // What was written is replayed, and what is tried again collapses again.
    let again = try await rehearsal.grower(model).run()
    #expect(again.ending == .collapsed)
  }

  @Test func `a second writer is refused`() async throws {
    let rehearsal = try Rehearsal()
    try rehearsal.corpus.create()
    let lock = try rehearsal.corpus.lock()
    await #expect(throws: StorageError.self) {
      _ = try await rehearsal.grower(Rehearsal.model()).run()
    }
    withExtendedLifetime(lock) {}
  }
}

/// Says the same to everything, each time it is asked for the next answer, as a server does.
private final class Repeating: LanguageModel {
  let capabilities = ModelCapabilities.everything
  let identity = ModelIdentity(name: "repeating", fingerprint: "repeating", precision: "f64")
  let prompts = Mutex<[String]>([])

  func generate(_ requests: [GenerationRequest]) -> AsyncThrowingStream<Generation, any Error> {
    let next = Left(requests)
    return AsyncThrowingStream {
      guard let (index, request) = next.take() else { return nil }
      self.prompts.withLock { $0.append("\(request.prompt) \(request.stream.uniform(at: 0))") }
      return Generation(
        index: index, text: " the same old thing again?", finishReason: .stop, promptTokens: 1,
        completionTokens: 6, sumLogProbability: -1, scoredTokens: 6)
    }
  }

  func score(_ requests: [ScoringRequest]) -> AsyncThrowingStream<Score, any Error> {
    AsyncThrowingStream { continuation in
      for index in requests.indices {
        continuation.yield(
          Score(index: index, tokenLogProbabilities: [-1], isGreedy: false, contextTokens: 1))
      }
      continuation.finish()
    }
  }

  private final class Left: Sendable {
    private let requests: Mutex<ArraySlice<(Int, GenerationRequest)>>

    init(_ requests: [GenerationRequest]) {
      self.requests = Mutex(requests.enumerated().map { ($0, $1) }[...])
    }

    func take() -> (Int, GenerationRequest)? { requests.withLock { $0.popFirst() } }
  }
}

/// A model that calls a function once so many of its texts were taken, and says nothing more.
private final class InterruptedModel: LanguageModel {
  private let model: ScriptedModel
  private let left: Mutex<Int>
  private let interrupt: @Sendable () -> Void

  init(
    _ model: ScriptedModel, after texts: Int, _ interrupt: @escaping @Sendable () -> Void
  ) {
    self.model = model
    left = Mutex(texts)
    self.interrupt = interrupt
  }

  var capabilities: ModelCapabilities { model.capabilities }
  var identity: ModelIdentity { model.identity }

  func generate(_ requests: [GenerationRequest]) -> AsyncThrowingStream<Generation, any Error> {
    let places = Places()
    return AsyncThrowingStream(unfolding: { [self] in
      let place = places.next()
      guard place < requests.count else { return nil }
      let isOver = left.withLock { left in
        left -= 1
        return left < 0
      }
      if isOver {
        interrupt()
        return nil
      }
      var answer = try await model.generations([requests[place]]).first
      answer?.index = place
      return answer
    })
  }

  func score(_ requests: [ScoringRequest]) -> AsyncThrowingStream<Score, any Error> {
    model.score(requests)
  }
}

/// Counts up from 0.
private final class Places: Sendable {
  private let count = Mutex(0)

  func next() -> Int {
    count.withLock { count in
      defer { count += 1 }
      return count
    }
  }
}
