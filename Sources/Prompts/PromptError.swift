import Storage

/// What can be wrong with a prompt file, each case holding the facts of one sentence.
package enum PromptError: Error, Equatable, Sendable {
  /// A file that a prompt set needs is not there.
  case missingFile(folder: String, file: String)
  /// A file with a name that no prompt has.
  case unknownFile(folder: String, file: String, expected: [String])
  /// The file lacks a section.
  case missingSection(file: String, section: String)
  /// The file has a section that nothing reads.
  case unknownSection(file: String, line: Int, section: String, expected: [String])
  /// Two sections have one name.
  case repeatedSection(file: String, line: Int, section: String)
  /// Something stands before the first section.
  case textBeforeSection(file: String, line: Int, is: String)
  /// A text in double quotes that is no JSON string.
  case badString(file: String, section: String, is: String)
  /// An entry of a list that is not of its form.
  case badEntry(file: String, section: String, is: String, expected: String)
  /// A section that must say something is empty.
  case emptySection(file: String, section: String)
  /// A place for a value that the prompt does not have.
  case unknownPlaceholder(file: String, section: String, is: String, expected: [String])
  /// A place for a value that the prompt cannot do without.
  case missingPlaceholder(file: String, section: String, placeholder: String)
}

extension PromptError: CustomStringConvertible {
  /// The sentence a user reads: `where: what is; what should be`.
  package var description: String {
    switch self {
    case .missingFile(let folder, let file):
      "\(folder): '\(file)' is missing; expected every prompt file\n"
        + "  help: 'selfinstruct prompts --write DIR' writes them all"
    case .unknownFile(let folder, let file, let expected):
      "\(folder): '\(file)' is no prompt; expected one of \(Self.listed(expected))"
    case .missingSection(let file, let section):
      "\(file).txt: section '[\(section)]' is missing; expected it, even if empty"
    case .unknownSection(let file, let line, let section, let expected):
      "\(file).txt:\(line): section '[\(section)]' is unknown; expected one of "
        + Self.listed(expected)
    case .repeatedSection(let file, let line, let section):
      "\(file).txt:\(line): section '[\(section)]' is there twice; expected it once"
    case .textBeforeSection(let file, let line, let text):
      "\(file).txt:\(line): \(quoted(text)) stands before the first section; "
        + "expected a '[section]' or a '#' comment"
    case .badString(let file, let section, let text):
      "\(file).txt: section '[\(section)]' has \(quoted(text)); expected a JSON string in double quotes"
    case .badEntry(let file, let section, let text, let expected):
      "\(file).txt: section '[\(section)]' has \(quoted(text)); expected \(expected)"
    case .emptySection(let file, let section):
      "\(file).txt: section '[\(section)]' is empty; expected at least 1 entry"
    case .unknownPlaceholder(let file, let section, let text, let expected):
      "\(file).txt: section '[\(section)]' has \(quoted("{\(text)}")); expected one of "
        + Self.listed(expected.map { "{\($0)}" })
    case .missingPlaceholder(let file, let section, let placeholder):
      "\(file).txt: section '[\(section)]' has no '{\(placeholder)}'; expected it once"
    }
  }

  private static func listed(_ names: [String]) -> String {
    names.map { "'\($0)'" }.joined(separator: ", ")
  }
}
