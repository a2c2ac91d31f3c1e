/// Cuts a text into the tokens that ROUGE counts.
package enum RougeTokenizer: String, Hashable, Sendable, Codable {
  /// As `rouge_score` 0.1.2 without stemmer: the text in lower case as Python makes it, of which
  /// runs of a-z and 0-9 are tokens and all else separates. Text of other scripts has no tokens.
  case reference
  /// Words of any script: runs of letters, marks and digits in lower case. Where a script puts no
  /// space between words (Han, kana, Thai, Lao, Khmer, Burmese), each letter with its marks is a
  /// token. On ASCII text the tokens are those of `reference`.
  case unicode

  /// The tokens of a text in order.
  ///
  /// - Complexity: O(scalars).
  package func tokens(in text: String) -> [String] {
    text.utf8.allSatisfy { $0 < 0x80 } ? Self.tokens(inASCII: text) : gather(text).tokens
  }

  /// Where each token stands in a text.
  package func ranges(in text: String) -> [Range<String.Index>] {
    gather(text).ranges
  }

  private func gather(_ text: String) -> TokenGatherer {
    var gatherer = TokenGatherer(text)
    let scalars = text.unicodeScalars
    for index in scalars.indices {
      let scalar = scalars[index]
      gatherer.place = index..<scalars.index(after: index)
      if scalar.isASCII {
        gatherer.takeASCII(scalar)
      } else {
        switch self {
        case .reference: gatherer.takeAsReference(scalar)
        case .unicode: gatherer.takeAsUnicode(scalar)
        }
      }
    }
    gatherer.close()
    return gatherer
  }

  /// What both cases make of ASCII, byte by byte: most of what is filtered is nothing else.
  private static func tokens(inASCII text: String) -> [String] {
    var tokens: [String] = []
    var token: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        token.append(byte)
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): token.append(byte | 0x20)
      default:
        if token.isEmpty { continue }
        tokens.append(String(decoding: token, as: UTF8.self))
        token.removeAll(keepingCapacity: true)
      }
    }
    if !token.isEmpty { tokens.append(String(decoding: token, as: UTF8.self)) }
    return tokens
  }
}

/// Builds tokens from scalars.
private struct TokenGatherer {
  private(set) var tokens: [String] = []
  private(set) var ranges: [Range<String.Index>] = []
  /// Where the scalar stands that is taken next.
  var place: Range<String.Index>
  private var token = String.UnicodeScalarView()
  private var range: Range<String.Index>
  /// Whether the token is a letter that no other letter may join.
  private var isComplete = false

  init(_ text: String) {
    place = text.startIndex..<text.startIndex
    range = place
  }

  mutating func close() {
    if token.isEmpty { return }
    tokens.append(String(token))
    ranges.append(range)
    token = String.UnicodeScalarView()
    isComplete = false
  }

  private mutating func extend(_ scalars: some Sequence<Unicode.Scalar>) {
    range = (token.isEmpty ? place.lowerBound : range.lowerBound)..<place.upperBound
    token.append(contentsOf: scalars)
  }

  mutating func takeASCII(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "a"..."z", "0"..."9": append(scalar)
    case "A"..."Z": append(Unicode.Scalar(UInt8(scalar.value) | 0x20))
    default: close()
    }
  }

  private mutating func append(_ scalar: Unicode.Scalar) {
    if isComplete { close() }
    extend(CollectionOfOne(scalar))
  }

  /// Beyond ASCII only two scalars have an ASCII letter in their lower case.
  mutating func takeAsReference(_ scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x212A:  // the Kelvin sign
      append("k")
    case 0x0130:  // I with a dot: an i, then a combining dot, which separates
      append("i")
      close()
    default: close()
    }
  }

  mutating func takeAsUnicode(_ scalar: Unicode.Scalar) {
    let scalar = Self.narrow(scalar)
    if scalar.isASCII { return takeASCII(scalar) }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark:
      // Belongs to the letter before it; alone it is nothing.
      if !token.isEmpty { extend(CollectionOfOne(scalar)) }
    case .format:
      break  // joiners and soft hyphens stand inside words
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber, .otherNumber:
      takeLetter(scalar)
    default: close()
    }
  }

  private mutating func takeLetter(_ scalar: Unicode.Scalar) {
    if Self.standsAlone(scalar) {
      close()
      extend(CollectionOfOne(scalar))
      isComplete = true
    } else if scalar.value == 0x03C2 {
      append("\u{3C3}")  // the sigma at the end of a word is a sigma
    } else {
      if isComplete { close() }
      extend(scalar.properties.lowercaseMapping.unicodeScalars)
    }
  }

  /// Whether a letter is a token of its own: its script writes words without spaces.
  private static func standsAlone(_ letter: Unicode.Scalar) -> Bool {
    if letter.properties.generalCategory == .decimalNumber { return false }
    switch letter.value {
    case 0x0E00...0x0EFF: return true  // Thai, Lao
    case 0x1000...0x109F, 0xA9E0...0xA9FF, 0xAA60...0xAA7F: return true  // Burmese
    case 0x1780...0x17FF: return true  // Khmer
    case 0x3005...0x3007, 0x3040...0x312F, 0x31F0...0x31FF, 0xFF66...0xFF9F: return true  // kana
    case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: return true  // Han
    default: return false
    }
  }

  /// Letters and digits of full width, as they stand among Chinese characters, as ASCII.
  private static func narrow(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    guard (0xFF01...0xFF5E).contains(scalar.value) else { return scalar }
    return Unicode.Scalar(UInt8(scalar.value - 0xFEE0))
  }
}
