import Kernels
import LanguageModels
import Randomness
import Tokenization

/// Continues a prompt token by token until it ends.
///
/// `@unchecked Sendable`: see `SequenceWork`.
final class GenerationWork: SequenceWork, @unchecked Sendable {
  private let request: GenerationRequest
  private let tokenizer: Tokenizer
  private let newTokens: Int
  private var sampler: Sampler
  private var bytes: [UInt8] = []
  /// For each generated token, the bytes before it and its log-probability.
  private var starts: [(byte: Int, logProbability: Double)] = []
  private var finishReason: FinishReason?
  private var cut: Int?
  private(set) var tokens: [Int32]
  let promptCount: Int

  /// - Parameters:
  ///   - prompt: At least one token.
  ///   - contextLength: Positions the model has; ends the completion when they are full.
  init(
    request: GenerationRequest, prompt: [Int32], tokenizer: Tokenizer, contextLength: Int
  ) {
    precondition(!prompt.isEmpty, "generation: prompt is empty; expected at least 1 token")
    self.request = request
    self.tokenizer = tokenizer
    newTokens = min(request.maxNewTokens, contextLength - prompt.count)
    sampler = Sampler(request.sampling, prompt: prompt)
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
    let draw = request.stream.uniform(at: UInt64(generated))
    let (token, logit) = sampler.next(&logits, draw: draw)
    append(token, logProbability: Double(logit) - logSum)
  }

  private func append(_ token: Int32, logProbability: Double) {
    tokens.append(token)
    starts.append((bytes.count, logProbability))
    if tokenizer.endTokens.contains(token) && !request.ignoresEnd {
      finishReason = .stop
      cut = bytes.count
      return
    }
    let before = bytes.count
    if !tokenizer.isSpecial(token) { bytes += tokenizer.bytes(of: token) }
    if let stop = firstStop(from: before) {
      finishReason = .stop
      cut = stop
    } else if generated == newTokens {
      finishReason = .length
    }
  }

  /// Where the first stop string begins that the bytes from `fresh` on completed.
  private func firstStop(from fresh: Int) -> Int? {
    request.stopStrings.compactMap { stop in
      let pattern = Array(stop.utf8)
      guard !pattern.isEmpty, bytes.count >= pattern.count else { return nil }
      let first = max(0, fresh - pattern.count + 1)
      return (first...max(first, bytes.count - pattern.count)).first { start in
        bytes[start...].starts(with: pattern)
      }
    }.min()
  }

  /// The completion, once finished.
  func generation(index: Int) -> Generation {
    let kept = cut ?? bytes.count
    let scored = starts.filter { $0.byte < kept }
    return Generation(
      index: index, text: String(decoding: bytes[..<kept], as: UTF8.self),
      finishReason: finishReason ?? .length, promptTokens: promptCount,
      completionTokens: generated,
      sumLogProbability: scored.reduce(0) { $0 + $1.logProbability }, scoredTokens: scored.count,
      tokens: Array(tokens[promptCount...]))
  }
}
