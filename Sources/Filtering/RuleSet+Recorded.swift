import Storage

extension RuleSet {
  /// Reads rules as a ledger holds them. A rule that was made later than the ledger is off: it
  /// decided nothing then.
  ///
  /// - Throws: `DecodingError` for what are no rules.
  package init(recorded json: JSONValue) throws {
    self = try Self.completed(json).decoded()
  }

  /// Rules with those added, switched off, that there were not when they were written.
  package static func completed(_ json: JSONValue) throws -> JSONValue {
    guard case .object(var fields) = json else { return json }
    var known = RuleSet()
    known.language.severity = .off
    known.secret.severity = .off
    let later = try JSONValue(encoding: known)
    for name in ["language", "secret"] where fields[name] == nil { fields[name] = later[name] }
    return .object(fields)
  }
}
