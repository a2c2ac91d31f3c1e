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
  package static let german = Language("de")
  package static let french = Language("fr")
  package static let spanish = Language("es")
  package static let italian = Language("it")
  package static let portuguese = Language("pt")
  package static let dutch = Language("nl")
  package static let russian = Language("ru")
  package static let chinese = Language("zh")
  package static let japanese = Language("ja")
  package static let korean = Language("ko")
  package static let thai = Language("th")
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

  /// The tokenizer that similarity is measured with, which belongs to a corpus from its first day.
  package var similarityTokenizer: SimilarityTokenizer { .unicode }
}

/// How texts are cut into tokens before their similarity is measured.
package enum SimilarityTokenizer: String, Hashable, Sendable, Codable {
  /// As `rouge_score` 0.1.2 does: runs of a-z and 0-9, all else separates. It sees nothing of
  /// other scripts.
  case reference
  /// Words of any script; single characters where no space stands between words. Equal to
  /// `reference` on ASCII text.
  case unicode
}

extension Language.LengthUnit {
  /// How many of the unit a text has.
  package func count(in text: String) -> Int {
    switch self {
    case .words: text.split(whereSeparator: \.isWhitespace).count
    case .characters: text.count { !$0.isWhitespace && !$0.isPunctuation }
    }
  }
}
