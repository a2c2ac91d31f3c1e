import Storage
import TaskCorpus
import TestSupport
import Testing

@Suite struct LedgerTests {
  private static let run = LedgerEvent.run(
    RunRow(
      configuration: ["tasks": 4, "rules": ["a": 1]], model: "m", prompts: "p", seeds: "s",
      program: "1"))
  private static let seeds = LedgerEvent.seeds(SeedsRow(hash: "s", seeds: []))
  private static let rules = LedgerEvent.rules(RulesRow(rules: ["a": 1]))
  private static let round = LedgerEvent.round(RoundRow(round: 1, tasks: 4, taken: []))
  private static let opening = [run, seeds, rules, round]
  private static let answer = LedgerEvent.completion(
    CompletionRow(round: 1, wave: 1, stage: "answer", request: 0, prompt: "p"))
  private static let unfinished = LedgerEvent.completion(
    CompletionRow(round: 1, wave: 2, stage: "answer", request: 1, prompt: "p"))
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
    try ledger.append(Self.opening)
    try ledger.append([Self.answer, Self.wave])
    let contents = try Ledger.read(path)
    #expect(contents.events == Self.opening + [Self.answer, Self.wave])
    #expect(contents.uncommittedRows == 0)
    #expect(try contents.byteCount == folder.text(of: "ledger.jsonl").utf8.count)
  }

  @Test(arguments: ["\n", "\r\n"])
  func `rows that no committing row follows are cut off, and no byte of others`(
    end: String
  ) throws {
    let folder = try TemporaryDirectory()
    let kept = try (Self.opening + [Self.answer, Self.wave]).map { try Self.line($0) + end }
      .joined()
    let path = try folder.write(kept + Self.line(Self.unfinished) + end, to: "ledger.jsonl")
    let contents = try Ledger.open(path).contents
    #expect(contents.events == Self.opening + [Self.answer, Self.wave])
    #expect(contents.uncommittedRows == 1)
    #expect(try folder.text(of: "ledger.jsonl") == kept)
  }

  @Test func `a last line without newline is torn and no error`() throws {
    let folder = try TemporaryDirectory()
    let kept = try Self.opening.map { try Self.line($0) + "\n" }.joined()
    let path = try folder.write(kept + Self.line(Self.wave).dropLast(5), to: "ledger.jsonl")
    let contents = try Ledger.read(path)
    #expect(contents.events == Self.opening)
    #expect(contents.byteCount == kept.utf8.count && contents.uncommittedRows == 1)
  }

  @Test func `a whole last line of a newer program is refused and stays`() throws {
    let folder = try TemporaryDirectory()
    let text = try Self.line(Self.run) + "\n{\"format\": 2, \"kind\": \"close\"}\n"
    let path = try folder.write(text, to: "ledger.jsonl")
    expectRefusalSaying(
      "ledger.jsonl:2: the row has format 2; expected at most 1, or a newer program",
      hiding: folder
    ) { try Ledger.open(path) }
    #expect(try folder.text(of: "ledger.jsonl") == text)
  }

  @Test
  func `a row of an unknown kind is kept whatever it holds, and a known one needs its format`()
    throws
  {
    let folder = try TemporaryDirectory()
    let unknown = "{\"kind\": \"preference\", \"better\": \"r1-2\"}\n"
    let path = try folder.write(unknown, to: "ledger.jsonl")
    #expect(try Ledger.read(path).events.count == 1)
    try folder.write(unknown + "{\"kind\": \"close\"}\n", to: "ledger.jsonl")
    expectRefusalSaying(
      "ledger.jsonl:2: the row has no 'format'; expected 1 for a row of kind 'close'",
      hiding: folder
    ) { try Ledger.read(path) }
  }

  /// A change to the lines of a ledger and what it is refused with.
  struct Change: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var sentence: String
    var change: @Sendable ([String]) -> [String]

    init(_ name: String, _ sentence: String, _ change: @escaping @Sendable ([String]) -> [String]) {
      (testDescription, self.sentence, self.change) = (name, sentence, change)
    }

    static func without(_ kind: String) -> @Sendable ([String]) -> [String] {
      { lines in lines.filter { !$0.contains("\"kind\": \"\(kind)\"") } }
    }

    static func replacing(_ old: String, _ new: String) -> @Sendable ([String]) -> [String] {
      { lines in lines.map { $0.replacing(old, with: new) } }
    }
  }

  private static let rows: [LedgerEvent] = {
    let completions = (0..<2).map { number in
      LedgerEvent.completion(
        CompletionRow(round: 1, wave: 1, stage: "instruction", request: number, prompt: "p"))
    }
    let candidates = (0..<2).map { number in
      LedgerEvent.candidate(
        CandidateRow(
          id: "r1-\(number)", round: 1, wave: 1, stage: "instruction", request: number, parse: [:],
          evidence: [:], prompt: "p", model: "m", sampling: .null))
    }
    let end = WaveRow(round: 1, wave: 1, completions: 2, candidates: 2, surplus: ["r1-1"])
    let close = CloseRow(round: 1, tasks: 4, reason: .complete)
    return opening + completions + candidates + [.wave(end), .close(close)]
  }()

  /// A row that says of a candidate that is not there what it overlaps with.
  private static func evaluation(candidates: Int) -> String {
    let overlaps = candidates == 0 ? "{}" : "{\"r1-7\": {}}"
    return "{\"candidates\": \(candidates), \"format\": 1, \"hash\": \"\", "
      + "\"kind\": \"evaluation\", \"overlaps\": \(overlaps), \"sources\": []}"
  }

  private static func reading(_ completions: [ReadingRow.Completion]) -> String {
    let row = ReadingRow(program: "2", evaluation: "", completions: completions)
    return (try? line(.reading(row))) ?? ""
  }

  private static func completion(
    _ request: Int, round: Int = 1, id: String? = nil
  ) -> ReadingRow.Completion {
    let candidate = CandidateRow(
      id: id ?? "r1-\(request)", round: round, wave: 1, stage: "instruction", request: request,
      parse: [:], evidence: [:], prompt: "p", model: "m", sampling: .null)
    return ReadingRow.Completion(
      round: round, stage: "instruction", request: request, candidates: [candidate])
  }

  static let changes: [Change] = [
    Change("no run", "3: no row 'run' that fits", Change.without("run")),
    Change("no seeds", "3: no row 'seeds' that fits", Change.without("seeds")),
    Change("no rules", "3: no row 'rules' that fits", Change.without("rules")),
    Change("no evaluation sets", "4: no row 'evaluation' that fits") { lines in
      lines.enumerated().map {
        $0 == 0 ? $1.replacing("\"program\"", with: "\"evaluation\": \"e\", \"program\"") : $1
      }
    },
    Change("evaluation sets in a round", "5: a row 'evaluation' stands in round 1") { lines in
      Array(lines[..<4] + [evaluation(candidates: 0)] + lines[4...])
    },
    Change("evaluation sets for others", "3: 'candidates' is 2; expected 0") { lines in
      Array(lines[..<2] + [evaluation(candidates: 2)] + lines[2...])
    },
    Change("an overlap of nobody", "11: 'overlaps' names 'r1-7'") { lines in
      lines + [evaluation(candidates: 2)]
    },
    Change("a reading of a round to come", "11: 'round' is 2; expected 1 to 1") { lines in
      lines + [reading([completion(0, round: 2)])]
    },
    Change("a reading of one completion twice", "11: 'completions' has 1 instruction 0 once more") {
      $0 + [reading([completion(0), completion(0)])]
    },
    Change("a reading with one id twice", "11: 'completions' names 'r1-0'") { lines in
      lines + [reading([completion(0), completion(1, id: "r1-0")])]
    },
    Change("a reading in a round", "5: a row 'reading' stands in round 1") { lines in
      Array(lines[..<4] + [reading([])] + lines[4...])
    },
    Change("no round", "4: no row 'round' that fits", Change.without("round")),
    Change("no wave", "9: 'completions' is 0; expected 4", Change.without("wave")),
    Change("an absurd target", "4: 'tasks' is -5; expected at least 1") { lines in
      lines.map { $0.replacing("\"tasks\": 4", with: "\"tasks\": -5") }
    },
    Change("another target", "4: 'tasks' is 9; expected 4, as row 'run' says") { lines in
      lines.enumerated().map {
        $0 == 3 ? $1.replacing("\"tasks\": 4", with: "\"tasks\": 9") : $1
      }
    },
    Change("a doubled completion", "6: 'request' is 0; expected 1") { lines in
      Array(lines[..<5] + [lines[4]] + lines[5...])
    },
    Change("swapped completions", "5: 'request' is 1; expected 0") { lines in
      Array(lines[..<4] + [lines[5], lines[4]] + lines[6...])
    },
    Change("a missing completion", "8: 'completions' is 2; expected 1") { lines in
      Array(lines[..<5] + lines[6...])
    },
    Change("swapped candidates", "8: 'request' is 0; expected at least 1") { lines in
      Array(lines[..<6] + [lines[7], lines[6]] + lines[8...])
    },
    Change("a doubled candidate", "8: 'id' is 'r1-0' once more") { lines in
      Array(lines[..<7] + [lines[6]] + lines[7...])
    },
    Change("a completion after its candidates", "8: a completion stands after") { lines in
      Array(lines[..<5] + [lines[6], lines[7], lines[5]] + lines[8...])
    },
    Change(
      "negative tokens", "5: 'tokens' is -3; expected 0 to 1099511627776",
      Change.replacing("\"tokens\": 0", "\"tokens\": -3")),
    Change(
      "more tokens than can be summed",
      "5: 'tokens' is 9223372036854775807; expected 0 to 1099511627776",
      Change.replacing("\"tokens\": 0", "\"tokens\": 9223372036854775807")),
    Change(
      "unknown surplus", "9: 'surplus' names 'r1-7'", Change.replacing("[\"r1-1\"]", "[\"r1-7\"]")),
    Change(
      "doubled surplus", "9: 'surplus' names 'r1-1'",
      Change.replacing("[\"r1-1\"]", "[\"r1-1\", \"r1-1\"]")),
    Change("surplus of a task that is none", "4: 'taken' names 'r1-0'") { lines in
      lines.map { $0.replacing("\"taken\": []", with: "\"taken\": [\"r1-0\"]") }
    },
    Change("a round twice", "5: a row 'run' stands in round 1") { lines in
      Array(lines[..<4]) + lines
    },
    Change(
      "another round", "10: 'round' is 2; expected 1"
    ) { lines in
      Array(lines.dropLast() + [lines[9].replacing("\"round\": 1", with: "\"round\": 2")])
    },
    Change("fewer tasks at the end", "10: 'tasks' is 3; expected 4") { lines in
      Array(lines.dropLast() + [lines[9].replacing("\"tasks\": 4", with: "\"tasks\": 3")])
    },
  ]

  @Test(arguments: changes) func `a ledger that was changed is refused`(_ change: Change) throws {
    let folder = try TemporaryDirectory()
    let lines = try Self.rows.map(Self.line)
    let path = try folder.write(lines.joined(separator: "\n") + "\n", to: "ledger.jsonl")
    #expect(try Ledger.read(path).events == Self.rows)
    let changed = change.change(lines)
    try folder.write(changed.joined(separator: "\n") + "\n", to: "ledger.jsonl")
    let error = #expect(throws: StorageError.self) { try Ledger.read(path) }
    let said = (error?.description ?? "").replacing(folder.path + "/", with: "")
    #expect(said.hasPrefix("ledger.jsonl:" + change.sentence), "\(said)")
  }
}
