import Storage

extension StringProtocol {
  /// The text without white space at either end.
  package var trimmed: SubSequence {
    guard let first = firstIndex(where: { !$0.isWhitespace }),
      let last = lastIndex(where: { !$0.isWhitespace })
    else { return self[endIndex...] }
    return self[first...last]
  }

  /// The text with every run of white space made one space, and none at either end.
  package var collapsed: String {
    split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// The text without the given characters at its end.
  package func trimmingEnd(_ characters: Set<Character>) -> SubSequence {
    guard let last = lastIndex(where: { !characters.contains($0) }) else {
      return self[..<startIndex]
    }
    return self[...last]
  }
}

/// A JSON string in double quotes.
enum QuotedString {
  /// What the quotes hold; nil if this is no JSON string.
  static func read(_ text: Substring) -> String? {
    guard let value = try? JSONValue(parsing: Array(text.utf8)) else { return nil }
    return value.string
  }
}
