import Storage
import TaskCorpus
import TestSupport
import Testing

@Suite struct LedgerTests {
  private static let opening = LedgerEvent.round(RoundRow(round: 1, tasks: 4, taken: []))
  private static let answer = LedgerEvent.completion(
    CompletionRow(round: 1, wave: 1, stage: "answer", request: 0, prompt: "p"))
  private static let wave = LedgerEvent.wave(
    WaveRow(round: 1, wave: 1, completions: 1, candidates: 0, surplus: []))

  private static func line(_ event: LedgerEvent) throws -> String {
    try event.json().encodedLine()
  }

  @Test func `what was appended is read back`() throws {
    let folder = try TemporaryDirectory()
    let path = folder.path(of: "ledger.jsonl")
    let (ledger, empty) = try Ledger.open(path)
    #expect(empty.events.isEmpty && empty.byteCount == 0)
    try ledger.append([Self.opening])
    try ledger.append([Self.answer, Self.wave])
    let contents = try Ledger.read(path)
    #expect(contents.events == [Self.opening, Self.answer, Self.wave])
    #expect(contents.uncommittedRows == 0)
    #expect(try contents.byteCount == folder.text(of: "ledger.jsonl").utf8.count)
  }

  @Test(arguments: ["\n", "\r\n"])
  func `rows that no committing row follows are cut off, and no byte of others`(
    end: String
  ) throws {
    let folder = try TemporaryDirectory()
    let kept = try [Self.opening, Self.answer, Self.wave].map { try Self.line($0) + end }.joined()
    let path = try folder.write(kept + Self.line(Self.answer) + end, to: "ledger.jsonl")
    let contents = try Ledger.open(path).contents
    #expect(contents.events == [Self.opening, Self.answer, Self.wave])
    #expect(contents.uncommittedRows == 1)
    #expect(try folder.text(of: "ledger.jsonl") == kept)
  }

  @Test func `a last line without newline is torn and no error`() throws {
    let folder = try TemporaryDirectory()
    let kept = try Self.line(Self.opening) + "\n"
    let path = try folder.write(kept + Self.line(Self.wave).dropLast(5), to: "ledger.jsonl")
    let contents = try Ledger.read(path)
    #expect(contents.events == [Self.opening])
    #expect(contents.byteCount == kept.utf8.count && contents.uncommittedRows == 1)
  }

  @Test func `a whole last line of a newer program is refused and stays`() throws {
    let folder = try TemporaryDirectory()
    let text = try Self.line(Self.opening) + "\n{\"format\": 2, \"kind\": \"close\"}\n"
    let path = try folder.write(text, to: "ledger.jsonl")
    expectRefusalSaying(
      "ledger.jsonl:2: the row has format 2; expected at most 1, or a newer program",
      hiding: folder
    ) { try Ledger.open(path) }
    #expect(try folder.text(of: "ledger.jsonl") == text)
  }
}
