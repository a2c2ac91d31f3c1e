import Foundation
import LanguageModels
import Storage
import Synchronization
import TaskCorpus
import TestSupport
import Testing

@testable import Bootstrapping
@testable import Filtering

/// A corpus that goes on from what its closed rounds have left says the same as one that is read
/// from its first row on.
@Suite struct ClosedRoundsTests {
  private func rehearsal() throws -> Rehearsal {
    var rehearsal = try Rehearsal()
    // Larger waves leave more for the next round.
    rehearsal.configuration.waves.requests = 24
    // What is accepted decides what is asked, and what is left over has objections of its own.
    rehearsal.configuration.instructions.acceptedOpeners = 0.6
    rehearsal.configuration.rules.opening.severity = .flag
    rehearsal.configuration.rules.opening.maximum = 1
    return rehearsal
  }

  private func forget(_ rehearsal: Rehearsal) throws {
    try? FileManager.default.removeItem(atPath: rehearsal.corpus.cachePath)
  }

  private func store(_ rehearsal: Rehearsal) throws -> CorpusStore {
    let grower = try rehearsal.grower(Rehearsal.model())
    return try CorpusStore(rehearsal.corpus, grower.newDescription(), program: "test")
  }

  /// Bytes after rounds in runs of their own.
  ///
  /// - Parameter answers: After how many of them each run is killed; nil for runs that live.
  private func grown(
    _ rounds: Int, killedAfter answers: Int? = nil,
    between: (inout Rehearsal, Int) throws -> Void
  ) async throws -> [String] {
    var rehearsal = try rehearsal()
    for round in 0..<rounds {
      try between(&rehearsal, round)
      while let answers {
        do {
          let model = ResumeTests.mortal(after: answers, order: UInt64(round))
          _ = try await rehearsal.grower(model).run()
          break
        } catch is ScriptedModel.Failure {
          continue
        }
      }
      guard answers == nil else { continue }
      _ = try await rehearsal.grower(Rehearsal.model(order: UInt64(round))).run()
    }
    return try rehearsal.bytes()
  }

  @Test func `rows of closed rounds are not read again`() async throws {
    let rehearsal = try rehearsal()
    _ = try await rehearsal.grower(Rehearsal.model()).run(rounds: 2)
    let store = try store(rehearsal)
    let place = try #require(store.closed?.place)
    #expect(store.events.isEmpty && place.round.round == 2)
    #expect(try Ledger.read(rehearsal.corpus.ledgerPath).events.count == place.rows)
    let whole = try CorpusReading(rehearsal.corpus).state
    let short = try store.corpusState()
    #expect(!short.isWhole && short.items.count < whole.items.count / 4)
    #expect(short.pool.count == whole.pool.count && short.kept == whole.kept)
    #expect(short.candidates == whole.candidates)
    #expect(short.instructionCount == whole.instructionCount)
  }

  @Test func `the next round finds the same tasks, surplus and open instructions`() async throws {
    var rehearsal = try rehearsal()
    rehearsal.configuration.waves.requests = 40
    var (takes, leaves) = (0, 0)
    for round in 1...9 {
      let grower = try rehearsal.grower(Rehearsal.model(order: UInt64(round)))
      _ = try await grower.run()
      let store = try store(rehearsal)
      var whole = try CorpusReading(rehearsal.corpus).state
      var short = try store.corpusState()
      #expect(!short.isWhole && short.surplus == whole.surplus)
      #expect(TaskFile.bytes(of: short) == TaskFile.bytes(of: whole))
      // What the next round does first.
      let taken = whole.items.map(\.id).filter(whole.surplus.contains)
      let opening = LedgerEvent.round(RoundRow(round: round + 1, tasks: 6, taken: taken))
      whole.receive(opening)
      short.receive(opening)
      #expect(TaskFile.bytes(of: short) == TaskFile.bytes(of: whole))
      #expect(TaskFile.count(of: short) == TaskFile.count(of: whole))
      let context = GrowContext(
        configuration: grower.configuration, prompts: grower.prompts, seeds: grower.seeds,
        models: grower.models.map(ModelProfile.init), round: round + 1)
      let expected = BootstrapState(context, corpus: whole, taken: taken)
      let state = BootstrapState(context, corpus: short, taken: taken)
      #expect(state.accepted == expected.accepted && state.open == expected.open)
      #expect(state.takenByKind == expected.takenByKind)
      takes += taken.count
      leaves += expected.open.count
    }
    #expect(takes > 3 && leaves > 3)
  }

  @Test func `rounds of one run, of several, and of several that read all are the same bytes`()
    async throws
  {
    let together = try rehearsal()
    _ = try await together.grower(Rehearsal.model()).run(rounds: 5)
    let expected = try together.bytes()
    let apart = try await grown(5) { rehearsal, round in
      let goesOn = round == 0 ? true : try store(rehearsal).closed != nil
      #expect(goesOn)
    }
    #expect(apart == expected)
    #expect(try await grown(5) { rehearsal, _ in try forget(rehearsal) } == expected)
  }

  @Test func `a run that is killed again and again goes on from closed rounds`() async throws {
    let together = try rehearsal()
    _ = try await together.grower(Rehearsal.model()).run(rounds: 3)
    let rehearsal = try rehearsal()
    var kills = 0
    for _ in 0..<3 {
      while true {
        do {
          _ = try await rehearsal.grower(ResumeTests.mortal(after: 19, order: UInt64(kills))).run()
          break
        } catch is ScriptedModel.Failure {
          kills += 1
        }
      }
    }
    #expect(kills > 10)
    let (now, expected) = (try rehearsal.bytes(), try together.bytes())
    #expect(now == expected)
  }

