import Bootstrapping
import Filtering
import Foundation
import LanguageModels
import Prompts
import Storage
import TaskCorpus
import TestSupport
import Testing

/// What becomes of a corpus whose files were damaged or changed by another hand.
@Suite struct DamageTests {
  /// A corpus in the middle of its first round.
  private static func unfinished(after answers: Int = 100) async throws -> Rehearsal {
    let rehearsal = try Rehearsal()
    await #expect(throws: ScriptedModel.Failure.self) {
      _ = try await rehearsal.grower(ResumeTests.mortal(after: answers, order: 3)).run()
    }
    return rehearsal
  }

  /// What a run is refused with, without the corpus's path.
  private static func refusal(
    of rehearsal: Rehearsal, _ model: any LanguageModel = Rehearsal.model()
  ) async throws -> String {
    do {
      _ = try await rehearsal.grower(model).run()
      return "nothing"
    } catch {
      #expect(wordingComplaint("\(error)") == nil, "\(error)")
      return "\(error)".replacing(rehearsal.corpus.path + "/", with: "")
    }
  }

  private static func change(_ path: String, _ change: (String) -> String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let changed = change(text)
    #expect(changed != text)
    try AtomicFile.write(changed, to: path)
  }

  @Test func `an absurd number in what a round was opened with is refused with its line`()
    async throws
  {
    let rehearsal = try await Self.unfinished()
    try Self.change(rehearsal.corpus.ledgerPath) {
      $0.replacing("\"maxNewTokens\": 120", with: "\"maxNewTokens\": -120")
    }
    #expect(
      try await Self.refusal(of: rehearsal)
        == "ledger.jsonl:1: configuration.answers.maxNewTokens: is -120; expected at least 1\n"
        + "  help: put the file back as it was written, "
        + "or end the round as it is with --close-round")
    // Closing asks nothing more, so it needs none of these numbers.
    #expect(try RoundClosing.close(rehearsal.corpus)?.round == 1)
    #expect(try await Self.refusal(of: rehearsal) == "nothing")
  }

  @Test func `absurd rules are refused with their line, even where a round is closed`()
    async throws
  {
    let rehearsal = try await Self.unfinished()
    let old = "\"opening\": {\"maximum\": 4"
    try Self.change(rehearsal.corpus.ledgerPath) {
      $0.replacing(old, with: old.replacing("4", with: "-4"))
    }
    expectRefusalSaying(
      "corpus/ledger.jsonl:3: rules.opening.maximum: is -4; expected at least 1\n"
        + "  help: put the file back as it was written, or name another folder with --corpus",
      hiding: rehearsal.folder
    ) { try RoundClosing.close(rehearsal.corpus) }
  }

  @Test func `numbers near the largest in a manifest are counted on from`() async throws {
    let rehearsal = try await Self.unfinished()
    let path = rehearsal.corpus.manifestPath(ofRound: 1)
    try Self.change(path) {
      $0.replacing("\"invocations\": 1", with: "\"invocations\": \(Int.max)")
    }
    await #expect(throws: ScriptedModel.Failure.self) {
      _ = try await rehearsal.grower(ResumeTests.mortal(after: 40, order: 3)).run()
    }
    #expect(try RoundClosing.close(rehearsal.corpus)?.round == 1)
    #expect(try JSONDocument.read(path)["invocations"]?.int == Int.max)
  }

  @Test func `a journal of a newer program is refused and stays`() async throws {
    let rehearsal = try await Self.unfinished(after: 60)
    let path = rehearsal.corpus.journalPath
    try Self.change(path) { "{\"format\": 2, \"kind\": \"completion\"}\n" + $0 }
    let journal = try rehearsal.text(path)
    #expect(
      try await Self.refusal(of: rehearsal)
        == "wave.jsonl:1: the row has format 2; expected at most 1, or a newer program\n"
        + "  help: put the file back as it was written, or name another folder with --corpus")
    #expect(try rehearsal.text(path) == journal)
  }

  @Test func `an answer of an unfinished round that was changed is refused with its line`()
    async throws
  {
    let rehearsal = try await Self.unfinished()
    let rows = try JSONLines.read(rehearsal.corpus.ledgerPath).map { try $0.text() }
    let line = try #require(
      rows.firstIndex {
        $0.contains("\"kind\": \"completion\"") && $0.contains("\"stage\": \"instruction\"")
      })
    let text = try #require(try JSONValue(parsing: Array(rows[line].utf8))["text"])
    try Self.change(rehearsal.corpus.ledgerPath) {
      $0.replacing(rows[line], with: rows[line].replacing(text.encodedLine(), with: "\" other\""))
    }
    let said = try await Self.refusal(of: rehearsal)
    #expect(said.hasPrefix("ledger.jsonl:"))
    #expect(said.contains(": the row does not follow from the answers before it; expected"))
    #expect(try RoundClosing.close(rehearsal.corpus)?.round == 1)
  }

  @Test func `a row that is gone is refused with the line after it`() async throws {
    let rehearsal = try await Self.unfinished()
    try Self.change(rehearsal.corpus.ledgerPath) { text in
      var lines = text.split(separator: "\n")
      lines.remove(at: 6)
      return lines.joined(separator: "\n") + "\n"
    }
    #expect(try await Self.refusal(of: rehearsal).hasPrefix("ledger.jsonl:7: "))
  }

  @Test func `a description that is gone is made again from the ledger`() async throws {
    let expected = try await ResumeTests.undisturbed()
    let rehearsal = try await Self.unfinished()
    let description = try rehearsal.text(rehearsal.corpus.descriptionPath)
    try FileManager.default.removeItem(atPath: rehearsal.corpus.descriptionPath)
    _ = try await rehearsal.grower(Rehearsal.model()).run()
    #expect(try rehearsal.text(rehearsal.corpus.descriptionPath) == description)
    #expect(try rehearsal.bytes() == expected)
  }

  @Test func `a description that measures similarity in no known way is refused`() async throws {
    let rehearsal = try await Self.unfinished()
    try Self.change(rehearsal.corpus.descriptionPath) {
      $0.replacing("\"unicode\"", with: "\"unicorn\"")
    }
    #expect(
      try await Self.refusal(of: rehearsal)
        == "corpus.json: 'similarity' is 'unicorn'; expected 'unicode' or 'reference'")
  }

  @Test(arguments: ["garbage", "{\"kind\": \"wave\"}", "{\"format\": 1, \"kind\":", "[]"])
  func `lines of the journal that are no answers are asked for again`(line: String) async throws {
    let expected = try await ResumeTests.undisturbed()
    let rehearsal = try await Self.unfinished(after: 60)
    try Self.change(rehearsal.corpus.journalPath) { text in
      var lines = text.split(separator: "\n")
      lines[lines.count / 2] = Substring(line)
      return lines.joined(separator: "\n") + "\n"
    }
    let notices = Notices()
    _ = try await rehearsal.grower(Rehearsal.model()).run { notices.receive($0) }
    #expect(try rehearsal.bytes() == expected)
    #expect(notices.all.contains { $0.contains("wave.jsonl:") && $0.contains("asked for again") })
  }

  @Test func `a round is closed after its prompts were changed`() async throws {
    let rehearsal = try await Self.unfinished()
    let grower = Grower(
      corpus: rehearsal.corpus, seeds: rehearsal.seeds,
      models: ModelRoles(Rehearsal.model()),
      configuration: rehearsal.configuration, prompts: try Self.otherPrompts())
    await #expect(
      throws: GrowError.differs(round: 1, differences: ["other prompt files"])
    ) { try await grower.run() }
    let closed = try #require(try RoundClosing.close(rehearsal.corpus))
    #expect(try JSONLines.read(rehearsal.corpus.tasksPath).count == closed.tasks)
    let events = try Ledger.read(rehearsal.corpus.ledgerPath).events
    #expect(events.last == .close(CloseRow(round: 1, tasks: closed.tasks, reason: .closed)))
    let manifest = try JSONDocument.read(rehearsal.corpus.manifestPath(ofRound: 1))
    #expect(manifest["status"] == "closed" && manifest["tasks"]?.int == closed.tasks)
  }

  @Test func `a round that took surplus counts it when it is closed`() async throws {
    let rehearsal = try Rehearsal()
    _ = try await rehearsal.grower(Rehearsal.model()).run()
    await #expect(throws: ScriptedModel.Failure.self) {
      _ = try await rehearsal.grower(ResumeTests.mortal(after: 5, order: 3)).run()
    }
    let opened = LedgerFold(try Ledger.read(rehearsal.corpus.ledgerPath).events).openRound
    let closed = try #require(try RoundClosing.close(rehearsal.corpus))
    #expect(closed.tasks >= opened?.opening.taken.count ?? 0)
    #expect(try JSONLines.read(rehearsal.corpus.tasksPath).count == 6 + closed.tasks)
  }

  @Test func `a corpus that is not there is not made by closing its round`() throws {
    let rehearsal = try Rehearsal()
    expectRefusalSaying(
      "corpus: is no corpus; expected a folder that 'selfinstruct grow' made\n"
        + "  help: name another folder with --corpus", hiding: rehearsal.folder
    ) { try RoundClosing.close(rehearsal.corpus) }
    #expect(!FileManager.default.fileExists(atPath: rehearsal.corpus.path))
  }

  @Test func `another precision of the same model is named`() async throws {
    let rehearsal = try await Self.unfinished()
    var model = Rehearsal.model()
    model.identity.precision = "f32"
    #expect(
      try await Self.refusal(of: rehearsal, model).hasPrefix(
        "round 1: is unfinished and was opened with precision 'f64' (now 'f32'); expected the same")
    )
    model.identity.precision = "f64"
    model.identity.fingerprint = "b2"
    #expect(
      try await Self.refusal(of: rehearsal, model).contains(
        "with weights of model 'scripted' with hash 'scripted' (now 'b2'); expected the same"))
  }

  private static func otherPrompts() throws -> PromptSet {
    let files = try PromptSet.builtIn().files.map { file in
      try PromptFile(
        name: file.name,
        text: file.name == "opener" ? "# mine\n" + file.text : file.text)
    }
    return try PromptSet(files: files)
  }
}
