/// The printable characters that byte-level vocabularies write bytes as.
///
/// Bytes that are printable in Latin-1 stand for themselves; the other 68 take the characters from
/// U+0100 on, in order of the byte: a space is U+0120, a newline U+010A.
enum ByteAlphabet {
  /// The character of each byte.
  static let scalars: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (UInt8.min...UInt8.max).map { byte in
      switch byte {
      case 0x21...0x7e, 0xa1...0xac, 0xae...0xff: return Unicode.Scalar(byte)
      default:
        defer { next += 1 }
        return Unicode.Scalar(next) ?? "\u{fffd}"
      }
    }
  }()

  /// The byte of each character below U+0144; -1 for characters that stand for none.
  private static let bytes: [Int16] = {
    var table = [Int16](repeating: -1, count: 0x144)
    for (byte, scalar) in scalars.enumerated() { table[Int(scalar.value)] = Int16(byte) }
    return table
  }()

  /// The bytes that a token is written for. A token with a character outside the alphabet stands for
  /// its own UTF-8, as in the reference.
  static func bytes(of token: String) -> [UInt8] {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(token.utf8.count)
    for scalar in token.unicodeScalars {
      guard scalar.value < 0x144, bytes[Int(scalar.value)] >= 0 else { return Array(token.utf8) }
      decoded.append(UInt8(truncatingIfNeeded: bytes[Int(scalar.value)]))
    }
    return decoded
  }
}
