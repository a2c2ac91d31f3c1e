import Storage
import TextMetrics

/// Scores pairs of texts, row by row.
struct RougeRun {
  let tokenizer: RougeTokenizer
  let stems: Bool
  /// Whether the first row that cannot be read ends the run.
  let isStrict: Bool

  /// Writes a row for each row of a file, `null` for what is no pair.
  ///
  /// - Throws: `StorageError`; at the end `EarlyEnd` if a row was no pair.
  func run(_ path: String) throws {
    let name = path == "-" ? "standard input" : path
    var reader = try LineReader(
      path == "-" ? OpenFile.standardInput() : OpenFile(path, for: .receiving))
    var rows = 0
    var problems: [String] = []
    while let row = try reader.nextRow() {
      rows += 1
      var result = JSONValue.null
      do throws(StorageError) {
        result = try scores(of: try row.value.get(), name, row.line)
      } catch {
        if isStrict { throw error }
        problems.append("\(error)")
      }
      try Console.result(result.encodedLine())
    }
    if rows == 0 {
      throw StorageError.malformedFile(path: name, is: "has no rows", expected: "at least 1 pair")
    }
    guard !problems.isEmpty else { return }
    Console.warn(problems)
    throw EarlyEnd(
      code: .failed,
      message: "error: \(name): \(problems.count) of \(rows) rows are no pairs; expected all to be")
  }

  private func scores(
    of row: JSONValue, _ path: String, _ line: Int
  ) throws(StorageError) -> JSONValue {
    func text(_ key: String) throws(StorageError) -> String {
      guard let text = row[key]?.string else {
        let found = row[key].map { "'\(key)' is \($0.kind)" } ?? "the row has no '\(key)'"
        throw .malformedLine(path: path, line: line, is: found, expected: "a string")
      }
      return text
    }
    let scores = RougeScores(
      target: try text("target"), prediction: try text("prediction"), tokenizer: tokenizer,
      stems: stems)
    return [
      "rouge1": Self.json(of: scores.rouge1), "rouge2": Self.json(of: scores.rouge2),
      "rougeL": Self.json(of: scores.rougeL), "rougeLsum": Self.json(of: scores.rougeLsum),
    ]
  }

  private static func json(of score: RougeScore) -> JSONValue {
    [
      "precision": .double(score.precision), "recall": .double(score.recall),
      "f": .double(score.f),
    ]
  }
}
