import Filtering
import Foundation
import LanguageModels
import Storage
import TaskCorpus
import Testing

@testable import Bootstrapping

@Suite struct ImporterTests {
  private let rows = [
    RunFile.Row(
      instruction: "Explain the colour of a lemon.", instances: [answer("It is the oil.")]),
    RunFile.Row(instruction: "Explain the colour of the lemon.", instances: [answer("Oil it is.")]),
    RunFile.Row(
      instruction: "Shorten the following sentence.",
      instances: [answer("Rain fell.", "Yesterday there was a fall of rain.")]),
    RunFile.Row(instruction: "Describe the sound of a violin.", instances: []),
  ]

  private static func answer(_ output: String, _ input: String = "") -> TaskInstance {
    TaskInstance(input: input, output: output)
  }

  private func importer(_ rehearsal: Rehearsal, rows: [RunFile.Row]? = nil) throws -> Grower {
    var rehearsal = rehearsal
    rehearsal.configuration.tasks = (rows ?? self.rows).count
    return try rehearsal.grower(
      UnaskedModel(
        capabilities: .everything, identity: Importer.identity(ofFile: "0123456789abcdef0")))
  }

  private func rehearsal() throws -> Rehearsal {
    var rehearsal = try Rehearsal()
    rehearsal.configuration.rules = RuleSet.paper
    return rehearsal
  }

  @Test func `rows become a round that is closed, by the rules, and the rest is asked about next`()
    async throws
  {
    let rehearsal = try rehearsal()
    let outcome = try Importer.add(rows, to: try importer(rehearsal))
    #expect(
      outcome
        == Importer.Outcome(
          round: 1, rows: 4, tasks: 2, waiting: 1,
          dropped: [Funnel.RuleCount(rule: .novelty, count: 1)]))
    let tasks = try CorpusTasks(of: rehearsal.corpus).tasks
    #expect(tasks.map(\.instruction) == [rows[0].instruction, rows[2].instruction])
    #expect(tasks[1].instances[0].input == "Yesterday there was a fall of rain.")
    #expect(tasks[0].provenance?["model"]?.string == "imported-0123456789abcdef")
    let account = try CorpusAccount(of: rehearsal.corpus)
    #expect(account.authors.map(\.name) == ["imported"])
    #expect(account.manifests.map(\.status) == [.closed])
    // The instruction without an answer gets one first.
    var asking = rehearsal
    asking.configuration.tasks = 1
    _ = try await asking.grower(Rehearsal.model()).run(rounds: 1)
    let grown = try CorpusTasks(of: rehearsal.corpus).tasks
    #expect(grown.contains { $0.instruction == rows[3].instruction })
  }

  @Test func `completions are read as the paper reads them, and answer what was waiting`() throws {
    let rehearsal = try rehearsal()
    let clouds = "Say whether a cloud brings rain or none."
    let waiting = [rows[3].instruction, clouds].map { RunFile.Row(instruction: $0, instances: []) }
    let first = try Importer.add(waiting, to: try importer(rehearsal, rows: waiting))
    #expect(first.tasks == 0 && first.waiting == 2)
    let answers = [
      RunFile.Row(
        instruction: rows[3].instruction, instances: [],
        completion: RunFile.Completion(text: "Output: It sings.", isCut: false)),
      RunFile.Row(
        instruction: clouds, instances: [],
        completion: RunFile.Completion(
          text: "Class label: rain\nCloud: dark and low\nClass label: none\nCloud: a whi",
          isCut: true)),
      RunFile.Row(
        instruction: "Paint the kitchen wall in words.", instances: [],
        completion: RunFile.Completion(
          text: "Example 1\nInput: blue\nOutput: Like a lake.\nExample 2\nOutput: Grey.",
          isCut: false)),
    ]
    let second = try Importer.add(answers, to: try importer(rehearsal, rows: answers))
    #expect(
      second == Importer.Outcome(round: 2, rows: 3, tasks: 3, waiting: 0, dropped: []))
    let tasks = try CorpusTasks(of: rehearsal.corpus).tasks
    #expect(tasks.map(\.id) == ["r1-0", "r1-1", "r2-2"])
    let instances = tasks.map { $0.instances.map { [$0.input, $0.output] } }
    #expect(
      instances == [
        [["", "It sings."]], [["Cloud: dark and low", "rain"]],
        [["blue", "Like a lake."], ["", "Grey."]],
      ])
    #expect(RoundManifest.read(rehearsal.corpus.manifestPath(ofRound: 2))?.tasks == 3)
  }

  @Test func `other rules bring back what they keep`() throws {
    let rehearsal = try rehearsal()
    _ = try Importer.add(rows, to: try importer(rehearsal))
    var rules = RuleSet.paper
    rules.novelty.maximum = 0.99
    var state = CorpusState(rules: rules)
    for event in try Ledger.read(rehearsal.corpus.ledgerPath).events { state.receive(event) }
    #expect(TaskFile.tasks(of: state).count == 3)
  }

  @Test func `an import that was killed after any row is finished by the same one`()
    throws
  {
    let rehearsal = try rehearsal()
    let grower = try importer(rehearsal)
    _ = try Importer.add(rows, to: grower)
    let whole = try rehearsal.bytes()
    let lines = whole[0].split(separator: "\n", omittingEmptySubsequences: false)
    let opened = try #require(lines.firstIndex { $0.contains(#""kind": "round""#) })
    let manifest = rehearsal.corpus.manifestPath(ofRound: 1)
    for end in 0..<lines.count - 2 {
      try (lines[...end].joined(separator: "\n") + "\n").write(
        toFile: rehearsal.corpus.ledgerPath, atomically: true, encoding: .utf8)
      try FileManager.default.removeItem(atPath: manifest)
      try FileManager.default.removeItem(atPath: rehearsal.corpus.tasksPath)
      if end == opened {
        let other = try rehearsal.grower(Rehearsal.model())
        #expect(throws: GrowError.self) { try Importer.add(rows, to: other) }
      }
      let outcome = try Importer.add(rows, to: grower)
      #expect(outcome.tasks == 2 && outcome.waiting == 1, "\(end)")
      #expect(try rehearsal.bytes() == whole, "\(end)")
      #expect(FileManager.default.fileExists(atPath: manifest))
    }
  }
}
