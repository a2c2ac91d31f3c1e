/// Guesses the language of texts from their scripts, small words and letters.
///
/// Good for telling whether a corpus is German or English, not for a single rare word: with little
/// to go by it says so by returning nothing.
package struct LanguageDetector: Sendable {
  /// A guess and what it rests on.
  package struct Guess: Hashable, Sendable {
    package let language: Language
    /// How much of the evidence speaks for it, from 0 to 1.
    package let share: Double
    /// How many letters, words and characters were evidence for any language.
    package let evidence: Double
  }

  /// The guess for the texts together; nil if they have hardly a word that is known.
  ///
  /// - Parameter minimumEvidence: Below this many hits there is no guess.
  package static func guess(
    _ texts: some Sequence<String>, minimumEvidence: Double = 2
  ) -> Guess? {
    var counts = ScriptCounts()
    var detector = LanguageDetector()
    for text in texts {
      counts.add(text)
      detector.add(text)
    }
    guard let script = counts.dominant else { return nil }
    if let language = counts.language(of: script) {
      return Guess(language: language, share: counts.share(of: script), evidence: counts.total)
    }
    return detector.best(of: script, minimumEvidence)
  }

  /// The best language of a text in a language that is not known here has about a fifth of the
  /// hits, that of a known one about half.
  private static let leastShare = 0.35

  private var hits: [Language: Double] = [:]

  /// Counts a text's known words and letters; one shared by several languages counts in parts.
  private mutating func add(_ text: String) {
    let lower = text.lowercased()
    for word in lower.split(whereSeparator: { !$0.isLetter }) {
      let languages = LanguageProfiles.languagesOfWord[String(word)] ?? []
      for language in languages { hits[language, default: 0] += 1 / Double(languages.count) }
    }
    for character in lower where !character.isASCII {
      let languages = LanguageProfiles.languagesOfLetter[character] ?? []
      for language in languages { hits[language, default: 0] += 0.5 / Double(languages.count) }
    }
  }

  private func best(of script: Script, _ minimumEvidence: Double) -> Guess? {
    let own = hits.filter { Script.all(for: $0.key).contains(script) }
    // Ties go to the first in alphabetical order, so that the guess is the same in every process.
    let ranked = own.sorted { ($1.value, $0.key.code) < ($0.value, $1.key.code) }
    let total = ranked.reduce(0) { $0 + $1.value }
    guard let first = ranked.first, total >= minimumEvidence, first.value > Self.leastShare * total
    else { return nil }
    return Guess(language: first.key, share: first.value / total, evidence: total)
  }
}

extension LanguageProfiles {
  fileprivate static let languagesOfWord: [String: [Language]] = {
    var languages: [String: [Language]] = [:]
    for profile in words {
      for word in profile.words { languages[word, default: []].append(profile.language) }
    }
    return languages
  }()

  fileprivate static let languagesOfLetter: [Character: [Language]] = {
    var languages: [Character: [Language]] = [:]
    for entry in letters {
      for letter in entry.letters { languages[letter, default: []] += entry.languages }
    }
    return languages
  }()
}
