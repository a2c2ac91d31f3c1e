import Filtering
import LanguageModels
import Prompts
import Storage
import TaskCorpus

/// Which request of a round this is.
package struct RequestKey: Hashable, Sendable {
  package var stage: Stage
  /// Counts the requests of the stage in the round, from 0.
  package var number: Int

  package init(_ stage: Stage, _ number: Int) {
    self.stage = stage
    self.number = number
  }
}

/// One request with what it is asked for.
package struct Ask: Sendable {
  /// What the model is to do.
  package enum Body: Sendable {
    case generate(GenerationRequest)
    case score(ScoringRequest)
  }

  /// What the completion is about, for reading it.
  package struct Purpose: Sendable {
    /// The instruction it is for.
    package var item: String?
    package var kind = InstructionKind.open
    package var opener = ""
    package var topic = ""
    /// The noun in the opener.
    package var noun = ""
    package var input = ""
    package var label = ""
    /// The id of the instance that a judge is asked about.
    package var instance = ""
    /// Whether the text scored is the word for yes.
    package var yes = false
    /// Whether the likelihood is that of the input, given the label.
    package var scoresInput = false
    /// Whether the text that the likelihood is asked after says nothing.
    package var isContentFree = false
    /// Which question a calibration is for.
    package var calibrates: Stage?
    /// Texts of the kind asked for that the prompt shows.
    package var shownTexts: [String] = []

    package init(item: String? = nil) {
      self.item = item
    }
  }

  package var key: RequestKey
  package var body: Body
  package var purpose: Purpose
  /// Ids of the tasks that the prompt shows.
  package var shown: [String]
  /// A hash of prompt and, where one is scored, continuation.
  package let prompt: String

  package init(_ key: RequestKey, _ body: Body, _ purpose: Purpose, shown: [String] = []) {
    self.key = key
    self.body = body
    self.purpose = purpose
    self.shown = shown
    switch body {
    case .generate(let request): prompt = request.prompt.hash()
    case .score(let request): prompt = request.context.hash(before: request.continuation)
    }
  }
}

extension Prompt {
  /// The prompt as JSON: a string, or the list of turns of which the last is open.
  package var json: JSONValue {
    switch self {
    case .completion(let text): .string(text)
    case .chat(let turns, let open):
      .array(
        (turns + [open]).map { turn in
          ["role": .string(turn.role.rawValue), "content": .string(turn.content)]
        })
    }
  }

  /// A hash of the prompt, and of a text that is scored after it.
  func hash(before continuation: String? = nil) -> String {
    var parts = [json]
    if let continuation { parts.append(.string(continuation)) }
    return ContentHash.hex(of: Array(JSONValue.array(parts).encodedLine().utf8))
  }
}

/// Requests that are decided together and committed together.
package struct Wave: Sendable {
  package var number: Int
  package var asks: [Ask]
  /// New instructions asked for, by kind, of which rules keep a share.
  package var groups: [InstructionKind: Int] = [:]
  /// Instructions of an earlier wave that this one scores, those that fail the rules included.
  package var ranked: [CandidateRow] = []
}
