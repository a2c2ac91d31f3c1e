import Foundation
import LanguageModels
import LocalModels
import Storage

/// A loaded model and what it did since.
struct ModelSession: Sendable {
  let model: LocalModel
  private let configuration: EngineConfiguration
  private let loading: Duration
  private let start: ContinuousClock.Instant

  /// Loads a model.
  init(_ reference: ModelReference, _ configuration: EngineConfiguration) throws {
    let begin = ContinuousClock.now
    model = try LocalModel.load(from: reference, configuration: configuration)
    self.configuration = configuration
    start = .now
    loading = start - begin
    if let note = model.templateNote { Console.note("note: \(note); turns are written plainly") }
  }

  /// Generated tokens so far and their rate.
  var pace: String {
    let tokens = model.statistics.generatedTokens
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return "\(tokens) tokens, \(Int(Double(tokens) / max(seconds, 0.001))) a second"
  }

  /// What was done, and how fast.
  var statistics: JSONValue {
    let done = model.statistics
    return [
      "model": .string(model.identity.name),
      "fingerprint": .string(model.identity.fingerprint),
      "precision": .string(model.identity.precision),
      "kernel": .string(model.kernel),
      "threads": .int(configuration.threads),
      "concurrency": .int(configuration.concurrency),
      "kv_memory": .string("\(configuration.kvMemory)"),
      "prompt_tokens": .int(done.promptTokens),
      "shared_prompt_tokens": .int(done.sharedTokens),
      "generated_tokens": .int(done.generatedTokens),
      "prefill_seconds": Self.rounded(done.prefillSeconds),
      "decode_seconds": Self.rounded(done.decodeSeconds),
      "prefill_tokens_per_second": Self.rounded(done.prefillRate),
      "decode_tokens_per_second": Self.rounded(done.decodeRate),
      "load_seconds": Self.rounded(loading / .seconds(1)),
      "seconds": Self.rounded((ContinuousClock.now - start) / .seconds(1)),
    ]
  }

  /// Works, and tells afterwards what was done: as JSON to a file, or in a line to stderr.
  func reporting(to path: String?, _ work: () async throws -> Void) async throws {
    do {
      try await work()
    } catch {
      try report(to: path)
      throw error
    }
    try report(to: path)
  }

  private func report(to path: String?) throws {
    if let path { return try AtomicFile.write(statistics.encodedLine() + "\n", to: path) }
    let done = model.statistics
    if done.steps == 0 { return }
    let shared = done.sharedTokens > 0 ? " (\(done.sharedTokens) more were read already)" : ""
    // One token of a sequence comes with its prompt and has no rate of its own.
    let rate = done.decodeRate > 0 ? " at \(Int(done.decodeRate)) a second" : ""
    let written = done.generatedTokens > 0 ? ", wrote \(done.generatedTokens)\(rate)" : ""
    Console.note(
      "\(model.identity.name) (\(model.identity.precision), \(configuration.threads) threads): "
        + "read \(done.promptTokens) tokens of prompts at \(Int(done.prefillRate)) a second"
        + "\(shared)\(written)")
  }

  private static func rounded(_ number: Double) -> JSONValue {
    .double((number * 1000).rounded() / 1000)
  }
}
