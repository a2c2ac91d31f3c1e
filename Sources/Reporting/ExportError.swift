import Storage

/// What can be wrong with an export, each case holding the facts of one sentence.
package enum ExportError: Error, Equatable, Sendable {
  /// There is nothing to export.
  case noTasks(corpus: String)
  /// The folder holds something that an export did not write.
  case occupied(path: String, entry: String)
  /// A file stands where a report would go.
  case noReport(path: String)
  /// Nobody said what the licence of seeds or of a model is.
  case noLicense(of: [String], keys: [String])
  /// A licence of a name that is not known.
  case unknownLicense(key: String, is: String, nearest: String?)
}

extension ExportError: CustomStringConvertible {
  /// The sentence a user reads: `where: what is; what should be`.
  package var description: String {
    switch self {
    case .noTasks(let corpus):
      "\(corpus): has no tasks; expected at least 1 to export"
    case .occupied(let path, let entry):
      "\(path): holds '\(entry)', which no export wrote; expected a new or empty folder, or one of an "
        + "earlier export"
    case .noReport(let path):
      "\(path): is there and is no report; expected a new file, or an earlier report"
    case .noLicense(let sources, let keys):
      "\(keys.joined(separator: ", ")): the licence of \(sources.joined(separator: ", of ")) is not given; "
        + "expected its name in selfinstruct.json\n"
        + "  help: --force writes a card that says so instead"
    case .unknownLicense(let key, let name, let nearest):
      "\(key): \(quoted(name)) is no licence that the Hub names; expected "
        + (nearest.map { "perhaps '\($0)'" } ?? "one such as 'apache-2.0' or 'cc-by-4.0'")
        + ", or 'other'"
    }
  }
}
