import Bootstrapping
import Filtering
import Foundation
import LanguageModels
import Storage
import TaskCorpus
import TestSupport
import Testing

/// A corpus that is decided again by other rules.
@Suite struct CorpusFilterTests {
  /// A corpus of two rounds of noise, in which a few instructions are near to others.
  private func grown(_ maximum: Double) async throws -> Rehearsal {
    var rehearsal = try Rehearsal()
    rehearsal.configuration.rules.novelty.maximum = maximum
    rehearsal.configuration.rules.novelty.maximumWithLabels = maximum
    rehearsal.configuration.rules.likelihood.severity = .off
    _ = try await rehearsal.grower(Rehearsal.model()).run(rounds: 2)
    return rehearsal
  }

  private func filter(
    _ rehearsal: Rehearsal, _ maximum: Double, isDry: Bool = false
  ) throws -> RuleChange {
    var configuration = try rehearsal.grower(Rehearsal.model()).configuration
    configuration.rules.novelty.maximum = maximum
    configuration.rules.novelty.maximumWithLabels = maximum
    return try CorpusFilter.run(rehearsal.corpus, configuration: configuration, isDry: isDry).change
  }

  @Test func `rules that have not changed change no byte`() async throws {
    let rehearsal = try await grown(0.3)
    let before = try rehearsal.bytes()
    let change = try filter(rehearsal, 0.3)
    #expect(change.isEmpty && change.tasksBefore == 12 && change.tasksAfter == 12)
    #expect(try rehearsal.bytes() == before)
  }

  @Test func `tasks without their ledger are not written over, and tasks that differ are told`()
    async throws
  {
    let rehearsal = try await grown(0.3)
    let path = rehearsal.corpus.tasksPath
    let tasks = try rehearsal.text(path)
    try rehearsal.folder.write(tasks + "junk\n", to: "corpus/tasks.jsonl")
    var notices: [String] = []
    _ = try CorpusFilter.run(
      rehearsal.corpus, configuration: try rehearsal.grower(Rehearsal.model()).configuration,
      isDry: false, notice: { notices.append($0) })
    #expect(try rehearsal.text(path) == tasks && notices.count == 1)
    let ledger = try rehearsal.text(rehearsal.corpus.ledgerPath)
    let opening = ledger.split(separator: "\n").prefix(3).joined(separator: "\n") + "\n"
    try rehearsal.folder.write(opening, to: "corpus/ledger.jsonl")
    #expect(throws: GrowError.self) { try filter(rehearsal, 0.3) }
    #expect(try rehearsal.text(path) == tasks)
  }

  @Test func `a threshold there and back leaves the tasks as they were`() async throws {
    let rehearsal = try await grown(0.7)
    let before = try rehearsal.bytes()
    let dry = try filter(rehearsal, 0.1, isDry: true)
    #expect(try rehearsal.bytes() == before)
    let there = try filter(rehearsal, 0.1)
    #expect(there.lost == dry.lost && !there.lost.isEmpty && there.gained.isEmpty)
    #expect(RuleChange.rules(of: there.lost).map(\.rule) == [.novelty])
    #expect(try rehearsal.bytes()[1] != before[1])
    let back = try filter(rehearsal, 0.7)
    #expect(back.gained.map(\.id) == there.lost.map(\.id) && back.lost.isEmpty)
    #expect(try rehearsal.bytes()[1] == before[1])
    #expect(try rehearsal.bytes()[0].hasPrefix(before[0]))
    // What was read is written again as it was, rules of another time among it.
    let fresh = try await rehearsal.grower(Rehearsal.model()).run(rounds: 1)
    #expect(fresh.ending == .done)
  }

  @Test func `what a looser rule lets in is pending, and is completed without anything new`()
    async throws
  {
    let rehearsal = try await grown(0.3)
    let change = try filter(rehearsal, 0.7)
    let pending = change.gained.filter(\.isPending)
    #expect(!pending.isEmpty && pending.allSatisfy { $0.verdict?.rule == .novelty })
    #expect(change.tasksAfter == change.tasksBefore)
    var loose = rehearsal
    loose.configuration.rules.novelty.maximum = 0.7
    loose.configuration.rules.novelty.maximumWithLabels = 0.7
    let before = try Ledger.read(rehearsal.corpus.ledgerPath).events.count
    let outcome = try await loose.grower(Rehearsal.model(), given: ["tasks"]).run(rounds: 0)
    #expect(outcome.ending == .done)
    #expect(outcome.rounds.count == 1 && outcome.rounds[0].isClosed)
    let events = try Ledger.read(rehearsal.corpus.ledgerPath).events.dropFirst(before)
    let stages = events.compactMap { event in
      if case .completion(let row) = event { row.stage } else { nil }
    }
    #expect(!stages.isEmpty && !stages.contains(Stage.instruction.rawValue))
    #expect(outcome.tasks > change.tasksAfter)
    let tasks = try rehearsal.text(rehearsal.corpus.tasksPath)
    #expect(pending.contains { tasks.contains("\"id\": \"\($0.id)\"") })
    // Nothing is left to complete.
    let again = try await loose.grower(Rehearsal.model()).run(rounds: 0)
    #expect(again.rounds.isEmpty && again.tasks == outcome.tasks)
  }

