import Storage

/// What can be wrong with a tokenizer's files or with what is asked of it.
package enum TokenizationError: Error, Equatable, Sendable {
  /// A part that is understood but not supported, or not what it should be.
  case unsupported(file: String, what: String, expected: String)
  case duplicateToken(file: String, token: String, first: Int, second: Int)
  /// `token` is the one the vocabulary has not; nil when the merge cannot be read.
  case badMerge(file: String, number: Int, merge: String, token: String?)
  case noSuchToken(file: String, id: Int, count: Int)
  case unknownSpecial(name: String)
}

extension TokenizationError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unsupported(let file, let what, let expected):
      "\(file): \(what); expected \(expected)"
    case .duplicateToken(let file, let token, let first, let second):
      "\(file): token \(quoted(token)) has the ids \(first) and \(second); expected one id"
    case .badMerge(let file, let number, let merge, let token?):
      "\(file): merge \(number), \(quoted(merge)), needs \(quoted(token)), which is no token; "
        + "expected tokens of the vocabulary"
    case .badMerge(let file, let number, let merge, nil):
      "\(file): merge \(number) is \(quoted(merge)); expected two tokens with a space between"
    case .noSuchToken(let file, let id, let count):
      "\(file): token id \(id) is outside the vocabulary; expected 0 to \(count - 1)"
    case .unknownSpecial(let name):
      "template: special token \(quoted(name)) is not in the vocabulary; expected a template of "
        + "this model"
    }
  }
}
