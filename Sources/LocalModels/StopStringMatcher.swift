/// The text of a completion as its tokens arrive, which ends before the first stop string.
///
/// The stop string that is completed first counts, byte by byte, however tokens cut the text; of
/// those completed by the same byte the one that began first. Text is handed out as soon as nothing
/// that follows can change it: not while it may be the beginning of a stop string or of a character.
struct StopStringMatcher {
  private let patterns: [Pattern]
  /// How many bytes of each pattern the text now ends in.
  private var matched: [Int]
  private var bytes: [UInt8] = []
  /// Where each token's bytes begin.
  private var starts: [Int] = []
  /// Where the stop string begins; nil while none was completed.
  private var cut: Int?

  /// - Parameter stopStrings: Empty ones are ignored.
  init(_ stopStrings: [String]) {
    patterns = stopStrings.filter { !$0.isEmpty }.map { Pattern(Array($0.utf8)) }
    matched = Array(repeating: 0, count: patterns.count)
  }

  /// Whether a stop string was completed; nothing may be appended after that.
  var isStopped: Bool { cut != nil }

  /// Appends the bytes of one token, which may be none.
  mutating func append(_ token: [UInt8]) {
    precondition(!isStopped, "stop strings: the text has ended; expected no more tokens")
    starts.append(bytes.count)
    for byte in token {
      bytes.append(byte)
      for index in patterns.indices {
        matched[index] = patterns[index].advance(matched[index], by: byte)
      }
      guard cut == nil else { continue }
      let completed = patterns.indices.filter { matched[$0] == patterns[$0].bytes.count }
      cut = completed.map { bytes.count - patterns[$0].bytes.count }.min()
    }
  }

  /// The text up to the stop string, or all of it; bytes that are no UTF-8 become U+FFFD.
  var text: String {
    String(decoding: bytes[..<(cut ?? bytes.count)], as: UTF8.self)
  }

  /// How many tokens, from the first on, the kept text is made of. A token that ends in the beginning
  /// of the stop string counts if some of it is kept.
  var keptTokens: Int {
    guard let cut else { return starts.count }
    return starts.prefix { $0 < cut }.count
  }
}

/// A stop string with, for each of its beginnings, the longest shorter one that it ends in: matching
/// looks at each byte of the text once (Knuth, Morris, Pratt 1977).
private struct Pattern {
  let bytes: [UInt8]
  private let shorter: [Int]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var shorter = [0]
    var length = 0
    for index in bytes.indices.dropFirst() {
      while length > 0, bytes[index] != bytes[length] { length = shorter[length - 1] }
      if bytes[index] == bytes[length] { length += 1 }
      shorter.append(length)
    }
    self.shorter = shorter
  }

  /// How many bytes of the pattern the text ends in, after one more byte.
  func advance(_ matched: Int, by byte: UInt8) -> Int {
    var matched = matched == bytes.count ? shorter[matched - 1] : matched
    while matched > 0, bytes[matched] != byte { matched = shorter[matched - 1] }
    return bytes[matched] == byte ? matched + 1 : 0
  }
}