  @Test func `a completing round that was interrupted goes on to the same bytes`() async throws {
    let whole = try await grown(0.3)
    let cut = try await grown(0.3)
    for rehearsal in [whole, cut] { _ = try filter(rehearsal, 0.7) }
    func loosened(_ rehearsal: Rehearsal) -> Rehearsal {
      var loose = rehearsal
      loose.configuration.rules.novelty.maximum = 0.7
      loose.configuration.rules.novelty.maximumWithLabels = 0.7
      return loose
    }
    _ = try await loosened(whole).grower(Rehearsal.model()).run(rounds: 0)
    await #expect(throws: ScriptedModel.Failure.self) {
      _ = try await loosened(cut).grower(ResumeTests.mortal(after: 5, order: 1)).run(rounds: 0)
    }
    _ = try await loosened(cut).grower(Rehearsal.model(), given: ["tasks"]).run(rounds: 0)
    #expect(try cut.bytes() == whole.bytes())
  }

  @Test func `an unfinished round is not decided by other rules`() async throws {
    let rehearsal = try Rehearsal()
    await #expect(throws: ScriptedModel.Failure.self) {
      _ = try await rehearsal.grower(ResumeTests.mortal(after: 30, order: 1)).run()
    }
    // A copy that broke off; what is refused leaves it as it is.
    let ledger = try String(contentsOfFile: rehearsal.corpus.ledgerPath, encoding: .utf8)
    try (ledger + ledger.suffix(300).prefix(200)).write(
      toFile: rehearsal.corpus.ledgerPath, atomically: true, encoding: .utf8)
    let before = try Data(contentsOf: URL(fileURLWithPath: rehearsal.corpus.ledgerPath))
    #expect(throws: GrowError.unfinished(path: rehearsal.corpus.path, round: 1)) {
      try filter(rehearsal, 0.5)
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: rehearsal.corpus.ledgerPath)) == before)
    try ledger.write(toFile: rehearsal.corpus.ledgerPath, atomically: true, encoding: .utf8)
    await #expect(throws: GrowError.unfinished(path: rehearsal.corpus.path, round: 1)) {
      _ = try await rehearsal.grower(Rehearsal.model()).run(rounds: 0)
    }
  }

  @Test func `every candidate has a life that can be told`() async throws {
    let rehearsal = try await grown(0.3)
    var statuses: Set<String> = []
    let ids = try Ledger.read(rehearsal.corpus.ledgerPath).events.compactMap { event in
      if case .candidate(let row) = event, row.of == nil { row.id } else { nil }
    }
    for id in ids.prefix(16) {
      let life = try Explanation(of: id, in: rehearsal.corpus)
      #expect(life.item.id == id && life.completion?.text != nil)
      if case .dropped(let verdict) = life.status {
        statuses.insert("dropped")
        if verdict.rule == .novelty {
          #expect(life.neighbour?.id == verdict.neighbour)
          #expect(life.neighbour?.comparison.prediction.contains("[") == true)
        }
      } else if case .task = life.status {
        statuses.insert("task")
        let answer = try #require(life.instances?.kept.first?.row.id)
        let explanation = try Explanation(of: answer, in: rehearsal.corpus)
        #expect(explanation.item.id == id && explanation.instanceID == answer)
        #expect(throws: GrowError.self) {
          try Explanation(of: answer + "0", in: rehearsal.corpus)
        }
      }
    }
    #expect(statuses == ["dropped", "task"])
    #expect(
      throws: GrowError.noCandidate(
        path: rehearsal.corpus.ledgerPath, id: "r9-9", isSeed: false, example: ids.first)
    ) { try Explanation(of: "r9-9", in: rehearsal.corpus) }
  }
}
