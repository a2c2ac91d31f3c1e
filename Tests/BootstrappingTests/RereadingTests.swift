import Bootstrapping
import Filtering
import LanguageModels
import Prompts
import Storage
import TaskCorpus
import TestSupport
import Testing

/// Old completions read again, by readers that were mended since.
@Suite struct RereadingTests {
  /// A pipeline whose rounds are read again.
  enum Pipeline: CaseIterable {
    case local, endpoint, paper, judged, answeredAgain
  }

  /// Two rounds of a pipeline, closed.
  private func grown(_ pipeline: Pipeline) async throws -> Rehearsal {
    var rehearsal = try Rehearsal()
    switch pipeline {
    case .local:
      _ = try await rehearsal.grower(Rehearsal.model()).run(rounds: 2)
    case .endpoint:
      rehearsal.configuration.rules.likelihood.severity = .off
      _ = try await rehearsal.grower(Self.endpoint).run(rounds: 2)
    case .paper:
      rehearsal.configuration = GrowConfiguration(.paper)
      rehearsal.configuration.tasks = 3
      _ = try await rehearsal.grower(ScriptedModel(reply: Self.paperReply)).run(rounds: 2)
    case .judged:
      _ = try await rehearsal.grower(Rehearsal.model(), judge: ModelRolesTests.judge())
        .run(rounds: 2)
    case .answeredAgain:
      _ = try await rehearsal.grower(Rehearsal.model()).run()
      let answerer = ModelRolesTests.answerer()
      _ = try await rehearsal.grower(Rehearsal.model(), answerer: answerer)
        .run(answersOnly: true)
    }
    return rehearsal
  }

  /// A model that says things and tells no likelihoods.
  private static var endpoint: ScriptedModel {
    var capabilities = ModelCapabilities.everything
    (capabilities.scores, capabilities.continuesAnyTurn) = (false, false)
    return ScriptedModel(
      capabilities: capabilities,
      reply: { request in
        if request.maxNewTokens <= 8 {
          return .init(request.stream.uniform(at: 0) < 0.5 ? " Yes, it is." : "No")
        }
        return Rehearsal.reply(to: request)
      })
  }

  /// Lists of instructions, some of them empty, and instances, some without any.
  private static let paperReply: @Sendable (GenerationRequest) -> ScriptedModel.Reply = { request in
    var generator = request.stream.generator()
    func words(_ count: Int) -> String {
      (0..<count).map { _ in
        Rehearsal.vocabulary[Int(generator.next() % UInt64(Rehearsal.vocabulary.count))]
      }.joined(separator: " ")
    }
    if request.maxNewTokens == 1024 {
      if generator.next().isMultiple(of: 5) { return .init("") }
      return .init(
        " Tell me \(words(6))\n10. Name \(words(7))\n11. Ask \(words(8))\n12. \(words(5))")
    }
    if request.maxNewTokens == 3 {
      return .init(generator.next().isMultiple(of: 3) ? " Yes" : " No")
    }
    if request.prompt.text.contains("Class label:") {
      return .init("Class label: \(words(1))\n\(words(4))\nClass label: \(words(1))\n\(words(5))")
    }
    if generator.next().isMultiple(of: 4) { return .init("Example 1\n") }
    return .init(
      "Example 1\nInput: \(words(3))\nOutput: \(words(3))\nExample 2\nInput: \(words(2))\nOutput: a"
    )
  }

  private func configuration(
    _ rehearsal: Rehearsal, _ pipeline: Pipeline
  ) throws -> GrowConfiguration {
    try rehearsal.grower(pipeline == .endpoint ? Self.endpoint : Rehearsal.model()).configuration
  }

  private func reparse(
    _ rehearsal: Rehearsal, _ pipeline: Pipeline, isDry: Bool = false, prompts: PromptSet? = nil
  ) throws -> CorpusFilter.Result {
    try CorpusFilter.run(
      rehearsal.corpus, configuration: try configuration(rehearsal, pipeline),
      evaluation: rehearsal.evaluation,
      rereadingBy: try prompts ?? PromptSet.builtIn(), program: "mended", isDry: isDry)
  }

  private func filter(
    _ rehearsal: Rehearsal, _ pipeline: Pipeline, isDry: Bool = false
  ) throws -> RuleChange {
    try CorpusFilter.run(
      rehearsal.corpus, configuration: try configuration(rehearsal, pipeline),
      evaluation: rehearsal.evaluation, isDry: isDry
    ).change
  }

