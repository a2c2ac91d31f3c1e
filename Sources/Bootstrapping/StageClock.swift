import Filtering
import Foundation
import TaskCorpus

/// Shares the time of a round out among its stages.
///
/// Requests of several stages are in flight at once, so no moment belongs to one of them. The time
/// from one commit to the next is shared among the answers that came in between, in proportion to
/// the tokens that were read and written for each:
///
///     seconds[stage] += elapsed * tokens[stage] / sum(tokens)
///
/// So the stages add up to the time that passed, a stage that waits in a queue is given nothing
/// for it, and it is an estimate: a token read counts as much as one written.
package struct StageClock: Sendable {
  private var last: Date
  private var tokens: [Stage: Int] = [:]

  /// Starts the clock.
  package init(at start: Date) {
    last = start
  }

  /// Counts an answer: the tokens of its prompt and those generated, or scored.
  package mutating func count(_ row: CompletionRow, of stage: Stage) {
    tokens[stage, default: 0] += max(row.promptTokens + max(row.tokens, row.scoredTokens), 1)
  }

  /// Shares out what has passed since it was shared out last, in the order of the stages; nothing,
  /// and the time is kept for the next call, where no answer came since.
  package mutating func shareOut(at now: Date) -> [(stage: Stage, seconds: Double)] {
    let sum = tokens.values.reduce(0, +)
    guard sum > 0 else { return [] }
    let elapsed = max(now.timeIntervalSince(last), 0)
    defer { (last, tokens) = (now, [:]) }
    return Stage.allCases.compactMap { stage in
      tokens[stage].map { (stage, elapsed * Double($0) / Double(sum)) }
    }
  }
}
