/// Cuts text into the pieces that byte pairs are merged inside of.
///
/// A list of rules, each cutting the pieces that the rules before it left.
package struct PreTokenizer: Equatable, Sendable {
  /// One way of cutting. A rule never drops or changes a byte.
  package enum Rule: String, Equatable, Sendable, CaseIterable {
    /// Every numeric character (Unicode Nd, Nl, No) alone.
    case singleDigits
    /// Runs of numeric characters.
    case numericRuns
    /// Runs of `\p{N}`: like `numericRuns`, by an older Unicode.
    case digitRuns
    /// GPT-2: English contractions, words and numbers with the space before them, other signs.
    case gpt2
    /// Llama 3: like GPT-2, but numbers of at most three digits, a sign joins the word after it and
    /// line ends join what stands before them.
    case llama3
    /// Qwen 2: Llama 3 with digits one by one.
    case qwen2
    /// Runs of punctuation and of `$+<=>^~|`.
    case punctuationRuns
    /// Three ASCII digits at a time.
    case asciiDigitTriples
  }

  package let rules: [Rule]

  package init(_ rules: [Rule]) {
    self.rules = rules
  }

  /// The pre-tokenizer that GGUF files call by `tokenizer.ggml.pre`; nil for a name unknown here.
  package init?(ggufName name: String) {
    switch name {
    case "smollm": self.init([.singleDigits, .gpt2])
    case "gpt-2": self.init([.gpt2])
    case "llama-bpe", "llama3", "llama-v3": self.init([.llama3])
    case "qwen2": self.init([.qwen2])
    case "default": self.init([.punctuationRuns, .gpt2, .digitRuns, .asciiDigitTriples])
    default: return nil
    }
  }

  /// What GGUF files call it; nil for one that has no name there.
  package var ggufName: String? {
    let names = ["smollm", "gpt-2", "llama-bpe", "qwen2", "default"]
    return names.first { PreTokenizer(ggufName: $0) == self }
  }

  /// The names that `init(ggufName:)` knows.
  package static let ggufNames = [
    "default", "gpt-2", "llama-bpe", "llama-v3", "llama3", "qwen2", "smollm",
  ]

  /// The pieces of a text, as ranges of its UTF-8 bytes, in order and without gaps.
  func pieces(of text: CharacterScanner) -> [Range<Int>] {
    var pieces = text.bytes.isEmpty ? [] : [text.bytes.indices]
    for rule in rules {
      var cut: [Range<Int>] = []
      cut.reserveCapacity(max(pieces.count, text.bytes.count / 4))
      for piece in pieces { rule.cut(piece, of: text, into: &cut) }
      pieces = cut
    }
    return pieces
  }
}

extension PreTokenizer.Rule {
  /// The rule that a regular expression of a `tokenizer.json` is; nil for one unknown here.
  init?(regularExpression: String) {
    let rule = [Self.gpt2, .llama3, .qwen2].first { $0.regularExpression == regularExpression }
    guard let rule else { return nil }
    self = rule
  }

  /// The regular expression that a `tokenizer.json` has for a rule; nil for one without.
  var regularExpression: String? {
    switch self {
    case .gpt2: Self.gpt2Expression
    case .llama3: Self.llama3Expression
    case .qwen2: Self.llama3Expression.replacing(#"\p{N}{1,3}"#, with: #"\p{N}"#)
    case .singleDigits, .numericRuns, .digitRuns, .punctuationRuns, .asciiDigitTriples: nil
    }
  }

  private static let gpt2Expression =
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
  private static let llama3Expression =
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"#
    + #" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

  /// Appends the pieces of one piece.
  fileprivate func cut(
    _ piece: Range<Int>, of text: CharacterScanner, into pieces: inout [Range<Int>]
  ) {
    var position = piece.lowerBound
    while position < piece.upperBound {
      let end = endOfPiece(in: text, from: position, to: piece.upperBound)
      pieces.append(position..<end)
      position = end
    }
  }

  private func endOfPiece(in text: CharacterScanner, from start: Int, to end: Int) -> Int {
    switch self {
    case .gpt2: text.endOfGPT2Piece(from: start, to: end)
    case .llama3: text.endOfLlama3Piece(from: start, to: end, digits: 3)
    case .qwen2: text.endOfLlama3Piece(from: start, to: end, digits: 1)
    case .singleDigits:
      text.endOfGroup(from: start, to: end, longest: 1, in: CharacterScanner.isNumeric)
    case .numericRuns:
      text.endOfGroup(from: start, to: end, longest: .max, in: CharacterScanner.isNumeric)
    case .digitRuns:
      text.endOfGroup(from: start, to: end, longest: .max, in: CharacterScanner.isNumber)
    case .punctuationRuns:
      text.endOfGroup(from: start, to: end, longest: .max, in: CharacterScanner.isPunctuation)
    case .asciiDigitTriples: text.endOfASCIITriple(from: start, to: end)
    }
  }
}
