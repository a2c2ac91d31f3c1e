import Bootstrapping
import Foundation
import HTTPModels
import LanguageModels
import LocalModels
import Storage

/// A model that is ready, and what it did since.
struct ModelSession: Sendable {
  /// Where the model runs.
  private enum Place: Sendable {
    case here(LocalModel, EngineConfiguration)
    case endpoints(HTTPModel)
  }

  /// Models by their roles, and each of them once.
  typealias Ready = (roles: ModelRoles<ModelSession>, all: [ModelSession])

  private let place: Place
  private let loading: Duration
  private let start: ContinuousClock.Instant

  /// Loads a model of this machine.
  static func loading(
    _ reference: ModelReference, _ configuration: EngineConfiguration
  ) throws -> (session: ModelSession, model: LocalModel) {
    let begin = ContinuousClock.now
    let model = try LocalModel.load(from: reference, configuration: configuration)
    if let note = model.templateNote { Console.note("note: \(note); turns are written plainly") }
    return (ModelSession(.here(model, configuration), since: begin), model)
  }

  /// Connects with endpoints.
  static func connecting(
    _ endpoints: [Endpoint], _ patience: EndpointPatience
  ) async throws -> ModelSession {
    let begin = ContinuousClock.now
    let model = try await HTTPModel.connect(endpoints, patience: patience) { note in
      Console.note("note: \(note)")
    }
    Console.note("note: \(quoted(model.identity.name)) is asked by /\(model.api.path)")
    return ModelSession(.endpoints(model), since: begin)
  }

  private init(_ place: Place, since begin: ContinuousClock.Instant) {
    self.place = place
    start = .now
    loading = start - begin
  }

  var model: any LanguageModel {
    switch place {
    case .here(let model, _): model
    case .endpoints(let model): model
    }
  }

  /// The model with what it is asked, and was to begin with, put on an account.
  func metered(_ account: SpendingAccount) -> MeteredModel {
    if case .endpoints(let model) = place {
      let (prompt, completion) = model.probeTokens
      account.spend(SpendingMeter.Tokens(prompt: prompt, completion: completion))
    }
    // Enough that two waves never wait for each other, few enough to stop soon.
    let window =
      switch place {
      case .here(_, let configuration): 2 * configuration.concurrency
      case .endpoints(let model): 2 * model.places
      }
    return MeteredModel(model, account, window: account.limits.isEmpty ? .max : window)
  }

  /// Generated tokens so far and their rate.
  var pace: String {
    let tokens =
      switch place {
      case .here(let model, _): model.statistics.generatedTokens
      case .endpoints(let model): model.statistics.completionTokens
      }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return "\(tokens) tokens, \(Int(Double(tokens) / max(seconds, 0.001))) a second"
  }

  /// What was done, and how fast.
  private func statistics() async -> JSONValue {
    var fields: [String: JSONValue]
    switch place {
    case .here(let model, let configuration): fields = Self.statistics(model, configuration)
    case .endpoints(let model): fields = await Self.statistics(model)
    }
    fields["model"] = .string(model.identity.name)
    fields["load_seconds"] = Self.rounded(loading / .seconds(1))
    fields["seconds"] = Self.rounded((ContinuousClock.now - start) / .seconds(1))
    return .object(fields)
  }

  private static func statistics(
    _ model: LocalModel, _ configuration: EngineConfiguration
  ) -> [String: JSONValue] {
    let done = model.statistics
    return [
      "fingerprint": .string(model.identity.fingerprint),
      "precision": .string(model.identity.precision),
      "kernel": .string(model.kernel),
      "threads": .int(configuration.threads),
      "concurrency": .int(configuration.concurrency),
      "kv_memory": .string("\(configuration.kvMemory)"),
      "prompt_tokens": .int(done.promptTokens),
      "shared_prompt_tokens": .int(done.sharedTokens),
      "generated_tokens": .int(done.generatedTokens),
      "prefill_seconds": rounded(done.prefillSeconds),
      "decode_seconds": rounded(done.decodeSeconds),
      "prefill_tokens_per_second": rounded(done.prefillRate),
      "decode_tokens_per_second": rounded(done.decodeRate),
    ]
  }

  private static func statistics(_ model: HTTPModel) async -> [String: JSONValue] {
    let done = model.statistics
    let endpoints = await model.answers().map { endpoint -> JSONValue in
      ["url": .string(endpoint.url), "answers": .int(endpoint.count)]
    }
    return [
      "api": .string(model.api.rawValue),
      "endpoints": .array(endpoints),
      "answers": .int(done.answered),
      "failed": .int(done.failed),
      "repeated": .int(done.repeated),
      "prompt_tokens": .int(done.promptTokens),
      "generated_tokens": .int(done.completionTokens),
    ]
  }

  /// Works, and tells afterwards what was done: as JSON to a file, or in a line to stderr.
  func reporting(to path: String?, _ work: () async throws -> Void) async throws {
    try await Self.reporting(on: [self], to: path, work)
  }

  /// The same of several models.
  static func reporting<Success>(
    on sessions: [ModelSession], to path: String?, _ work: () async throws -> Success
  ) async throws -> Success {
    let result: Result<Success, any Error>
    do {
      result = .success(try await work())
    } catch {
      result = .failure(error)
    }
    if let path {
      try await write(sessions, to: path)
    } else {
      for session in sessions { await session.report() }
    }
    return try result.get()
  }

  /// Writes what the first model did, and in it what the others did.
  private static func write(_ sessions: [ModelSession], to path: String) async throws {
    var all: [JSONValue] = []
    for session in sessions { all.append(await session.statistics()) }
    var fields = all.first?.object ?? [:]
    if all.count > 1 { fields["other_models"] = .array(Array(all.dropFirst())) }
    try AtomicFile.write(JSONValue.object(fields).encodedLine() + "\n", to: path)
  }

  private func report() async {
    switch place {
    case .here(let model, let configuration): Self.tell(model, configuration)
    case .endpoints(let model): await Self.tell(model)
    }
  }

  private static func tell(_ model: HTTPModel) async {
    let done = model.statistics
    if done.answered + done.failed == 0 { return }
    let failed = done.failed > 0 ? ", \(done.failed) given up" : ""
    let repeated = done.repeated > 0 ? ", \(done.repeated) repeated" : ""
    Console.note(
      "\(model.identity.name): \(done.answered) answers\(failed)\(repeated); read "
        + "\(done.promptTokens) tokens of prompts, wrote \(done.completionTokens)")
    let answers = await model.answers()
    if answers.count < 2 { return }
    for (url, count) in answers { Console.note("  \(url): \(count) answers") }
  }

  private static func tell(_ model: LocalModel, _ configuration: EngineConfiguration) {
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
