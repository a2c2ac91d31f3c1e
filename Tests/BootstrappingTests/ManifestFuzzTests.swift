import Bootstrapping
import Storage
import TestSupport
import Testing

/// Manifests of rounds, damaged: nothing crashes.
@Suite struct ManifestFuzzTests {
  @Test func `manifests`() async throws {
    let rehearsal = try Rehearsal()
    let outcome = try await rehearsal.grower(Rehearsal.model()).run()
    let text = try rehearsal.text(outcome.rounds[0].manifestPath)
    let share = try Fuzzing.shareOfJSON("manifest", from: [text]) { path in
      _ = try JSONDocument.read(path).decoded(as: RoundManifest.self)
    }
    #expect(share >= 0.4)
  }
}
