/// What pre-tokenizers tell characters apart by: `\p{L}`, `\p{N}`, `\s` and the rest.
enum CharacterClass: UInt8 {
  case letter, number, space, other

  init(_ scalar: Unicode.Scalar) {
    self =
      Self.isLetterOrNumber(scalar)
      ?? (scalar.properties.isWhitespace ? .space : .other)
  }

  /// The regex engine of the reference knows Unicode 16; scalars assigned later are neither letters
  /// nor numbers to it, and so they are here, whatever the standard library knows.
  private static func isLetterOrNumber(_ scalar: Unicode.Scalar) -> CharacterClass? {
    let found: CharacterClass
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      found = .letter
    case .decimalNumber, .letterNumber, .otherNumber:
      found = .number
    default:
      return nil
    }
    return scalar.properties.age.map { $0.major <= 16 } ?? false ? found : nil
  }

  /// The classes of U+0000 to U+07FF, most of what Latin, Greek, Cyrillic, Hebrew and Arabic use.
  static let table: [CharacterClass] = (0..<0x800).map { value in
    Unicode.Scalar(UInt32(value)).map(CharacterClass.init) ?? .other
  }
}

/// Text as its UTF-8 bytes, looked at character by character.
struct CharacterScanner {
  let bytes: [UInt8]
  private let table = CharacterClass.table

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The character that begins at a byte: what it is and how many bytes it takes.
  /// - Precondition: A character begins there.
  @inline(__always)
  func character(at position: Int) -> (kind: CharacterClass, width: Int) {
    let lead = bytes[position]
    if lead < 0x80 { return (table[Int(lead)], 1) }
    let (scalar, width) = scalar(at: position)
    if scalar < 0x800 { return (table[Int(scalar)], width) }
    return (Unicode.Scalar(scalar).map(CharacterClass.init) ?? .other, width)
  }

  /// The scalar that begins at a byte and how many bytes it takes.
  func scalar(at position: Int) -> (value: UInt32, width: Int) {
    let lead = UInt32(bytes[position])
    if lead < 0x80 { return (lead, 1) }
    let width = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
    var value = lead & (0xff >> (UInt32(width) + 1))
    for offset in 1..<width { value = value << 6 | UInt32(bytes[position + offset] & 0x3f) }
    return (value, width)
  }

  /// The end of the run of characters of one class from `position` on, at most `end`.
  func endOfRun(of kind: CharacterClass, from position: Int, to end: Int) -> Int {
    var position = position
    while position < end {
      let next = character(at: position)
      if next.kind != kind { break }
      position += next.width
    }
    return position
  }
}
