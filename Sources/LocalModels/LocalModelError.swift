import Storage

/// Why a local model cannot be used.
package enum LocalModelError: Error, Equatable, CustomStringConvertible {
  /// Neither a known name nor a path.
  case noSuchModel(String, namedBy: String)
  /// A training run's folder, beside whose files the model is.
  case runFolder(String, namedBy: String)
  /// The embedded model was not fetched yet.
  case embeddedMissing(path: String)
  /// The tokenizer knows tokens that the weights have no rows for.
  case smallVocabulary(model: String, rows: Int, tokens: Int)
  /// A prompt leaves no room for an answer.
  case promptTooLong(request: Int, tokens: Int, contextLength: Int)
  /// A sequence would need more keys and values than there is memory for.
  case doesNotFit(request: Int, positions: Int, needed: ByteCount, kvMemory: ByteCount)
  /// A request has no token to start from.
  case emptyPrompt(request: Int)
  /// An id that the vocabulary has not.
  case unknownToken(request: Int, token: Int32, vocabularySize: Int)
  /// A completion is to be held to no choice at all.
  case noChoices
  /// A choice that no tokens of the model spell.
  case unspeakableChoice(String)
  /// A setting outside its range.
  case badSetting(name: String, value: String, expected: String)

  package var description: String {
    switch self {
    case .noSuchModel(let text, let place):
      "\(place): \(quoted(text)) is no model; expected '\(ModelReference.embeddedName)', "
        + "a GGUF file, "
        + "a Hugging Face directory or an adapter's"
    case .runFolder(let text, let place):
      "\(place): \(quoted(text)) is the folder of a training run; expected its model, "
        + quoted(text + "/final")
    case .embeddedMissing(let path):
      "\(path): no such file; expected the embedded model\n"
        + "  help: run Scripts/fetch-model"
    case .smallVocabulary(let model, let rows, let tokens):
      "\(model): the weights have \(rows) rows of embedding; expected \(tokens) or more, as many "
        + "as the tokenizer has tokens"
    case .promptTooLong(let request, let tokens, let contextLength):
      "request \(request + 1): prompt is \(tokens) tokens; expected fewer than the model's "
        + "\(contextLength) positions"
    case .doesNotFit(let request, let positions, let needed, let kvMemory):
      "request \(request + 1): keys and values of \(positions) positions take \(needed); expected at "
        + "most --kv-memory, \(kvMemory)\n  help: raise --kv-memory, or ask for fewer tokens at once"
    case .emptyPrompt(let request):
      "request \(request + 1): prompt is empty; expected at least one token"
    case .unknownToken(let request, let token, let vocabularySize):
      "request \(request + 1): '\(token)' is no token id; expected 0 to \(vocabularySize - 1)"
    case .noChoices: "choices: there are 0; expected at least 1"
    case .unspeakableChoice(let choice):
      "choices: \(quoted(choice)) has bytes that no token of this model stands for; expected others"
    case .badSetting(let name, let value, let expected):
      "\(name): \(value); expected \(expected)"
    }
  }
}
