import Foundation
import LanguageModels
import Synchronization
import Testing

@testable import Bootstrapping

@Suite struct WritingSampleTests {
  @Test func `two models get the same prompts and draws, and nothing is written`() async throws {
    let rehearsal = try Rehearsal()
    let asked = Mutex<[[GenerationRequest]]>([[], []])
    func sample(_ place: Int) async throws -> [WritingSample.Instruction] {
      let model = Rehearsal.model(failing: { request in
        asked.withLock { $0[place].append(request) }
      })
      return try await WritingSample.write(try rehearsal.grower(model), requests: 40)
    }
    let (first, second) = (try await sample(0), try await sample(1))
    let requests = asked.withLock { $0 }
    #expect(requests[0].count == 40 && Set(requests[0]) == Set(requests[1]))
    #expect(first.map(\.text) == second.map(\.text))
    #expect(first.map(\.request) == Array(0..<40))
    #expect(Set(first.map(\.isAccepted)) == [true, false])
    #expect(!FileManager.default.fileExists(atPath: rehearsal.corpus.path))
  }

  @Test func `what the corpus holds makes no difference`() async throws {
    let rehearsal = try Rehearsal()
    let grower = try rehearsal.grower(Rehearsal.model())
    let before = try await WritingSample.write(grower, requests: 20)
    _ = try await grower.run()
    let after = try await WritingSample.write(grower, requests: 20)
    #expect(before.map(\.text) == after.map(\.text))
    #expect(before.map(\.isAccepted) == after.map(\.isAccepted))
  }
}
