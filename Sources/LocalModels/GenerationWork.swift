import Kernels
import LanguageModels
import Randomness
import Tokenization

/// Continues a prompt token by token until it ends.
///
/// `@unchecked Sendable`: see `SequenceWork`.
final class GenerationWork: SequenceWork, @unchecked Sendable {
  private let tokenizer: Tokenizer
  private let stream: RandomStream
  private let ignoresEnd: Bool
  private let newTokens: Int
  private var sampler: Sampler
  private var matcher: StopStringMatcher
  private var choices: ChoiceConstraint?
  /// Of all generated tokens, the end token included.
  private var logProbabilities: [Float] = []
  private var hasEndToken = false
  private var finishReason: FinishReason?
  private(set) var tokens: [Int32]
  let promptCount: Int

  /// - Parameters:
  ///   - prompt: At least one token.
  ///   - contextLength: Positions the model has; ends the completion when they are full.
  /// - Throws: `LocalModelError` for choices the tokenizer cannot spell.
  init(
    request: GenerationRequest, prompt: [Int32], tokenizer: Tokenizer, contextLength: Int
  ) throws(LocalModelError) {
    precondition(!prompt.isEmpty, "generation: prompt is empty; expected at least 1 token")
    self.tokenizer = tokenizer
    stream = request.stream
    ignoresEnd = request.ignoresEnd
    newTokens = min(request.maxNewTokens, contextLength - prompt.count)
    sampler = Sampler(request.sampling, prompt: prompt)
    matcher = StopStringMatcher(request.stopStrings)
    choices =
      request.choices.isEmpty
      ? nil : try ChoiceConstraint(request.choices, tokenizer: tokenizer)
    tokens = prompt
    promptCount = prompt.count
    if newTokens <= 0 { finishReason = .length }
  }

  var maxPositions: Int { promptCount + max(newTokens, 0) }
  var firstWanted: Int { promptCount - 1 }
  var isFinished: Bool { finishReason != nil }
  private var generated: Int { tokens.count - promptCount }

  func receive(_ logits: inout MutableSpan<Float>, after position: Int) {
    let (logSum, _) = logSumExp(logits.span)
    let draw = stream.uniform(at: UInt64(generated))
    let (token, logit) = sampler.next(&logits, among: choices?.allowed, draw: draw)
    append(token, logProbability: Float(Double(logit) - logSum))
  }

  private func append(_ token: Int32, logProbability: Float) {
    tokens.append(token)
    logProbabilities.append(logProbability)
    if tokenizer.endTokens.contains(token) && !ignoresEnd {
      hasEndToken = true
      finishReason = .stop
      return
    }
    // Special tokens are no text, whatever their names.
    matcher.append(tokenizer.isSpecial(token) ? [] : tokenizer.bytes(of: token))
    choices?.accept(token)
    if matcher.isStopped || choices?.isComplete == true {
      finishReason = .stop
    } else if generated == newTokens {
      finishReason = .length
    }
  }

  /// The completion, once finished.
  func generation(index: Int) -> Generation {
    let kept = min(matcher.keptTokens, logProbabilities.count - (hasEndToken ? 1 : 0))
    return Generation(
      index: index, text: matcher.text, finishReason: finishReason ?? .length,
      promptTokens: promptCount, completionTokens: generated,
      sumLogProbability: logProbabilities.prefix(kept).reduce(0) { $0 + Double($1) },
      scoredTokens: kept,
      endLogProbability: hasEndToken ? logProbabilities.last.map(Double.init) : nil,
      tokens: Array(tokens[promptCount...]), tokenLogProbabilities: logProbabilities,
      promptIDs: Array(tokens[..<promptCount]))
  }
}
