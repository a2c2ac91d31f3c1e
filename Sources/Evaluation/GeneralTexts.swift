import Foundation

/// Texts that a model should go on knowing while it learns to follow instructions.
package enum GeneralTexts {
  /// The built-in sample of a language; none but for English.
  package static func builtIn(for language: String) -> [String] {
    language == "en" ? GeneralText.english : []
  }

  /// Words of a passage at most: what is drawn again together should be short.
  private static let wordsOfPassage = 150
  /// Passages without which an interval means nothing.
  package static let minimum = 10

  /// Texts as passages: their paragraphs, and long ones in pieces.
  package static func passages(of texts: [String]) -> [String] {
    texts.flatMap { text -> [String] in
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      return lines.split { $0.allSatisfy(\.isWhitespace) }.flatMap { paragraph -> [String] in
        let words = paragraph.joined(separator: " ").split(whereSeparator: \.isWhitespace)
        return stride(from: 0, to: words.count, by: wordsOfPassage).map { start in
          words[start..<min(start + wordsOfPassage, words.count)].joined(separator: " ")
        }
      }
    }
  }

  /// Sees to it that there are enough, and none that is trained on.
  ///
  /// - Throws: `EvaluationError.fewPassages`, `.trainedTexts`.
  package static func require(
    _ passages: [String], of source: String, notIn trained: [String]
  ) throws(EvaluationError) {
    guard passages.count >= minimum else {
      throw .fewPassages(source: source, count: passages.count, minimum: minimum)
    }
    let learnt = Set(self.passages(of: trained))
    let shared = passages.count { learnt.contains($0) }
    if shared > 0 { throw .trainedTexts(source: source, count: shared) }
  }
}
