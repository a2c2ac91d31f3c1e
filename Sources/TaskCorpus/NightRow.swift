import Foundation
import Storage

/// What one unattended run did, one line of `nightly.jsonl`.
package struct NightRow: Codable, Equatable, Sendable {
  package var format = 1
  /// When it began, local time with its offset, ISO 8601.
  package var began: String
  package var seconds: Double
  /// `done`, `limited`, `stopped`, `collapsed` or `failed`.
  package var ending: String
  /// The limit that ended it, or what it failed with.
  package var reason: String?
  /// The exit code of the run.
  package var code: Int
  /// Tasks that it added, and those of the corpus then.
  package var added: Int
  package var tasks: Int
  /// Instructions that it read from answers.
  package var instructions: Int
  package var promptTokens: Int
  package var tokens: Int
  package var cost: Double

  package init(
    began: Date, seconds: Double, ending: String, reason: String? = nil, code: Int, added: Int = 0,
    tasks: Int = 0, instructions: Int = 0, promptTokens: Int = 0, tokens: Int = 0, cost: Double = 0,
    in zone: TimeZone = .current
  ) {
    self.began = began.formatted(
      Date.ISO8601FormatStyle(timeZoneSeparator: .colon, timeZone: zone))
    self.seconds = (seconds * 10).rounded() / 10
    self.ending = ending
    self.reason = reason
    self.code = code
    self.added = added
    self.tasks = tasks
    self.instructions = instructions
    self.promptTokens = promptTokens
    self.tokens = tokens
    self.cost = (cost * 1e6).rounded() / 1e6
  }

  /// Adds the row to a corpus's file.
  ///
  /// - Throws: `StorageError` if the disk is full or refuses.
  package func append(to corpus: CorpusDirectory) throws {
    try AppendLog(corpus.nightsPath).append(try JSONValue(encoding: self))
  }

  /// The rows of a corpus, in order; lines that are none are left out, as nothing depends on them.
  package static func all(of corpus: CorpusDirectory) -> [NightRow] {
    guard FileManager.default.fileExists(atPath: corpus.nightsPath),
      var reader = try? LineReader(corpus.nightsPath)
    else { return [] }
    var rows: [NightRow] = []
    while let line = try? reader.next() {
      if let row: NightRow = try? line.json().decoded() { rows.append(row) }
    }
    return rows
  }
}
