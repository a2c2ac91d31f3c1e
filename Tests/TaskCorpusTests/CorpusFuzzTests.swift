import Storage
import TaskCorpus
import TestSupport
import Testing

/// Files of a corpus, damaged: nothing crashes.
@Suite struct CorpusFuzzTests {
  private static let seeds = """
    {"id": "s1", "instruction": "Name three birds.", "instances": [{"input": "", "output": "Owl."}], "is_classification": false}
    {"instruction": "Add the numbers.", "input": "1 2", "output": "3"}
    {"messages": [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]}
    """

  @Test func `seeds in lines and in arrays`() throws {
    let array = "[" + Self.seeds.split(separator: "\n").joined(separator: ",\n  ") + "]"
    let share = try Fuzzing.shareOfJSON("seeds", from: [Self.seeds, array]) { path in
      do throws(StorageError) {
        let file = try SeedFile.read(path)
        #expect(file.tasks.count == file.lines.count)
      } catch {
        #expect(wordingComplaint("\(error)") == nil)
        throw error
      }
    }
    #expect(share >= 0.4)
  }

  @Test func `ledgers`() throws {
    let folder = try TemporaryDirectory()
    let events: [LedgerEvent] = [
      .run(
        RunRow(
          configuration: ["tasks": 4, "rules": ["a": 1]], model: "m", prompts: "p", seeds: "s",
          program: "1")),
      .seeds(SeedsRow(hash: "s", seeds: [SeedsRow.Seed(id: "s1", instruction: "Go.")])),
      .evaluation(
        EvaluationRow(hash: "", sources: [], candidates: 0, overlaps: [:])),
      .rules(RulesRow(rules: ["a": 1])), .round(RoundRow(round: 1, tasks: 4, taken: [])),
      .completion(
        CompletionRow(
          round: 1, wave: 1, stage: "instruction", request: 0, text: "Go on.", finish: "stop",
          logProbability: -1.5, scoredTokens: 3, promptTokens: 9, tokens: 3, prompt: "p")),
      .candidate(
        CandidateRow(
          id: "r1-0", round: 1, wave: 1, stage: "instruction", request: 0,
          parse: ["instruction": "Go on."], evidence: ["finish": "stop"], shown: ["s1"],
          prompt: "p", model: "m", sampling: ["temperature": 0.5])),
      .wave(WaveRow(round: 1, wave: 1, completions: 1, candidates: 1, surplus: ["r1-0"])),
      .close(CloseRow(round: 1, tasks: 0, reason: .closed)),
      .reading(
        ReadingRow(
          program: "2", evaluation: "",
          completions: [
            .init(
              round: 1, stage: "instruction", request: 0,
              candidates: [
                CandidateRow(
                  id: "r1-0", round: 1, wave: 1, stage: "instruction", request: 0,
                  parse: ["instruction": "Go on!"], evidence: [:], prompt: "p", model: "m",
                  sampling: .null)
              ])
          ])),
    ]
    let text = try events.map { try $0.json().encodedLine() + "\n" }.joined()
    let share = Fuzzing.share(
      of: "ledger", from: [Array(text.utf8)],
      wellFormed: { $0.rewordedLines($1) },
      read: { input in
        guard let path = try? folder.write(input, to: "ledger") else { return .refusedAtOnce }
        do {
          let contents = try Ledger.read(path)
          _ = LedgerFold(contents.events)
          #expect(contents.byteCount <= input.count)
          return contents.events.isEmpty ? .refusedAtOnce : .readOn
        } catch {
          return "\(error)".contains("(column ") ? .refusedAtOnce : .readOn
        }
      })
    #expect(share >= 0.4)
  }

  @Test func `reviews`() throws {
    let edit = Review.Edit(instruction: "Go.", input: "", output: "Gone.")
    let rows = [
      Review(id: "r1-1", instances: ["r1-1/answer-0"], outputIsRight: false),
      Review(id: "r1-2", instances: [], isRejected: true, edit: edit),
    ]
    let text = try rows.map { try JSONLines.encodedLine($0) + "\n" }.joined()
    let share = try Fuzzing.shareOfJSON("reviews", from: [text]) { path in
      _ = try ReviewFile(reading: path).reviews
    }
    #expect(share >= 0.4)
  }

  @Test func `corpus_json`() throws {
    let description = CorpusDescription(
      seed: .max, language: "en", similarity: "unicode", configuration: ["tasks": 4, "a": [1.5]])
    let text = try JSONValue(encoding: description).encodedPretty()
    let share = try Fuzzing.shareOfJSON(
      "corpus.json", from: [text], to: "corpus.json"
    ) { path in
      _ = try CorpusDirectory(String(path.dropLast("/corpus.json".count))).description()
    }
    #expect(share >= 0.4)
  }
}
