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

  /// The words of a text in lower case, without marks.
  package static func words(of text: String) -> [Substring] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "'" }
  }

  /// The share of different words; nil below 20 words.
  package static func distinctShare(of text: String) -> Double? {
    let words = words(of: text)
    return words.count < 20 ? nil : Double(Set(words).count) / Double(words.count)
  }

  /// The run of three words that stands most often in a text, and how often.
  package static func mostFrequentRun(in text: String) -> (text: String, count: Int)? {
    let words = words(of: text)
    guard words.count >= 3 else { return nil }
    return mostFrequent((0...(words.count - 3)).lazy.map { start in
      words[start..<(start + 3)].joined(separator: " ")
    })
  }

  /// The line of three words or more that stands most often in a text, and how often; numbers and
  /// marks at its beginning do not count.
  package static func mostFrequentLine(in text: String) -> (text: String, count: Int)? {
    mostFrequent(
      text.split(whereSeparator: \.isNewline).lazy
        .map { words(of: String($0.drop { !$0.isLetter })) }
        .filter { $0.count >= 3 }
        .map { $0.joined(separator: " ") })
  }

  /// Whether a text has a bracketed place to fill in, such as `[Name]`.
  package static func placeholder(in text: String) -> String? {
    var rest = text[...]
    while let open = rest.firstIndex(of: "[") {
      let after = rest[rest.index(after: open)...]
      let inside = after.prefix { $0 != "]" && !$0.isNewline }
      if inside.first?.isLetter == true, inside.endIndex < after.endIndex,
        after[inside.endIndex] == "]"
      {
        return "[\(inside)]"
      }
      rest = after
    }
    return nil
  }

  /// The first of the most frequent texts, and how often it came.
  private static func mostFrequent(
    _ texts: some Sequence<String>
  ) -> (text: String, count: Int)? {
    var counts: [String: Int] = [:]
    var best: (text: String, count: Int)?
    for text in texts {
      let count = counts[text, default: 0] + 1
      counts[text] = count
      if count > best?.count ?? 0 { best = (text, count) }
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
