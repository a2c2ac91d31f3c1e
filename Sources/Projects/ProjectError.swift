import Storage

/// What can be wrong with a project, each case holding the facts of one sentence.
package enum ProjectError: Error, Equatable, Sendable {
  /// The configuration is not JSON with comments.
  case malformed(path: String, line: Int, is: String, expected: String)
  /// A key that nothing reads.
  case unknownKey(path: String, line: Int, key: String, nearest: String?)
  /// A value that its key cannot have.
  case wrongValue(path: String, line: Int, key: String, is: String, expected: String)
  /// `init` would write over something.
  case occupied(path: String)
  /// There is no file of seeds.
  case missingSeeds(path: String)
  /// What should name a language is no code of two letters.
  case noLanguage(String)
  /// The seeds are in a language that the model's metadata does not name.
  case foreignLanguage(seeds: String, language: String, model: String, languages: [String])
  /// A rule is asked for that needs evaluation sets, and none are named.
  case noEvaluation
  /// What is wrong with the settings of the gate.
  case gate(String)
}

extension ProjectError: CustomStringConvertible {
  /// The sentence a user reads: `where: what is; what should be`.
  package var description: String {
    switch self {
    case .malformed(let path, let line, let found, let expected):
      "\(path):\(line): \(found); expected \(expected)"
    case .unknownKey(let path, let line, let key, let nearest):
      "\(path):\(line): \(quoted(key)) is no setting; expected "
        + (nearest.map { "perhaps '\($0)'" } ?? "one that 'selfinstruct init' documents")
    case .wrongValue(let path, let line, let key, let found, let expected):
      "\(path):\(line): \(quoted(key)) is \(found); expected \(expected)"
    case .occupied(let path):
      "\(path): is there already; expected a place to write to\n"
        + "  help: name another folder, or move the file away"
    case .missingSeeds(let path):
      "\(path): no such file; expected the seed tasks\n"
        + "  help: name them with --seed-tasks, or make a project with 'selfinstruct init DIR'"
    case .noLanguage(let text):
      "language: '\(text)' is no code; expected two small letters of ISO 639-1, such as 'en' or 'zh'"
    case .foreignLanguage(let seeds, let language, let model, let languages):
      "\(seeds): the tasks are in '\(language)'; expected a language that the model '\(model)' "
        + "names (\(languages.map { "'\($0)'" }.joined(separator: ", ")))\n"
        + "  help: name a stronger one with --model, or go on with --any-language"
    case .noEvaluation:
      "evaluation: no sets are named to compare with; expected "
        + "--evaluation FILE, or evaluation.files in selfinstruct.json"
    case .gate(let problem): "selfinstruct.json: \(problem)"
    }
  }
}
