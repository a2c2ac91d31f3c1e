import Filtering
import Foundation
import Storage

/// Filters a data set and writes what comes of it.
struct DatasetRun {
  let file: DatasetFile
  let setup: FilterSetup
  let evaluation: EvaluationSets?
  /// Where the kept rows go; stdout if nil.
  let kept: String?
  let rejected: String?
  let nearest: String?
  /// Whether a row that cannot be read ends the run.
  let isStrict: Bool
  /// Whether nothing is written but the summary.
  let isDry: Bool
  let asJSON: Bool

  /// - Throws: `StorageError` for files, of which at least a row must be readable, and with `isStrict`
  ///   for the first row that is not.
  func run() throws {
    if isStrict { for row in file.rows { _ = try row.content.get() } }
    guard file.readable > 0 else {
      Console.warn(problems)
      throw StorageError.malformedFile(
        path: file.path, is: "no row can be read", expected: "at least 1")
    }
    if !file.hasOutputs, !setup.applied.isDisjoint(with: RuleSet.rulesAboutInstances) {
      Console.note("note: no row has an output, so the rules about outputs have nothing to look at")
    }
    var filter = DatasetFilter(
      rules: setup.configuration.rules, applying: setup.applied, tokenizer: setup.tokenizer,
      evaluation: evaluation, ranksNearest: nearest != nil)
    let progress = Progress()
    var watch = DatasetProgress(rows: file.rows.count, progress)
    let decisions = filter.decisions(about: file.rows) { watch.tell($0) }
    progress.clear()
    Console.warn(problems)
    try write(decisions)
    let summary = DatasetSummary(file, decisions)
    let text = asJSON ? summary.json.encodedLine() : summary.text
    // Where the kept rows go to stdout, the summary must not.
    if kept == nil, !isDry { return Console.note(text) }
    try Console.result(text)
  }

  private var problems: [String] {
    file.rows.compactMap { row in
      if case .failure(let error) = row.content { "\(error)" } else { nil }
    }
  }

  private func write(_ decisions: [DatasetFilter.Decision]) throws {
    if isDry { return }
    let rows = DatasetRows(file: file, decisions: decisions)
    if let rejected { try rows.write(to: rejected) { rows.rejectedLine($0) } }
    if let nearest { try rows.write(to: nearest) { rows.nearestLine($0) } }
    if let kept {
      try rows.write(to: kept) { rows.keptLine($0) }
    } else {
      for place in file.rows.indices {
        if let line = rows.keptLine(place) {
          try Console.result(String(decoding: line.dropLast(), as: UTF8.self))
        }
      }
    }
  }
}

/// The lines of the files that a filter writes.
private struct DatasetRows {
  let file: DatasetFile
  let decisions: [DatasetFilter.Decision]

  /// Replaces a file by the lines of those rows that have one.
  func write(to path: String, _ line: (Int) -> [UInt8]?) throws {
    try AtomicFile.write(to: path) { output throws(StorageError) in
      var piece: [UInt8] = []
      for place in file.rows.indices {
        if let line = line(place) { piece += line }
        guard piece.count > 1 << 20 else { continue }
        try output.write(piece)
        piece.removeAll(keepingCapacity: true)
      }
      try output.write(piece)
    }
  }

  /// The row as it stood, if it is kept.
  func keptLine(_ place: Int) -> [UInt8]? {
    decisions[place].verdict == nil ? file.bytes[file.rows[place].bytes] + newline : nil
  }

  /// The row with what was decided about it, if it is not kept.
  func rejectedLine(_ place: Int) -> [UInt8]? {
    guard let verdict = decisions[place].verdict else { return nil }
    var fields: [String: JSONValue] = [
      "line": .int(file.rows[place].line), "rule": .string(verdict.rule.rawValue),
      "why": .string(verdict.evidence),
    ]
    if let neighbour = decisions[place].neighbour {
      fields["neighbour"] = json(of: neighbour, withText: true)
    }
    let row = file.bytes[file.rows[place].bytes]
    if case .failure = file.rows[place].content {
      // What is no JSON cannot stand in JSON as it is.
      fields["text"] = .string(String(decoding: row, as: UTF8.self))
      return Array(JSONValue.object(fields).encodedLine().utf8) + newline
    }
    return JSONValue.object(fields).encodedLine().utf8.dropLast() + Array(", \"row\": ".utf8) + row
      + Array("}".utf8) + newline
  }

