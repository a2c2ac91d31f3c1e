/// Finds what a mistyped word was meant to be.
package enum NearestSpelling {
  /// The known word that the fewest edits away from a word, the earliest of equals; nil if none is
  /// within a third of its letters (at least 1, at most 4).
  package static func of(_ word: String, among known: [String]) -> String? {
    let limit = min(4, max(1, word.count / 3))
    var best: (word: String, edits: Int)?
    for candidate in known {
      let edits = edits(from: word, to: candidate)
      if edits <= limit, edits < best?.edits ?? Int.max { best = (candidate, edits) }
    }
    return best?.word
  }

  /// The fewest insertions, deletions, substitutions and swaps of neighbours that make one word
  /// the other (the optimal string alignment distance).
  ///
  /// - Complexity: O(first.count * second.count).
  static func edits(from first: String, to second: String) -> Int {
    let (a, b) = (Array(first), Array(second))
    var before: [Int] = []
    var above = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        let substitution = above[j] + (a[i] == b[j] ? 0 : 1)
        var fewest = min(substitution, above[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          fewest = min(fewest, before[j - 1] + 1)
        }
        row.append(fewest)
      }
      (before, above) = (above, row)
    }
    return above[b.count]
  }
}
