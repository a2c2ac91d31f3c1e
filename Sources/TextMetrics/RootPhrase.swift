/// What an instruction asks for at its root: its verb and the noun that it is about.
///
/// A guess from the order of the words, for English: there is no parser here. The root is the first
/// word after courtesies; of a question it is the question word. The noun is the last word of the
/// first group of words after it that no small word, mark or ending of a verb form breaks up.
///
///     "Please write a short story about bees."   // write, story
///     "What are the benefits of sleep?"          // what, benefits
package struct RootPhrase: Hashable, Sendable {
  /// In small letters.
  package let verb: String
  /// Nil if there is none before the end.
  package let noun: String?

  /// - Returns: Nil for a text without words.
  package init?(_ instruction: String) {
    var words = Self.words(of: instruction)
    while let first = words.first, words.count > 1, Self.courtesies.contains(first.text) {
      words.removeFirst()
    }
    guard let first = words.first else { return nil }
    verb = first.text
    var noun: String?
    var isBroken = first.endsPhrase
    for word in words.dropFirst() {
      if isBroken, noun != nil { break }
      isBroken = false
      if Self.small.contains(word.text) {
        if noun != nil { break }
      } else if noun != nil, Self.breaking.contains(word.text) {
        break
      } else if !Self.breaking.contains(word.text) {
        noun = word.text
      }
      isBroken = word.endsPhrase
    }
    self.noun = noun
  }

  private static func words(of text: String) -> [(text: String, endsPhrase: Bool)] {
    text.split(whereSeparator: \.isWhitespace).prefix(40).compactMap { piece in
      let word = piece.lowercased().drop { !$0.isLetter && !$0.isNumber }
      let plain = word.prefix { $0.isLetter || $0.isNumber || "-'’".contains($0) }
      return plain.isEmpty ? nil : (String(plain), plain.count < word.count)
    }
  }

  private static let courtesies: Set = ["please", "kindly", "can", "could", "would", "will", "you"]

  /// Words that stand before a noun or in place of one.
  private static let small: Set = [
    "a", "an", "the", "this", "that", "these", "those", "my", "your", "his", "her", "its", "our",
    "their", "me", "us", "him", "them", "it", "some", "any", "each", "every", "all", "both", "few",
    "several", "many", "most", "more", "one", "two", "three", "four", "five", "six", "ten", "is",
    "are", "was", "were", "be", "been", "am", "do", "does", "did", "has", "have", "had", "should",
    "would", "could", "can", "may", "might", "must", "will", "i", "you", "we", "they", "he", "she",
    "not", "very", "following", "given",
  ]

  /// Words that end a group, or turn it into something else.
  private static let breaking: Set = [
    "of", "in", "on", "at", "to", "for", "from", "with", "about", "into", "by", "as", "and", "or",
    "but", "if", "when", "while", "who", "which", "whose", "where", "how", "why", "what", "between",
    "over", "under", "than", "so", "because", "before", "after", "without", "using", "through",
    "during", "against", "around", "whether", "either",
  ]
}