  /// The nearest of a kept row.
  func nearestLine(_ place: Int) -> [UInt8]? {
    let decision = decisions[place]
    guard decision.verdict == nil else { return nil }
    let line: JSONValue = [
      "line": .int(file.rows[place].line), "meanSimilarity": .double(decision.meanSimilarity),
      "nearest": .array(decision.nearest.map { json(of: $0, withText: false) }),
    ]
    return Array(line.encodedLine().utf8) + newline
  }

  private func json(of neighbour: DatasetFilter.Neighbour, withText: Bool) -> JSONValue {
    let row = file.rows[neighbour.row]
    var fields: [String: JSONValue] = [
      "line": .int(row.line), "rougeL": .double(neighbour.score),
    ]
    if withText, case .success(let content) = row.content {
      fields["instruction"] = .string(content.instruction)
    }
    return .object(fields)
  }

  private let newline: [UInt8] = [UInt8(ascii: "\n")]

  init(file: DatasetFile, decisions: [DatasetFilter.Decision]) {
    self.file = file
    self.decisions = decisions
  }
}

/// What came of a data set, by rule.
private struct DatasetSummary {
  private let path: String
  private let rows: Int
  private let kept: Int
  private let dropped: [(rule: RuleName, count: Int)]
  private let flagged: [(rule: RuleName, count: Int)]

  init(_ file: DatasetFile, _ decisions: [DatasetFilter.Decision]) {
    path = file.path
    rows = decisions.count
    kept = decisions.count { $0.verdict == nil }
    dropped = Self.counts(decisions.compactMap { $0.verdict?.rule })
    flagged = Self.counts(
      decisions.filter { $0.verdict == nil }.flatMap { $0.objections.map(\.rule) })
  }

  var text: String {
    var lines = ["\(path): \(kept) of \(rows) row\(rows == 1 ? "" : "s") kept"]
    for (name, counts) in [("dropped by", dropped), ("flagged by", flagged)] where !counts.isEmpty {
      let shown = counts.map { "\($0.rule.rawValue) \($0.count)" }.joined(separator: ", ")
      lines.append("  \(name) \(shown)")
    }
    return lines.joined(separator: "\n")
  }

  var json: JSONValue {
    [
      "input": .string(path), "rows": .int(rows), "kept": .int(kept),
      "dropped": Self.json(dropped), "flagged": Self.json(flagged),
    ]
  }

  private static func json(_ counts: [(rule: RuleName, count: Int)]) -> JSONValue {
    .object(
      Dictionary(uniqueKeysWithValues: counts.map { ($0.rule.rawValue, .int($0.count)) }))
  }

  /// How often each rule comes, the most frequent first.
  private static func counts(_ rules: [RuleName]) -> [(rule: RuleName, count: Int)] {
    let counts = Dictionary(rules.map { ($0, 1) }, uniquingKeysWith: +)
    return RuleName.allCases.compactMap { rule in counts[rule].map { (rule, $0) } }
      .sorted { $0.count > $1.count }
  }
}

/// Says how far a filter is.
private struct DatasetProgress {
  private let rows: Int
  private let progress: Progress
  private var started: ContinuousClock.Instant?

  init(rows: Int, _ progress: Progress) {
    self.rows = rows
    self.progress = progress
  }

  mutating func tell(_ step: DatasetFilter.Step) {
    switch step {
    case .read(let count):
      if count % 1000 == 0 { progress.show("filter: \(count) of \(rows) rows looked at") }
    case .compared(let count, let kept):
      let started = started ?? .now
      self.started = started
      if count % 64 == 0 { progress.show(line(count, kept, since: started)) }
    }
  }

  private func line(
    _ count: Int, _ kept: Int, since started: ContinuousClock.Instant
  ) -> String {
    let seconds = max(1e-3, (ContinuousClock.now - started) / .seconds(1))
    let rate = Double(count) / seconds
    let left = GrowReport.duration(Double(rows - count) / rate)
    return "filter: \(count) of \(rows) rows, \(kept) kept, \(Int(rate)) a second, \(left) left"
  }
}