  /// Writes the ledger as a reader would have left it that made something else of completions.
  ///
  /// - Parameter id: What an instruction is called then; nil for one that it did not see.
  private func damage(
    _ rehearsal: Rehearsal, id: (String) -> String? = { $0 },
    _ change: (inout CandidateRow, Int) -> Bool
  ) throws -> Int {
    let events = try Ledger.read(rehearsal.corpus.ledgerPath).events
    var (lines, dropped, changed): ([String], Int, Int) = ([], 0, 0)
    for (number, event) in events.enumerated() {
      var event = event
      switch event {
      case .candidate(var row):
        let before = row
        let stays = change(&row, number)
        changed += row == before && stays ? 0 : 1
        event = .candidate(row)
        if !stays {
          dropped += 1
          continue
        }
      case .wave(var row):
        row.candidates -= dropped
        dropped = 0
        row.surplus = row.surplus.compactMap(id)
        event = .wave(row)
      case .round(var row):
        row.taken = row.taken.compactMap(id)
        event = .round(row)
      default: break
      }
      lines.append(try event.json().encodedLine())
    }
    try rehearsal.folder.write(lines.joined(separator: "\n") + "\n", to: "corpus/ledger.jsonl")
    return changed
  }

  private func readings(_ rehearsal: Rehearsal) throws -> [ReadingRow] {
    try Ledger.read(rehearsal.corpus.ledgerPath).events.compactMap { event in
      if case .reading(let row) = event { row } else { nil }
    }
  }

  @Test(arguments: Pipeline.allCases)
  func `completions that are read as they were add nothing`(_ pipeline: Pipeline) async throws {
    let rehearsal = try await grown(pipeline)
    let before = try rehearsal.bytes()
    let result = try reparse(rehearsal, pipeline)
    let rereading = try #require(result.rereading)
    #expect(rereading.completions > 20 && rereading.different == 0 && result.change.isEmpty)
    #expect(rereading.otherPrompts.isEmpty)
    #expect(try rehearsal.bytes() == before)
  }

