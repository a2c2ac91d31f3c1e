import Filtering
import Storage
import TaskCorpus
import TestSupport
import Testing

@testable import Bootstrapping

/// Accounts of closed rounds, damaged: nothing crashes, and what is taken can be gone on from.
@Suite struct ClosedRoundsFuzzTests {
  @Test func `accounts of closed rounds`() async throws {
    let rehearsal = try Rehearsal()
    _ = try await rehearsal.grower(Rehearsal.model()).run()
    let path = rehearsal.corpus.closedRoundsPath
    // All but the line at the end, which has a hash of those before it.
    let account = Array(try rehearsal.text(path).utf8)
      .split(separator: UInt8(ascii: "\n")).dropLast().joined(separator: "\n".utf8)
    let header = try #require(account.split(separator: UInt8(ascii: "\n")).first)
    let rules = rehearsal.configuration.rules
    let share = Fuzzing.share(
      of: "closed rounds", from: [Array(account)],
      wellFormed: { mutator, lines in
        let changed = mutator.rewordedLines(lines) + [UInt8(ascii: "\n")]
        return changed + ClosedRoundsFile.end(of: changed)
      },
      read: { input in
        guard (try? AtomicFile.write(input, to: path)) != nil else { return .refusedAtOnce }
        if let closed = ClosedRoundsFile(of: rehearsal.corpus, program: "test") {
          let state = CorpusState(rules: rules, after: closed.rounds)
          #expect(TaskFile.count(of: state) >= 0 && !TaskFile.bytes(of: state).isEmpty)
          return .readOn
        }
        return input.starts(with: header) ? .readOn : .refusedAtOnce
      })
    #expect(share >= 0.4)
  }
}
