import LanguageModels
import Storage

/// A request in the form of the API, and its answer read back.
enum CompletionMessage {
  /// The fields of a request.
  ///
  /// - Parameters:
  ///   - extra: Fields over ours.
  static func fields(
    _ request: GenerationRequest, model: String, api: Endpoint.API, _ dialect: EndpointDialect,
    extra: [String: JSONValue]
  ) -> [String: JSONValue] {
    let sampling = request.sampling
    var fields: [String: JSONValue] = [
      "model": .string(model),
      dialect.tokenLimit.rawValue: .int(request.maxNewTokens + dialect.thinkingTokens),
      "temperature": .double(sampling.temperature),
      // 31 bits, which every server's integers hold.
      "seed": .int(Int(request.stream.bits(at: 0) >> 33)),
    ]
    if sampling.topP != 1 { fields["top_p"] = .double(sampling.topP) }
    if sampling.topK != 0 { fields["top_k"] = .int(sampling.topK) }
    if sampling.minP != 0 { fields["min_p"] = .double(sampling.minP) }
    if sampling.repetitionPenalty != 1 {
      fields["repetition_penalty"] = .double(sampling.repetitionPenalty)
    }
    if sampling.presencePenalty != 0 {
      fields["presence_penalty"] = .double(sampling.presencePenalty)
    }
    if sampling.frequencyPenalty != 0 {
      fields["frequency_penalty"] = .double(sampling.frequencyPenalty)
    }
    // OpenAI takes no more than four; all of them are looked for in the answer here.
    let stops = request.stopStrings.prefix(4).map(JSONValue.string)
    if !stops.isEmpty { fields["stop"] = .array(Array(stops)) }
    switch api {
    case .completions:
      fields["prompt"] = .string(text(of: request.prompt))
      fields["logprobs"] = 1
    case .chat:
      fields["messages"] = .array(messages(of: request.prompt))
      fields["logprobs"] = true
    }
    for name in dialect.refused { fields[name] = nil }
    return fields.merging(extra) { $1 }
  }

  /// A conversation as text, for an endpoint that only continues it.
  private static func text(of prompt: Prompt) -> String {
    switch prompt {
    case .completion(let text): text
    case .chat(let turns, let open):
      (turns.map(\.content) + [open.content]).filter { !$0.isEmpty }.joined(separator: "\n\n")
    }
  }

  private static func messages(of prompt: Prompt) -> [JSONValue] {
    let turns: [ChatTurn]
    switch prompt {
    case .completion(let text): turns = [ChatTurn(.user, text)]
    case .chat(let closed, let open): turns = closed + (open.content.isEmpty ? [] : [open])
    }
    return turns.map { ["role": .string($0.role.rawValue), "content": .string($0.content)] }
  }
}

/// What an answer holds.
struct CompletionAnswer: Equatable, Sendable {
  var text: String
  var finishReason: FinishReason
  var promptTokens: Int
  var completionTokens: Int
  var sumLogProbability: Double?
  var scoredTokens = 0
  /// Whether the model thought before it answered.
  var hasThought = false

  /// What is wrong with an answer, in the words of an error.
  struct Problem: Error, Equatable {
    var found: String
  }

  /// Reads the body of an answer.
  ///
  /// Thinking is left out of the text and counted among the tokens. Where the server does not count
  /// tokens, four bytes count as one.
  ///
  /// - Throws: `Problem` for what is no answer.
  init(_ body: [UInt8], to request: GenerationRequest) throws(Problem) {
    guard let value = try? JSONValue(parsing: body) else {
      throw Problem(found: body.isEmpty ? "an empty answer" : "an answer that is not JSON")
    }
    guard let choices = value["choices"]?.array else {
      throw Problem(found: "an answer without 'choices'")
    }
    guard let choice = choices.first else { throw Problem(found: "an answer with empty 'choices'") }
    let message = choice["message"]
    let content = message == nil ? choice["text"] : message?["content"]
    let thinking = message?["reasoning_content"]?.string ?? message?["reasoning"]?.string ?? ""
    // A model that only thought has no content at all.
    guard let said = content?.string ?? (message != nil && content ?? .null == .null ? "" : nil)
    else { throw Problem(found: "an answer whose text is \(content?.kind ?? "missing")") }
    finishReason = choice["finish_reason"]?.string == "length" ? .length : .stop
    (text, hasThought) = Self.withoutThinking(said)
    if !thinking.isEmpty { hasThought = true }
    if let end = Self.firstStop(in: text, request.stopStrings) {
      text = String(text[..<end])
      finishReason = .stop
    }
    if !hasThought, let tokens = Self.tokens(choice) {
      let scored = Self.prefix(of: tokens, within: text.utf8.count)
      (sumLogProbability, scoredTokens) = (
        scored.reduce(0) { $0 + $1.logProbability }, scored.count
      )
    }
    let usage = value["usage"]
    promptTokens = Self.count(usage?["prompt_tokens"]) ?? Self.estimate(request.prompt)
    completionTokens =
      Self.count(usage?["completion_tokens"]) ?? (said + thinking).utf8.count / 4 + 1
  }

  /// A number of tokens that can be; what a server says may be any.
  private static func count(_ value: JSONValue?) -> Int? {
    value?.int.flatMap { (0...1_000_000_000).contains($0) ? $0 : nil }
  }

  private static func estimate(_ prompt: Prompt) -> Int {
    switch prompt {
    case .completion(let text): text.utf8.count / 4 + 1
    case .chat(let turns, let open):
      (turns + [open]).reduce(0) { $0 + $1.content.utf8.count / 4 + 4 }
    }
  }

  /// The text after what stands between `<think>` and `</think>`; none if that is not closed.
  private static func withoutThinking(_ text: String) -> (text: String, hasThought: Bool) {
    let (open, close) = ("<think>", "</think>")
    // Some templates begin the thinking in the prompt, so that only its end is seen.
    if let end = text.firstRange(of: close) {
      return (String(text[end.upperBound...].drop(while: \.isWhitespace)), true)
    }
    if text.drop(while: \.isWhitespace).hasPrefix(open) { return ("", true) }
    return (text, false)
  }

  private static func firstStop(in text: String, _ stops: [String]) -> String.Index? {
    stops.compactMap { stop in stop.isEmpty ? nil : text.firstRange(of: stop)?.lowerBound }.min()
  }

  private typealias Token = (text: String, logProbability: Double)

  /// The tokens of the text, in either API's form; nil where one of them is not told.
  private static func tokens(_ choice: JSONValue) -> [Token]? {
    let told = choice["logprobs"]
    var pairs: [(text: JSONValue?, value: JSONValue?)] = []
    if let content = told?["content"]?.array {
      pairs = content.map { ($0["token"], $0["logprob"]) }
    } else if let texts = told?["tokens"]?.array, let values = told?["token_logprobs"]?.array,
      texts.count == values.count
    {
      pairs = zip(texts, values).map { ($0, $1) }
    }
    let tokens = pairs.compactMap { text, value -> Token? in
      guard let text = text?.string, let value = value?.double else { return nil }
      return (text, value)
    }
    return tokens.isEmpty || tokens.count != pairs.count ? nil : tokens
  }

  /// The tokens that begin within the first bytes of a text: what was cut off is not scored.
  private static func prefix(of tokens: [Token], within bytes: Int) -> ArraySlice<Token> {
    var length = 0
    let end = tokens.firstIndex { token in
      defer { length += token.text.utf8.count }
      return length >= bytes
    }
    return tokens[..<(end ?? tokens.endIndex)]
  }
}
