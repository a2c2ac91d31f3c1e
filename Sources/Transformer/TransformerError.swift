/// Why a model file cannot be run as a decoder.
package enum TransformerError: Error, Equatable, CustomStringConvertible {
  /// The file asks for something this decoder does not do.
  case unsupported(file: String, what: String, is: String, expected: String)

  package var description: String {
    switch self {
    case .unsupported(let file, let what, let found, let expected):
      "\(file): \(what) is \(found); expected \(expected)"
    }
  }
}
