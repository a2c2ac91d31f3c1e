/// A size in bytes as people write it: `500M`, `4G`, `1.5G`; units are powers of 1,024.
package struct ByteCount: Hashable, Sendable, Codable, CustomStringConvertible {
  package let bytes: Int

  private static let units: [(letter: Character, bytes: Int)] = [
    ("T", 1 << 40), ("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10),
  ]

  package init(_ bytes: Int) {
    self.bytes = bytes
  }

  /// Nil for what is no size, is below 0 or is more than 2^53 bytes.
  package init?(_ text: String) {
    var number = text[...]
    var unit = 1
    if let last = text.last?.uppercased(),
      let found = Self.units.first(where: { "\($0.letter)" == last })
    {
      unit = found.bytes
      number = number.dropLast()
    }
    guard number.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
      let value = Double(number), value * Double(unit) <= 0x1p53
    else { return nil }
    bytes = Int(value * Double(unit))
  }

  /// The bytes rounded up to a unit that leaves at most four digits, to be read by a person.
  package var roundedUp: ByteCount {
    let unit = Self.units.reversed().first { bytes <= 9999 * $0.bytes }?.bytes ?? 1
    return bytes < 1 << 10 ? self : ByteCount((bytes + unit - 1) / unit * unit)
  }

  /// In the largest unit that divides it.
  package var description: String {
    for (letter, size) in Self.units where bytes >= size && bytes % size == 0 {
      return "\(bytes / size)\(letter)"
    }
    return "\(bytes)"
  }
}
