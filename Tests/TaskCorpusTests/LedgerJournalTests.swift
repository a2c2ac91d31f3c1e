import Storage
import TaskCorpus
import TestSupport
import Testing

@Suite struct LedgerJournalTests {
  private static func answer(_ request: Int) -> CompletionRow {
    CompletionRow(round: 1, wave: 1, stage: "answer", request: request, prompt: "p")
  }

  private static func line(_ row: CompletionRow) throws -> String {
    try LedgerEvent.completion(row).json().encodedLine() + "\n"
  }

  @Test func `rows of unknown kinds stay as they are, and what is no row goes`() throws {
    let folder = try TemporaryDirectory()
    let unknown = "{\"kind\":   \"preference\", \"better\": 1e2}\n"
    let path = try folder.write(
      try Self.line(Self.answer(0)) + unknown + "garbage\n" + Self.line(Self.answer(1)),
      to: "wave.jsonl")
    let (journal, contents) = try LedgerJournal.open(path)
    #expect(contents.answers == [Self.answer(0), Self.answer(1)])
    #expect(contents.damage.count == 1)
    #expect(
      try folder.text(of: "wave.jsonl")
        == unknown + Self.line(Self.answer(0)) + Self.line(Self.answer(1)))
    let next = try journal.replace(with: [Self.answer(1)])
    _ = try next.replace(with: [])
    #expect(try folder.text(of: "wave.jsonl") == unknown)
  }

  @Test(arguments: ["{\"format\": 2, \"kind\": \"completion\"}", "{\"format\": 2}"])
  func `a row of a newer program is refused and stays`(row: String) throws {
    let folder = try TemporaryDirectory()
    let text = try Self.line(Self.answer(0)) + "garbage\n" + row + "\n"
    let path = try folder.write(text, to: "wave.jsonl")
    expectRefusalSaying(
      "wave.jsonl:3: the row has format 2; expected at most 1, or a newer program", hiding: folder
    ) { try LedgerJournal.open(path) }
    #expect(try folder.text(of: "wave.jsonl") == text)
  }

  @Test func `any number of blank lines is passed over`() throws {
    let folder = try TemporaryDirectory()
    let blanks = String(repeating: "\n", count: 200_000)
    let path = try folder.write(blanks + Self.line(Self.answer(0)), to: "wave.jsonl")
    let contents = try LedgerJournal.read(path)
    #expect(contents.answers == [Self.answer(0)] && contents.damage.isEmpty)
  }
}
