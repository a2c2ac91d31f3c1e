/// Finds the labels that an instruction names at its end: `... as either A, B or C.`
struct NamedLabels: Hashable, Sendable {
  /// Words between the last two labels.
  private let lastSeparators: Set<String>
  /// Words after which a list of labels begins.
  private let introductions: Set<String>
  /// Words that may stand before each label and are no part of it.
  private let articles: Set<String>

  init(lastSeparators: [String], introductions: [String], articles: [String]) {
    self.lastSeparators = Set(lastSeparators.map { $0.lowercased() })
    self.introductions = Set(introductions.map { $0.lowercased() })
    self.articles = Set(articles.map { $0.lowercased() })
  }

  /// The labels, in order; empty if fewer than two, or if one has more than three words.
  ///
  /// - Parameter noun: No part of a label that ends with it.
  func labels(in instruction: String, noun: String) -> [String] {
    let marks: Set<Character> = [".", "?", "!", ":", " ", "\"", "”", "'", "’", ")"]
    let text = String(instruction.collapsed.trimmingEnd(marks))
    let words = text.split(separator: " ")
    guard let place = words.lastIndex(where: { lastSeparators.contains($0.lowercased()) }),
      place > 0, let last = label(in: words[(place + 1)...], noun)
    else { return [] }
    var labels = [last]
    for piece in Self.pieces(of: words[..<place]).reversed() {
      let start = piece.lastIndex { isIntroduction($0) }
      let rest = piece[(start.map { $0 + 1 } ?? piece.startIndex)...]
      if rest.isEmpty, start == nil { continue }
      guard let label = label(in: rest, noun) else { return [] }
      labels.append(label)
      if start != nil { break }
    }
    labels.reverse()
    let different = Set(labels.map { $0.lowercased() })
    return labels.count > 1 && different.count == labels.count ? labels : []
  }

  /// The words between commas.
  private static func pieces(
    of words: ArraySlice<Substring>
  ) -> [ArraySlice<Substring>] {
    var pieces: [ArraySlice<Substring>] = []
    var start = words.startIndex
    for index in words.indices where words[index].hasSuffix(",") {
      pieces.append(words[start...index])
      start = index + 1
    }
    return pieces + [words[start...]]
  }

  private func isIntroduction(_ word: Substring) -> Bool {
    word.hasSuffix(":") || introductions.contains(word.lowercased())
  }

  /// One label: one to three words after any articles, without marks around it.
  private func label(in words: ArraySlice<Substring>, _ noun: String) -> String? {
    let marks: Set<Character> = [",", ":", "\"", "'", "(", ")", "“", "”", "‘", "’"]
    let plain = words.map { word in String(word.drop(while: marks.contains).trimmingEnd(marks)) }
      .filter { !$0.isEmpty }
    var named = Array(plain.drop { articles.contains($0.lowercased()) })
    if named.count > 1, named.last?.lowercased() == noun.lowercased() { named.removeLast() }
    guard (1...3).contains(named.count) else { return nil }
    let isLabel = named.allSatisfy { word in
      !articles.contains(word.lowercased()) && !introductions.contains(word.lowercased())
        && word.allSatisfy { $0.isLetter || $0 == "-" || $0 == "'" }
    }
    return isLabel ? named.joined(separator: " ") : nil
  }
}
