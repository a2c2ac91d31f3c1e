import Bootstrapping
import Filtering
import LanguageModels
import Storage
import TaskCorpus
import TestSupport
import Testing

/// What people say of tasks, and what an audit makes of it.
@Suite struct ReviewTests {
  private func grown() async throws -> Rehearsal {
    let rehearsal = try Rehearsal()
    _ = try await rehearsal.grower(Rehearsal.model()).run()
    return rehearsal
  }

  private func tasks(_ rehearsal: Rehearsal) throws -> [InstructionTask] {
    try JSONLines.read(rehearsal.corpus.tasksPath).map { line in
      try InstructionTask(json: try line.json())
    }
  }

  @Test func `a draw is the same each time and goes on where it was left`() async throws {
    let rehearsal = try await grown()
    var first = try ReviewSession(of: rehearsal.corpus, count: 4, seed: 1)
    #expect(first.pages.count == 4)
    #expect(try ReviewSession(of: rehearsal.corpus, count: 99, seed: 1).pages.count == 6)
    let other = try ReviewSession(of: rehearsal.corpus, count: 4, seed: 2)
    #expect(other.pages.map(\.id) != first.pages.map(\.id))
    try first.record(
      first.pages[0], instructionIsSensible: false, inputFits: true, outputIsRight: false,
      isRejected: true)
    let second = try ReviewSession(of: rehearsal.corpus, count: 4, seed: 1)
    #expect(second.pages.map(\.id) == first.pages.dropFirst().map(\.id))
  }

  @Test func `a review overrides the rules, whatever they become`() async throws {
    let rehearsal = try await grown()
    let ledger = try rehearsal.text(rehearsal.corpus.ledgerPath)
    let before = try tasks(rehearsal)
    var session = try ReviewSession(of: rehearsal.corpus, count: 3, seed: 1)
    let (rejected, kept, edited) = (session.pages[0], session.pages[1], session.pages[2])
    try session.record(
      rejected, instructionIsSensible: true, inputFits: true, outputIsRight: true,
      isRejected: true)
    try session.record(
      kept, instructionIsSensible: true, inputFits: true, outputIsRight: true, isRejected: false)
    try session.record(
      edited, instructionIsSensible: true, inputFits: true, outputIsRight: true,
      isRejected: false, edit: Review.Edit(instruction: "Go.", input: "on", output: "Gone."))
    try session.finish()
    let after = try tasks(rehearsal)
    #expect(after.map(\.id) == before.map(\.id).filter { $0 != rejected.id })
    let changed = try #require(after.first { $0.id == edited.id })
    #expect(changed.instruction == "Go." && changed.instances.map(\.output) == ["Gone."])
    #expect(changed.provenance?["review"] == "edited")
    #expect(try rehearsal.text(rehearsal.corpus.ledgerPath) == ledger)

    // Rules that drop every instruction leave what a person kept.
    var configuration = try rehearsal.grower(Rehearsal.model()).configuration
    configuration.rules.length.minimum = 50
    let change = try CorpusFilter.run(
      rehearsal.corpus, configuration: configuration, isDry: false
    ).change
    #expect(change.tasksAfter == 2)
    #expect(Set(try tasks(rehearsal).map(\.id)) == [kept.id, edited.id])
    // What a model will be tested with is left out all the same.
    var tested = rehearsal
    let instruction = try #require(after.first { $0.id == kept.id }?.instruction)
    try tested.evaluate([instruction])
    _ = try CorpusFilter.run(
      rehearsal.corpus, configuration: configuration, evaluation: tested.evaluation, isDry: false)
    #expect(try tasks(rehearsal).map(\.id) == [edited.id])
    _ = try CorpusFilter.run(rehearsal.corpus, configuration: configuration, isDry: false)
    #expect(Set(try tasks(rehearsal).map(\.id)) == [kept.id, edited.id])

    let life = try Explanation(of: rejected.id, in: rehearsal.corpus)
    guard case .dropped(let verdict) = life.status else { throw Unexpected() }
    #expect(verdict.rule == .review)

    let audit = try Audit(
      of: rehearsal.corpus, seeds: try seeds(rehearsal), configuration: configuration)
    #expect(audit.rightCount == 1 && audit.wrongCount == 2 && audit.seedCount == 8)
    let length = try #require(audit.rules.first { $0.rule == .length })
    #expect(length.right == [kept.id] && length.seeds.count == 8)
    #expect(Set(length.wrong) == [rejected.id, edited.id])
  }

  private struct Unexpected: Error {}

  private func seeds(_ rehearsal: Rehearsal) throws -> SeedFile {
    let text = rehearsal.seeds.map { $0.json.encodedLine() + "\n" }.joined()
    return try SeedFile.read(try rehearsal.folder.write(text, to: "seeds.jsonl"))
  }

  @Test func `an audit counts what the ledger holds`() async throws {
    let rehearsal = try await grown()
    let configuration = try rehearsal.grower(Rehearsal.model()).configuration
    let audit = try Audit(
      of: rehearsal.corpus, seeds: try seeds(rehearsal), configuration: configuration)
    var completions: [String: Int] = [:]
    var instructions = 0
    for event in try Ledger.read(rehearsal.corpus.ledgerPath).events {
      if case .completion(let row) = event, row.text != nil {
        completions[row.stage, default: 0] += 1
      }
      if case .candidate(let row) = event, row.of == nil { instructions += 1 }
    }
    var counted: [String: Int] = [:]
    for stage in audit.stages { counted[stage.stage] = stage.completions }
    #expect(counted == completions)
    #expect(audit.stages.contains { $0.cut > 0 })
    #expect(audit.rules.reduce(0) { $0 + $1.candidates } > 0)
    let shown = audit.seeds.reduce(0) { $0 + $1.shown }
    #expect(shown > 0 && shown <= instructions * 8)
    #expect(audit.seeds.contains { $0.tasks > 0 })
    let shares = audit.seeds.map { Double($0.tasks) / Double($0.shown) }
    #expect(shares == shares.sorted(by: >))
  }
}
