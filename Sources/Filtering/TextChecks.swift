import TaskCorpus

/// Facts about texts that rules ask for; pure functions.
package enum TextChecks {
  /// The words between white space, or the characters that are not white space.
  package static func length(of text: String, in unit: Language.LengthUnit) -> Int {
    switch unit {
    case .words: text.split(whereSeparator: \.isWhitespace).count
    case .characters: text.count { !$0.isWhitespace }
    }
  }

  /// The first of some phrases that stands in a text as whole words, in any case.
  ///
  /// A phrase that begins or ends with a letter of a script that does not write words apart needs
  /// no border there.
  ///
  /// - Complexity: O(phrases * words of the text), as most phrases differ in their first letter.
  package static func firstPhrase(of phrases: [String], in text: String) -> String? {
    let lowered = Array(text.lowercased().unicodeScalars)
    let starts = lowered.indices.filter { isBorder(lowered, before: $0) }
    return phrases.first { phrase in
      guard let first = phrase.unicodeScalars.first else { return false }
      let initial = first.isASCII ? lowercase(first) : nil
      return starts.contains { start in
        if let initial, lowered[start] != initial { return false }
        return end(of: phrase, in: lowered, from: start).map { isBorder(lowered, before: $0) }
          ?? false
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
      guard let end = end(of: beginning, in: lowered, from: 0) else { return false }
      return !wholeWords || isBorder(lowered, before: end)
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
    return mostFrequent(
      (0...(words.count - 3)).lazy.map { start in
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

  /// How many sentences a text has: marks that end one with white space after them, and the last.
  package static func sentences(in text: String) -> Int {
    var count = 1
    for (mark, next) in zip(text, text.dropFirst()) where next.isWhitespace {
      if ".?!;".contains(mark) { count += 1 }
    }
    // Chinese and Japanese write no space after a sentence.
    return count + text.dropLast().count { "。？！；".contains($0) }
  }

  /// The numbers in a text: runs of digits, as they stand.
  package static func numbers(in text: String) -> [Substring] {
    text.split { !$0.isNumber }
  }

  /// The first words of a text in lower case; nil if it has fewer.
  package static func opening(of text: String, words count: Int) -> String? {
    let words = words(of: text).prefix(count)
    return words.count == count ? words.joined(separator: " ") : nil
  }

  /// The first field of a list that a line of a text begins with, before a colon.
  package static func field(of fields: [String], in text: String) -> String? {
    for line in text.split(whereSeparator: \.isNewline) {
      guard let colon = line.firstIndex(of: ":") else { continue }
      if let field = firstBeginning(of: fields, in: String(line[..<colon]), wholeWords: true) {
        return field
      }
    }
    return nil
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

  /// Where a phrase ends that begins at `start` of a text in lower case; nil if it does not, or is
  /// empty.
  private static func end(
    of phrase: String, in lowered: [Unicode.Scalar], from start: Int
  ) -> Int? {
    var index = start
    for scalar in phrase.unicodeScalars {
      if scalar.isASCII {
        guard index < lowered.count, lowered[index] == lowercase(scalar) else { return nil }
        index += 1
      } else {
        for part in scalar.properties.lowercaseMapping.unicodeScalars {
          guard index < lowered.count, lowered[index] == part else { return nil }
          index += 1
        }
      }
    }
    return index > start ? index : nil
  }

  private static func lowercase(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    ("A"..."Z").contains(scalar) ? Unicode.Scalar(UInt8(scalar.value) + 32) : scalar
  }

  /// Whether a word may begin or end between two scalars.
  private static func isBorder(_ text: [Unicode.Scalar], before index: Int) -> Bool {
    guard index > 0, index < text.count else { return true }
    return !(isWordPart(text[index - 1]) && isWordPart(text[index]))
  }

  private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII {
      return ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
        || ("0"..."9").contains(scalar) || scalar == "_"
    }
    let properties = scalar.properties
    let isIdeographic = properties.isIdeographic || (0x3040...0x30FF).contains(scalar.value)
    guard !isIdeographic else { return false }
    return properties.isAlphabetic || properties.numericType != nil
  }
}
