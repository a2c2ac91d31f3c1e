import Storage

extension RuleSet {
  /// Reads rules as a ledger holds them. A rule that was made later than the ledger is off: it
  /// decided nothing then.
  ///
  /// - Throws: `DecodingError` for what are no rules.
  package init(recorded json: JSONValue) throws {
    self = try Self.completed(json).decoded()
  }

  /// Rules that there were not from the first day on.
  private static let later: [RuleName] = [.language, .secret, .contamination, .judge]

  /// Rules with those added, switched off, that there were not when they were written.
  package static func completed(_ json: JSONValue) throws -> JSONValue {
    guard case .object(var fields) = json else { return json }
    var known = RuleSet()
    known.limit(to: Set(RuleName.allCases).subtracting(later))
    let completed = try JSONValue(encoding: known)
    for rule in later where fields[rule.rawValue] == nil {
      fields[rule.rawValue] = completed[rule.rawValue]
    }
    return .object(fields)
  }
}
