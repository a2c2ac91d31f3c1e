import Storage

/// One row of a ledger.
package enum LedgerEvent: Equatable, Sendable {
  case run(RunRow)
  case seeds(SeedsRow)
  case evaluation(EvaluationRow)
  case reading(ReadingRow)
  case rules(RulesRow)
  case round(RoundRow)
  case completion(CompletionRow)
  case candidate(CandidateRow)
  case wave(WaveRow)
  case close(CloseRow)
  /// A kind that this version does not know: kept in the file and skipped.
  case unknown(JSONValue)

  /// The format that this version writes, and the newest it reads.
  package static let format = 1

  /// Whether everything up to this row is committed once the row is there.
  ///
  /// Rows that are appended together end in such a row, so that a kill between two of them leaves
  /// an end that is known to be incomplete.
  package var isCommit: Bool {
    switch self {
    case .round, .evaluation, .reading, .rules, .wave, .close, .unknown: true
    case .run, .seeds, .completion, .candidate: false
    }
  }

  /// The row as JSON, with its kind and format.
  ///
  /// - Throws: `EncodingError` for an infinite or undefined number.
  package func json() throws -> JSONValue {
    switch self {
    case .run(let row): try Self.json(row, kind: "run")
    case .seeds(let row): try Self.json(row, kind: "seeds")
    case .evaluation(let row): try Self.json(row, kind: "evaluation")
    case .reading(let row): try Self.json(row, kind: "reading")
    case .rules(let row): try Self.json(row, kind: "rules")
    case .round(let row): try Self.json(row, kind: "round")
    case .completion(let row): try Self.json(row, kind: "completion")
    case .candidate(let row): try Self.json(row, kind: "candidate")
    case .wave(let row): try Self.json(row, kind: "wave")
    case .close(let row): try Self.json(row, kind: "close")
    case .unknown(let row): row
    }
  }

  /// Reads one line of a ledger or of a journal.
  ///
  /// A row of a kind that is not known here is kept whatever else it holds, unless it says that it
  /// is of a newer format.
  ///
  /// - Throws: `StorageError.malformedLine` for what is no row, or is of a newer format.
  package init(_ line: TextLine) throws(StorageError) {
    let row = try line.json()
    if let format = Self.newerFormat(of: row) {
      throw line.error(
        "the row has format \(format)", expected: "at most \(Self.format), or a newer program")
    }
    guard let kind = row["kind"]?.string else {
      throw line.error("the row has no 'kind'", expected: "an object with it")
    }
    switch kind {
    case "run": self = .run(try Self.known(row, line))
    case "seeds": self = .seeds(try Self.known(row, line))
    case "evaluation": self = .evaluation(try Self.known(row, line))
    case "reading": self = .reading(try Self.known(row, line))
    case "rules": self = .rules(try Self.known(row, line))
    case "round": self = .round(try Self.known(row, line))
    case "completion": self = .completion(try Self.known(row, line))
    case "candidate": self = .candidate(try Self.known(row, line))
    case "wave": self = .wave(try Self.known(row, line))
    case "close": self = .close(try Self.known(row, line))
    default: self = .unknown(row)
    }
  }

  /// The format of a row, if it is newer than what this version reads.
  static func newerFormat(of row: JSONValue) -> Int? {
    row["format"]?.int.flatMap { $0 > format ? $0 : nil }
  }

  /// A row of a kind that is known here, which needs its format.
  private static func known<Row: Decodable>(
    _ row: JSONValue, _ line: TextLine
  ) throws(StorageError) -> Row {
    guard row["format"]?.int == format else {
      let found = row["format"].map { "'format' is \($0.shown)" } ?? "the row has no 'format'"
      let kind = quoted(row["kind"]?.string ?? "")
      throw line.error(found, expected: "\(format) for a row of kind \(kind)")
    }
    return try line.decoded(row)
  }

  private static func json(_ row: some Encodable, kind: String) throws -> JSONValue {
    var fields = try JSONValue(encoding: row).object ?? [:]
    fields["kind"] = .string(kind)
    fields["format"] = .int(format)
    return .object(fields)
  }
}
