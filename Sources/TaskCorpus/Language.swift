/// A natural language by its ISO 639-1 code.
package struct Language: Hashable, Sendable, Codable {
  /// Two letters, lower case: `en`.
  package let code: String

  package init(_ code: String) {
    self.code = code
  }

  package init(from decoder: any Decoder) throws {
    code = try decoder.singleValueContainer().decode(String.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(code)
  }

  package static let english = Language("en")
  package static let chinese = Language("zh")
  package static let japanese = Language("ja")
}

extension Language {
  /// What one counts to say how long a text is.
  package enum LengthUnit: String, Hashable, Sendable, Codable {
    /// Runs of letters between white space.
    case words
    /// Letters, where a language writes no space between words.
    case characters
  }

  /// Characters for Chinese, Japanese, Thai and their like, words for all others.
  package var lengthUnit: LengthUnit {
    ["zh", "ja", "th", "lo", "km", "my"].contains(code) ? .characters : .words
  }
}