  @Test func `what is changed between rounds counts for all of them`() async throws {
    func change(_ rehearsal: inout Rehearsal, _ round: Int) throws {
      switch round {
      // Of one label nothing comes; of more something may, also of tasks of earlier rounds.
      case 0: rehearsal.configuration.labels.maximum = 1
      case 1: rehearsal.configuration.rules.novelty.maximum = 0.6
      case 2:
        var session = try ReviewSession(of: rehearsal.corpus, count: 2, seed: 1)
        for page in session.pages {
          try session.record(
            page, instructionIsSensible: false, inputFits: true, outputIsRight: false,
            isRejected: true)
        }
        try session.finish()
      case 3: rehearsal.seeds.removeLast()
      case 4: rehearsal.configuration.labels.maximum = 3
      case 5:
        rehearsal.configuration.tasks = 4
        rehearsal.configuration.rules.doubt.keep = 0.3
      default: break
      }
    }
    let expected = try await grown(7) { rehearsal, round in
      try change(&rehearsal, round)
      try forget(rehearsal)
    }
    #expect(try await grown(7, between: change) == expected)
    #expect(try await grown(7, killedAfter: 23, between: change) == expected)
  }

  @Test func `a review while a round is open changes what is exported of closed ones`() async throws
  {
    let rehearsal = try rehearsal()
    _ = try await rehearsal.grower(Rehearsal.model()).run()
    let first = try #require(try JSONLines.read(rehearsal.corpus.tasksPath).first)
    let id = try #require(try first.json()["id"]?.string)
    let asked = Counter()
    let model = Rehearsal.model { _ in
      guard asked.next() == 40 else { return }
      var reviews = try ReviewFile(reading: rehearsal.corpus.reviewsPath)
      try reviews.append(Review(id: id, instances: [], isRejected: true))
    }
    _ = try await rehearsal.grower(model).run()
    #expect(try !rehearsal.text(rehearsal.corpus.tasksPath).contains("\"\(id)\""))
    let whole = try CorpusReading(rehearsal.corpus).state
    #expect(try rehearsal.bytes()[1] == String(decoding: TaskFile.bytes(of: whole), as: UTF8.self))
  }

  @Test func `a damaged account of closed rounds is left alone and all is read`() async throws {
    let expected = try await grown(3) { _, _ in }
    let rehearsal = try rehearsal()
    _ = try await rehearsal.grower(Rehearsal.model()).run(rounds: 2)
    let path = rehearsal.corpus.closedRoundsPath
    let account = Array(try rehearsal.text(path).utf8)
    let ledger = Array(try rehearsal.text(rehearsal.corpus.ledgerPath).utf8)
    let tasks = Array(try rehearsal.text(rehearsal.corpus.tasksPath).utf8)
    let lines = account.split(separator: 10, omittingEmptySubsequences: false)
    var damaged = stride(from: 0, to: account.count, by: account.count / 13).map {
      Array(account[..<$0])
    }
    damaged.append(Array(lines.dropFirst().joined(separator: [10])))
    damaged.append(Array(account.map { $0 == UInt8(ascii: "r") ? 0xFF : $0 }))
    for bytes in damaged {
      let copy = try self.rehearsal()
      try copy.corpus.create()
      for (path, bytes) in [
        (copy.corpus.ledgerPath, ledger), (copy.corpus.tasksPath, tasks),
        (copy.corpus.closedRoundsPath, bytes),
      ] {
        try OpenFile.makeFolder(copy.corpus.cachePath)
        try AtomicFile.write(bytes, to: path)
      }
      try FileManager.default.copyItem(
        atPath: rehearsal.corpus.descriptionPath, toPath: copy.corpus.descriptionPath)
      #expect(try store(copy).closed == nil)
      _ = try await copy.grower(Rehearsal.model()).run()
      #expect(try copy.bytes() == expected)
    }
  }

  @Test func `another program, another ledger or other reviews do not fit`() async throws {
    let rehearsal = try rehearsal()
    _ = try await rehearsal.grower(Rehearsal.model()).run(rounds: 2)
    let corpus = rehearsal.corpus
    #expect(ClosedRoundsFile(of: corpus, program: "test") != nil)
    #expect(ClosedRoundsFile(of: corpus, program: "other") == nil)
    let ledger = Array(try rehearsal.text(corpus.ledgerPath).utf8)
    try AtomicFile.write(Array(ledger.dropLast()), to: corpus.ledgerPath)
    #expect(ClosedRoundsFile(of: corpus, program: "test") == nil)
    var other = ledger
    other[other.count - 100] ^= 1
    try AtomicFile.write(other, to: corpus.ledgerPath)
    #expect(ClosedRoundsFile(of: corpus, program: "test") == nil)
    try AtomicFile.write(ledger + Array("{}\n".utf8), to: corpus.ledgerPath)
    #expect(ClosedRoundsFile(of: corpus, program: "test") != nil)
    try AtomicFile.write("\n", to: corpus.reviewsPath)
    #expect(ClosedRoundsFile(of: corpus, program: "test") == nil)
  }
}

/// Counts from several tasks.
private final class Counter: Sendable {
  private let count = Mutex(0)

  func next() -> Int {
    count.withLock { count in
      count += 1
      return count
    }
  }
}
