/// A model that continues prompts, wherever it runs.
///
/// Pipelines see this protocol and never a provider; retry, throttling, record and replay wrap any
/// conforming type.
package protocol LanguageModel: Sendable {
  /// What this model can do.
  var capabilities: ModelCapabilities { get }

  /// What identifies the weights (and their precision) that answer, recorded beside every row.
  var identity: ModelIdentity { get }

  /// Answers each request once, in any order; the stream throws when the model cannot go on.
  func generate(_ requests: [GenerationRequest]) -> AsyncThrowingStream<Generation, any Error>

  /// Scores each request once, in any order.
  /// - Precondition: `capabilities.scores`.
  func score(_ requests: [ScoringRequest]) -> AsyncThrowingStream<Score, any Error>
}

extension LanguageModel {
  /// All answers in the order of the requests.
  package func generations(_ requests: [GenerationRequest]) async throws -> [Generation] {
    var answers: [Generation?] = Array(repeating: nil, count: requests.count)
    for try await answer in generate(requests) { answers[answer.index] = answer }
    return answers.compactMap(\.self)
  }

  /// All scores in the order of the requests.
  package func scores(_ requests: [ScoringRequest]) async throws -> [Score] {
    var answers: [Score?] = Array(repeating: nil, count: requests.count)
    for try await answer in score(requests) { answers[answer.index] = answer }
    return answers.compactMap(\.self)
  }
}

/// What a model can do beyond continuing text.
package struct ModelCapabilities: Hashable, Sendable {
  /// Gives the log-probability of a given continuation.
  package var scores: Bool
  /// Can be held to a list of choices.
  package var choosesAmong: Bool
  /// Continues plain text.
  package var completes: Bool
  /// Has a conversation template.
  package var chats: Bool
  /// Continues a begun turn of any role, so that it can be asked what a user would say.
  package var continuesAnyTurn: Bool
  /// Languages (ISO 639-1) that the model's metadata names; empty when it does not say.
  package var languages: [String]
  /// Tokens of prompt and completion together.
  package var contextLength: Int

  package init(
    scores: Bool, choosesAmong: Bool, completes: Bool, chats: Bool, continuesAnyTurn: Bool,
    languages: [String], contextLength: Int
  ) {
    self.scores = scores
    self.choosesAmong = choosesAmong
    self.completes = completes
    self.chats = chats
    self.continuesAnyTurn = continuesAnyTurn
    self.languages = languages
    self.contextLength = contextLength
  }
}

/// What identifies the model behind a row.
package struct ModelIdentity: Hashable, Sendable, Codable {
  /// A name a person would recognise, e.g. `smollm2`.
  package var name: String
  /// A hash of the weights' content, or the endpoint's own model name.
  package var fingerprint: String
  /// What the products ran in, e.g. `bf16`; empty where the model does not tell.
  package var precision: String
  /// The fingerprints of several models that stand as one; nil for one.
  package private(set) var members: [String]?

  package init(name: String, fingerprint: String, precision: String) {
    self.name = name
    self.fingerprint = fingerprint
    self.precision = precision
  }

  /// Several models as one, of which any may answer.
  package init(anyOf names: Set<String>) {
    let name = names.sorted().joined(separator: "+")
    self.init(name: name, fingerprint: name, precision: "")
    if names.count > 1 { members = names.sorted() }
  }

  /// Whether a fingerprint is this model's, or that of one of several it stands for.
  package func covers(_ fingerprint: String) -> Bool {
    self.fingerprint == fingerprint || members?.contains(fingerprint) == true
  }
}
