/// The tokens of a model: their bytes, and which of them are special.
struct Vocabulary: Sendable {
  /// What a token is for.
  enum Kind: UInt8, Sendable {
    /// Part of text.
    case text
    /// Never part of text: begins or ends documents and turns.
    case special
  }

  /// All tokens' bytes, one after another; `starts` says where each begins and the last ends.
  private var bytes: [UInt8] = []
  private var starts: [Int] = [0]
  private(set) var specials: [String: Int32] = [:]
  /// The token of each single byte; -1 where the vocabulary has none.
  private(set) var byteTokens = [Int32](repeating: -1, count: 256)
  private var isSpecial: [Bool] = []

  /// How many tokens there are.
  var count: Int { starts.count - 1 }

  /// Appends the token with the next id. Special tokens stand for their name, others for the bytes
  /// their characters spell in the byte alphabet.
  mutating func append(_ name: String, _ kind: Kind) {
    let id = Int32(count)
    let spelled = kind == .special ? Array(name.utf8) : ByteAlphabet.bytes(of: name)
    if kind == .special {
      specials[name] = id
    } else if spelled.count == 1, byteTokens[Int(spelled[0])] < 0 {
      byteTokens[Int(spelled[0])] = id
    }
    bytes += spelled
    starts.append(bytes.count)
    isSpecial.append(kind == .special)
  }

  /// The bytes of a token; none for a number that is no token.
  func bytes(of token: Int32) -> ArraySlice<UInt8> {
    guard contains(token) else { return [] }
    return bytes[starts[Int(token)]..<starts[Int(token) + 1]]
  }

  func isSpecial(_ token: Int32) -> Bool {
    contains(token) && isSpecial[Int(token)]
  }

  func contains(_ token: Int32) -> Bool {
    token >= 0 && Int(token) < count
  }
}
