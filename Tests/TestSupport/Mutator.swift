/// Damages the inputs of readers: half as files are damaged, anywhere, and half so that they stay
/// well-formed and a reader goes on to what they say.
package struct Mutator: Sendable {
  private var state: UInt64
  /// The parts of what was reworded before: it is mostly one of a few originals.
  private var known: [[UInt8]: JSONParts] = [:]

  /// - Parameter seed: Equal seeds give equal damage.
  package init(seed: UInt64) {
    state = seed
  }

  /// A number from 0 to below a bound (Steele, Lea and Flood's SplitMix64).
  package mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) % UInt64(max(1, bound)))
  }

  package mutating func pick<Element>(_ choices: [Element]) -> Element {
    choices[below(choices.count)]
  }

  /// Bytes with one to four of them, or runs of them, changed, taken out, put in or cut off.
  package mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0...below(4) {
      let place = below(bytes.count + 1)
      let end = min(bytes.count, place + 1 + below(16))
      switch below(8) {
      case 0: if place < bytes.count { bytes[place] ^= 1 << UInt8(below(8)) }
      case 1: if place < bytes.count { bytes[place] = pick(Self.oddBytes) }
      case 2:
        for (index, byte) in zip(place..<bytes.count, pick(Self.oddNumbers)) { bytes[index] = byte }
      case 3: bytes.removeSubrange(place..<max(place, end))
      case 4: bytes.insert(contentsOf: bytes[place..<max(place, end)], at: below(bytes.count + 1))
      case 5: bytes.insert(contentsOf: (0..<below(8)).map { _ in pick(Self.oddBytes) }, at: place)
      case 6: bytes.insert(contentsOf: pick(Self.oddTexts).utf8, at: place)
      default: if below(4) == 0 { bytes.removeLast(bytes.count - place) }
      }
    }
    return bytes
  }

  /// JSON that is JSON still, with one to three of its values or keys replaced.
  ///
  /// - Precondition: It is JSON.
  package mutating func reworded(_ json: [UInt8]) -> [UInt8] {
    let first = parts(of: json)
    var json = json
    for change in 0...below(3) {
      let parts = change == 0 ? first : JSONParts(of: json)
      let isKey = below(4) == 0 && !parts.keys.isEmpty
      let place = pick(isKey ? parts.keys : parts.values)
      let other = pick(isKey ? parts.keys : parts.values)
      let new =
        switch below(3) {
        case 0: Array(json[other])
        // Mostly a key that is no other's: two equal ones are not read on.
        case _ where isKey: Array("\"k\(below(9999))\"".utf8)
        default: Array(pick(Self.oddValues).utf8)
        }
      json.replaceSubrange(place, with: new)
    }
    return json
  }

  private mutating func parts(of json: [UInt8]) -> JSONParts {
    if let parts = known[json] { return parts }
    let parts = JSONParts(of: json)
    if known.count < 1000 { known[json] = parts }
    return parts
  }

  /// Lines of JSON that are such lines still: one is reworded, or lines are taken out, doubled or
  /// swapped.
  package mutating func rewordedLines(_ text: [UInt8]) -> [UInt8] {
    var lines = text.split(separator: UInt8(ascii: "\n")).map(Array.init)
    guard !lines.isEmpty else { return text }
    let place = below(lines.count)
    switch below(8) {
    case 0: lines.remove(at: place)
    case 1: lines.insert(lines[place], at: below(lines.count + 1))
    case 2: lines.swapAt(place, below(lines.count))
    default: lines[place] = reworded(lines[place])
    }
    return Array(lines.joined(separator: [UInt8(ascii: "\n")]))
  }

  private static let oddBytes: [UInt8] = [
    0, 1, 9, 10, 13, 0x1F, 0x22, 0x2C, 0x5B, 0x5C, 0x5D, 0x7B, 0x7D, 0x7F, 0x80, 0xBF, 0xC0, 0xE2,
    0xED, 0xF4, 0xFE, 0xFF,
  ]

  private static let oddNumbers: [[UInt8]] = [
    [0, 0, 0, 0, 0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
    [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0x80], [0xFF, 0xFF, 0xFF, 0x7F],
    [1, 0, 0, 0, 0, 0, 0, 0x80], [0, 0, 0, 0, 1, 0, 0, 0],
  ]

  private static let oddTexts = [
    "\\u0000", "\\ud800", "\\u", "1e999", "-", "nul", "\u{FEFF}", "\u{301}", "🏳️‍🌈", "[[[[", "{\"\":",
  ]

  private static let oddValues = [
    "null", "true", "false", "0", "-1", "1.5", "1e308", "-1e-308", "9223372036854775807",
    "-9223372036854775808", "18446744073709551616", "4294967296", "\"\"", "\" \"", "\"\\u0000\"",
    "\"e\\u0301\"", "\"\\ud83d\\ude00\"", "[]", "{}", "[[]]", "{\"a\": 1}", "[null]", "\"\\n\\n\"",
    "\"\(String(repeating: "long ", count: 200))\"", "3.0", "\"r1-0\"", "2147483648",
  ]
}

/// Where the values and the keys of a JSON text stand.
private struct JSONParts: Sendable {
  private(set) var values: [Range<Int>] = []
  private(set) var keys: [Range<Int>] = []
  private let bytes: [UInt8]
  private var place = 0

  init(of json: [UInt8]) {
    bytes = json
    value()
  }

  private var next: UInt8 { place < bytes.count ? bytes[place] : 0 }

  private mutating func value() {
    skipSpace()
    let start = place
    switch next {
    case UInt8(ascii: "{"): members(until: UInt8(ascii: "}"), haveKeys: true)
    case UInt8(ascii: "["): members(until: UInt8(ascii: "]"), haveKeys: false)
    case UInt8(ascii: "\""): string()
    default: while place < bytes.count, !Self.isEnd(next) { place += 1 }
    }
    values.append(start..<place)
    skipSpace()
  }

  private mutating func members(until end: UInt8, haveKeys: Bool) {
    place += 1
    skipSpace()
    while place < bytes.count, next != end {
      if haveKeys {
        skipSpace()
        let start = place
        string()
        keys.append(start..<place)
        skipSpace()
        place += 1  // the colon
      }
      value()
      if next == UInt8(ascii: ",") { place += 1 }
      skipSpace()
    }
    place += 1
  }

  private mutating func string() {
    place += 1
    while place < bytes.count, next != UInt8(ascii: "\"") {
      place += next == UInt8(ascii: "\\") ? 2 : 1
    }
    place = min(place + 1, bytes.count)
  }

  private mutating func skipSpace() {
    while Self.isSpace(next) { place += 1 }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D
  }

  /// Whether a number or a word is over.
  private static func isEnd(_ byte: UInt8) -> Bool {
    isSpace(byte) || byte == 0x2C || byte == 0x5D || byte == 0x7D
  }
}
