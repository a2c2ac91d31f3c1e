/// What an engine has done so far.
package struct EngineStatistics: Sendable, Hashable, Codable {
  /// Prompt tokens read.
  package var promptTokens = 0
  /// Prompt tokens not read, because another sequence had read the same beginning.
  package var sharedTokens = 0
  /// Tokens generated, also the first of each sequence, which reading its prompt gives.
  package var generatedTokens = 0
  /// Generated tokens that were read again, each to give the next.
  package var decodedTokens = 0
  /// Seconds of steps, by their share of prompt rows.
  package var prefillSeconds = 0.0
  /// Seconds of steps, by their share of generating rows.
  package var decodeSeconds = 0.0
  /// Steps run.
  package var steps = 0

  package init() {}

  /// Prompt tokens a second; 0 before the first.
  package var prefillRate: Double {
    prefillSeconds > 0 ? Double(promptTokens) / prefillSeconds : 0
  }

  /// Generated tokens a second, once prompts are read; 0 before the first.
  package var decodeRate: Double {
    decodeSeconds > 0 ? Double(decodedTokens) / decodeSeconds : 0
  }

  /// Counts one step and the tokens it gave.
  mutating func add(promptRows: Int, generatingRows: Int, generated: Int, seconds: Double) {
    let rows = max(promptRows + generatingRows, 1)
    promptTokens += promptRows
    generatedTokens += generated
    decodedTokens += generatingRows
    prefillSeconds += seconds * Double(promptRows) / Double(rows)
    decodeSeconds += seconds * Double(generatingRows) / Double(rows)
    steps += 1
  }
}
