/// How much of an answer says again what it has said.
package enum Repetition {
  private static let words = 4

  /// The share of runs of four words that came before in the text; 0 for one of fewer words.
  package static func share(of text: String) -> Double {
    let words = text.lowercased().split(whereSeparator: \.isWhitespace)
    guard words.count >= Self.words else { return 0 }
    let runs = (0...words.count - Self.words).map { words[$0..<$0 + Self.words] }
    return 1 - Double(Set(runs).count) / Double(runs.count)
  }
}