  @Test(arguments: Pipeline.allCases)
  func `what a poor reader made of completions comes out as if it had been a good one`(
    _ pipeline: Pipeline
  ) async throws {
    let rehearsal = try await grown(pipeline)
    let good = try rehearsal.text(rehearsal.corpus.tasksPath)
    let answers = Set([Stage.answer, .instances, .judge, .instruction].map(\.rawValue))
    let changed = try damage(rehearsal) { row, number in
      guard answers.contains(row.stage) else { return true }
      guard case .object(var parse) = row.parse else { return true }
      for (name, value) in parse {
        if case .string(let text) = value, name == "output" || name == "instruction" {
          parse[name] = .string(String(text.prefix(text.count / 2)))
        }
      }
      parse["score"] = row.stage == Stage.judge.rawValue ? 1 : nil
      row.parse = .object(parse)
      return true
    }
    let poor = try filter(rehearsal, pipeline, isDry: true)
    let dry = try reparse(rehearsal, pipeline, isDry: true)
    let result = try reparse(rehearsal, pipeline)
    let rereading = try #require(result.rereading)
    #expect(changed > 5 && rereading.different > 5 && rereading.different <= changed)
    #expect(
      dry.change.gained == result.change.gained && dry.change.changed == result.change.changed)
    #expect(poor.tasksAfter == result.change.tasksBefore)
    #expect(try rehearsal.text(rehearsal.corpus.tasksPath) == good)
    let rows = try readings(rehearsal)
    #expect(rows.count == 1 && rows[0].program == "mended")
    // Once is enough, and other commands go by it, too.
    let ledger = try rehearsal.text(rehearsal.corpus.ledgerPath)
    #expect(try reparse(rehearsal, pipeline).change.isEmpty)
    #expect(try rehearsal.text(rehearsal.corpus.ledgerPath) == ledger)
    #expect(try filter(rehearsal, pipeline).isEmpty)
  }

  @Test func `candidates that a poor reader did not see at all are found, and grown on from`()
    async throws
  {
    var rehearsal = try await grown(.paper)
    let good = try rehearsal.text(rehearsal.corpus.tasksPath)
    let rows = try Ledger.read(rehearsal.corpus.ledgerPath).events.compactMap { event in
      if case .candidate(let row) = event { row } else { nil }
    }
    let owners = Set(rows.compactMap(\.of))
    let unseen = rows.filter { $0.of == nil && !owners.contains($0.id) }
    // Of lists it saw no instruction that came to something, and of instances none.
    let changed = try damage(rehearsal) { row, _ in
      if row.of == nil { return owners.contains(row.id) }
      guard row.stage == Stage.instances.rawValue, row.id.hasSuffix("-0") else {
        return row.stage != Stage.instances.rawValue || row.parse == [:]
      }
      row.id = String(row.id.dropLast(2))
      row.parse = [:]
      return true
    }
    #expect(try filter(rehearsal, .paper).tasksAfter == 0)
    #expect(try rehearsal.text(rehearsal.corpus.tasksPath) == "")
    let result = try reparse(rehearsal, .paper)
    #expect(changed > 10 && (result.rereading?.different ?? 0) > 5)
    #expect(try rehearsal.text(rehearsal.corpus.tasksPath) == good)
    let completions = try readings(rehearsal).flatMap(\.completions)
    #expect(completions.contains { $0.wave != nil } && completions.contains { $0.wave == nil })
    for row in unseen {
      let life = try Explanation(of: row.id, in: rehearsal.corpus)
      #expect(life.item.row.parse == row.parse && life.completion != nil)
    }
    // Sets of another day are compared with what is read now.
    let first = try #require(
      try JSONLines.read(rehearsal.corpus.tasksPath).first.map {
        try InstructionTask(json: $0.json())
      })
    try rehearsal.evaluate([first.instruction + " " + first.instruction])
    #expect(try filter(rehearsal, .paper).lost.map(\.id).contains(first.id))
    let grown = try await rehearsal.grower(ScriptedModel(reply: Self.paperReply)).run(rounds: 1)
    #expect(grown.ending == .done)
    #expect(
      try Explanation(of: first.id, in: rehearsal.corpus).item.instruction == first.instruction)
  }

  /// A ledger in which a reader saw no instruction at all of which nothing was asked yet when the
  /// round ended, so that the rest of what it says still holds.
  private func unseen(_ rehearsal: Rehearsal) throws -> [CandidateRow] {
    let rows = try Ledger.read(rehearsal.corpus.ledgerPath).events.compactMap { event in
      if case .candidate(let row) = event { row } else { nil }
    }
    let owners = Set(rows.compactMap(\.of))
    _ = try damage(rehearsal) { row, _ in row.of != nil || owners.contains(row.id) }
    return rows.filter { $0.of == nil && !owners.contains($0.id) }
  }

  @Test func `what is found in a list only now is asked about by the next round, and read back`()
    async throws
  {
    var rehearsal = try await grown(.paper)
    let lost = try unseen(rehearsal)
    // Looser rules let in what was dropped before.
    rehearsal.configuration.rules.novelty.maximum = 1
    let result = try reparse(rehearsal, .paper)
    let found = result.change.gained.map(\.id)
    #expect(!lost.isEmpty && !found.isEmpty)
    let outcome = try await rehearsal.grower(ScriptedModel(reply: Self.paperReply)).run(rounds: 0)
    #expect(outcome.ending == .done)
    let events = try Ledger.read(rehearsal.corpus.ledgerPath).events
    let asked = Set(
      events.compactMap { event in if case .candidate(let row) = event { row.of } else { nil } })
    #expect(found.contains { asked.contains($0) })
    // A later reading keeps it, and what came of it.
    let before = try rehearsal.bytes()
    #expect(try reparse(rehearsal, .paper).change.isEmpty)
    #expect(try rehearsal.bytes() == before)
    let again = try await rehearsal.grower(ScriptedModel(reply: Self.paperReply)).run(rounds: 1)
    #expect(again.ending == .done)
  }

  @Test func `an entry that is found before others leaves them what was found for them`()
    async throws
  {
    let rehearsal = try await grown(.paper)
    let good = try rehearsal.text(rehearsal.corpus.tasksPath)
    let rows = try Ledger.read(rehearsal.corpus.ledgerPath).events.compactMap { event in
      if case .candidate(let row) = event { row } else { nil }
    }
    let owners = Set(rows.compactMap(\.of))
    let firsts = rows.filter { row in
      row.id.hasSuffix("-0") && row.of == nil
        && owners.contains { $0 != row.id && $0.hasPrefix(row.id.dropLast()) }
    }
    let unseen = firsts.compactMap { $0.parsed(as: Parse.Instruction.self)?.instruction }
    // A reader that saw no first entry gave the others the numbers before theirs.
    let ids = Set(firsts.map { String($0.id.dropLast(2)) })
    func renamed(_ id: String) -> String {
      guard let end = id.lastIndex(of: "-"), ids.contains(String(id[..<end])),
        let index = Int(id[id.index(after: end)...])
      else { return id }
      return "\(id[..<end])-\(index - 1)"
    }
    let isUnseen = Set(firsts.map(\.id))
    func seen(_ id: String) -> String? { isUnseen.contains(id) ? nil : renamed(id) }
    _ = try damage(rehearsal, id: seen) { row, _ in
      if row.of == nil {
        if ids.contains(String(row.id.dropLast(2))), row.id.hasSuffix("-0") { return false }
        row.id = renamed(row.id)
      } else if let owner = row.of {
        if firsts.contains(where: { $0.id == owner }) { return false }
        row.of = renamed(owner)
        row.id = renamed(owner) + row.id.dropFirst(owner.count)
      }
      return true
    }
    _ = try reparse(rehearsal, .paper)
    func pairs(_ text: String) throws -> [[String]] {
      try text.split(separator: "\n").map { line in
        let task = try InstructionTask(json: JSONValue(parsing: Array(line.utf8)))
        return [task.instruction] + task.instances.map(\.output)
      }
    }
    #expect(!firsts.isEmpty)
    let known = try pairs(good).filter { !unseen.contains($0[0]) }
    #expect(try !known.isEmpty && pairs(rehearsal.text(rehearsal.corpus.tasksPath)) == known)
  }

  @Test func `an instruction that becomes another one leaves the answers to the one before`()
    async throws
  {
    let rehearsal = try await grown(.local)
    let first = try #require(
      try JSONLines.read(rehearsal.corpus.tasksPath).first.map {
        try InstructionTask(json: $0.json())
      })
    _ = try damage(rehearsal) { row, _ in
      if row.id == first.id { row.parse = ["instruction": "Something else entirely it was."] }
      return true
    }
    let change = try reparse(rehearsal, .local).change
    let asked = change.gained.first { $0.id == first.id + "-0" }
    #expect(asked?.instruction == first.instruction && asked?.isPending == true)
    let tasks = try JSONLines.read(rehearsal.corpus.tasksPath).map {
      try InstructionTask(json: $0.json())
    }
    #expect(!tasks.contains { $0.instances == first.instances })
  }

  @Test func `rounds that are read by other prompts keep what was read in the others`()
    async throws
  {
    let rehearsal = try await grown(.paper)
    let good = try rehearsal.text(rehearsal.corpus.tasksPath)
    _ = try damage(rehearsal) { row, _ in
      guard row.stage == Stage.instances.rawValue, case .object(var parse) = row.parse,
        let output = parse["output"]?.string
      else { return true }
      parse["output"] = .string(String(output.prefix(1)))
      row.parse = .object(parse)
      return true
    }
    _ = try reparse(rehearsal, .paper)
    #expect(try rehearsal.text(rehearsal.corpus.tasksPath) == good)
    let files = try PromptSet.builtIn().files.map { file in
      file.name == "words" ? try PromptFile(name: file.name, text: file.text + "# Mine.\n") : file
    }
    let other = try reparse(rehearsal, .paper, prompts: try PromptSet(files: files))
    #expect(other.rereading?.otherPrompts == [1, 2])
    #expect(try rehearsal.text(rehearsal.corpus.tasksPath) == good)
    #expect(try readings(rehearsal).count == 1)
  }

  @Test func `rounds that were asked with other prompts are left as they are`() async throws {
    let rehearsal = try await grown(.local)
    let files = try PromptSet.builtIn().files.map { file in
      file.name == "words" ? try PromptFile(name: file.name, text: file.text + "# Mine.\n") : file
    }
    let before = try rehearsal.bytes()
    let result = try reparse(rehearsal, .local, prompts: try PromptSet(files: files))
    #expect(result.rereading?.otherPrompts == [1, 2] && result.rereading?.completions == 0)
    #expect(try rehearsal.bytes() == before)
  }
}
