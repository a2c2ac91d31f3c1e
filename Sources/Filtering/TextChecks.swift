/// Facts about texts that rules ask for; pure functions.
package enum TextChecks {
  /// The words between white space, or the characters that are not white space.
  package static func length(of text: String, in unit: RuleSet.Unit) -> Int {
    switch unit {
    case .words: text.split(whereSeparator: \.isWhitespace).count
    case .characters: text.count { !$0.isWhitespace }
    }
  }

  /// The first of some phrases that stands in a text as whole words, in any case.
  ///
  /// A phrase that begins or ends with a letter of a script that does not write words apart needs
  /// no border there.
  package static func firstPhrase(of phrases: [String], in text: String) -> String? {
    let lowered = Array(text.lowercased().unicodeScalars)
    return phrases.first { phrase in
      let wanted = Array(phrase.lowercased().unicodeScalars)
      return starts(of: wanted, in: lowered).contains { start in
        isBorder(lowered, before: start) && isBorder(lowered, before: start + wanted.count)
      }
    }
  }

  /// The first of some beginnings that a text has, in any case.
  ///
  /// - Parameter wholeWords: Whether a word may not go on after it.
  package static func firstBeginning(
    of beginnings: [String], in text: String, wholeWords: Bool
  ) -> String? {
    let lowered = Array(text.lowercased().unicodeScalars)
    return beginnings.first { beginning in
      let wanted = Array(beginning.lowercased().unicodeScalars)
      guard !wanted.isEmpty, lowered.starts(with: wanted) else { return false }
      return !wholeWords || isBorder(lowered, before: wanted.count)
    }
  }

  /// Of the runs of three words in a text, the share that are different; nil below 12 runs.
  package static func distinctRuns(of text: String) -> Double? {
    let words = text.lowercased().split(whereSeparator: \.isWhitespace)
    guard words.count >= 14 else { return nil }
    let runs = (0...(words.count - 3)).map { Array(words[$0..<($0 + 3)]) }
    return Double(Set(runs).count) / Double(runs.count)
  }

  /// The line or sentence of three words or more that stands most often in a text, and how often.
  ///
  /// Numbers and marks at the beginning of a line do not count.
  package static func mostRepeated(in text: String) -> (text: String, count: Int)? {
    var counts: [String: Int] = [:]
    var best: (text: String, count: Int)?
    for part in text.split(whereSeparator: { $0.isNewline || ".!?。！？".contains($0) }) {
      let sentence = part.lowercased().drop { !$0.isLetter }
        .split(whereSeparator: \.isWhitespace).joined(separator: " ")
      guard sentence.split(separator: " ").count >= 3 else { continue }
      counts[sentence, default: 0] += 1
      let count = counts[sentence, default: 0]
      if count > best?.count ?? 0 { best = (sentence, count) }
    }
    return best
  }

  private static func starts(of wanted: [Unicode.Scalar], in text: [Unicode.Scalar]) -> [Int] {
    guard !wanted.isEmpty, wanted.count <= text.count else { return [] }
    return (0...(text.count - wanted.count)).filter { start in
      text[start..<(start + wanted.count)].elementsEqual(wanted)
    }
  }

  /// Whether a word may begin or end between two scalars.
  private static func isBorder(_ text: [Unicode.Scalar], before index: Int) -> Bool {
    guard index > 0, index < text.count else { return true }
    return !(isWordPart(text[index - 1]) && isWordPart(text[index]))
  }

  private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    let isIdeographic = properties.isIdeographic || (0x3040...0x30FF).contains(scalar.value)
    guard !isIdeographic else { return false }
    return properties.isAlphabetic || properties.numericType != nil || scalar == "_"
  }
}
