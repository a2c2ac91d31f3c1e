/// Texts that a model should go on knowing while it learns to follow instructions.
package enum GeneralTexts {
  /// The built-in sample of a language; none but for English.
  package static func builtIn(for language: String) -> [String] {
    language == "en" ? GeneralText.english : []
  }
}
