extension JSONValue {
  /// How deep arrays and objects may nest in text that is read.
  package static let maximumDepth = 256

  /// Reads one JSON document (RFC 8259) that fills all of the bytes.
  ///
  /// Stricter than many readers where these would lose something without a word: a key twice in one
  /// object, half of a surrogate pair, a number beyond a double and bytes that are not UTF-8 are
  /// errors. An integer beyond `Int` becomes `.largeInteger`.
  ///
  /// - Throws: `JSONProblem` naming line and column, counted from 1, the column in bytes.
  /// - Complexity: O(bytes); never allocates more than a small multiple of them.
  package init(parsing bytes: [UInt8]) throws(JSONProblem) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.document()
  }

  /// An element of an array with its place.
  package struct Element: Sendable {
    /// The line on which it begins, counted from 1.
    package let line: Int
    /// Where it stands in the document.
    package let bytes: Range<Int>
    package let value: JSONValue
  }

  /// Reads a document that is an array.
  ///
  /// - Throws: `JSONProblem`, also if it is no array.
  package static func elements(parsing bytes: [UInt8]) throws(JSONProblem) -> [Element] {
    var parser = JSONParser(bytes: bytes)
    guard let elements = try parser.document().array else {
      throw JSONProblem(found: "the document is no array", expected: "an array")
    }
    var line = 1
    var counted = 0
    return zip(parser.places, elements).map { place, element in
      line += bytes[counted..<place.lowerBound].count { $0 == UInt8(ascii: "\n") }
      counted = place.lowerBound
      return Element(line: line, bytes: place, value: element)
    }
  }

  /// Reads one JSON document from text.
  package init(parsing text: String) throws(JSONProblem) {
    try self.init(parsing: Array(text.utf8))
  }
}

/// A recursive-descent reader over the bytes of one document.
private struct JSONParser {
  let bytes: [UInt8]
  var position = 0
  /// Where the elements stand if the document is an array.
  var places: [Range<Int>] = []

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func document() throws(JSONProblem) -> JSONValue {
    skipSpace()
    let value = try value(depth: 0)
    skipSpace()
    guard position == bytes.count else {
      throw problem("\(here) follows the value", "nothing more")
    }
    return value
  }

  private mutating func value(depth: Int) throws(JSONProblem) -> JSONValue {
    switch next {
    case let byte? where isOpening(byte) && depth == JSONValue.maximumDepth:
      throw problem("arrays and objects nest deeper", "at most \(depth) levels")
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "-"): return try number()
    case let byte? where isDigit(byte): return try number()
    default: throw problem(here, "a JSON value")
    }
  }

  private mutating func object(depth: Int) throws(JSONProblem) -> JSONValue {
    position += 1
    var fields: [String: JSONValue] = [:]
    skipSpace()
    if skip(UInt8(ascii: "}")) { return .object(fields) }
    while true {
      guard next == UInt8(ascii: "\"") else { throw problem(here, "a key in double quotes") }
      let key = try string()
      skipSpace()
      guard skip(UInt8(ascii: ":")) else { throw problem(here, "':' after key \(quoted(key))") }
      skipSpace()
      let value = try value(depth: depth + 1)
      let end = position
      guard fields.updateValue(value, forKey: key) == nil else {
        throw problem("key \(quoted(key)) is there twice", "each key once")
      }
      skipSpace()
      if skip(UInt8(ascii: "}")) { return .object(fields) }
      guard skip(UInt8(ascii: ",")) else { throw missingComma(after: end, before: "}") }
      skipSpace()
    }
  }

  private mutating func array(depth: Int) throws(JSONProblem) -> JSONValue {
    position += 1
    var elements: [JSONValue] = []
    skipSpace()
    if skip(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      let start = position
      elements.append(try value(depth: depth + 1))
      let end = position
      if depth == 0 { places.append(start..<end) }
      skipSpace()
      if skip(UInt8(ascii: "]")) { return .array(elements) }
      guard skip(UInt8(ascii: ",")) else { throw missingComma(after: end, before: "]") }
      skipSpace()
    }
  }

  /// What is wrong where a value should be followed by a comma or the end: the place after the
  /// value if a key or value begins, maybe many lines of comments below; else what stands there.
  private mutating func missingComma(after end: Int, before closing: String) -> JSONProblem {
    let beginsValue = next.map { $0 == UInt8(ascii: "\"") || isOpening($0) } ?? false
    guard beginsValue else { return problem(here, "',' or '\(closing)'") }
    position = end
    return problem("no ',' follows the value", "',' or '\(closing)'")
  }

  private mutating func literal(
    _ word: String, _ value: JSONValue
  ) throws(JSONProblem) -> JSONValue {
    guard bytes[position...].starts(with: word.utf8) else { throw problem(here, "'\(word)'") }
    position += word.utf8.count
    return value
  }

  // MARK: Numbers

  private mutating func number() throws(JSONProblem) -> JSONValue {
    let start = position
    _ = skip(UInt8(ascii: "-"))
    let digits = position
    try skipDigits()
    guard bytes[digits] != UInt8(ascii: "0") || position == digits + 1 else {
      throw problem("a number begins with 0", "no leading zeros")
    }
    var isInteger = true
    if skip(UInt8(ascii: ".")) {
      isInteger = false
      try skipDigits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      isInteger = false
      position += 1
      if !skip(UInt8(ascii: "-")) { _ = skip(UInt8(ascii: "+")) }
      try skipDigits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger { return Int(text).map(JSONValue.int) ?? .largeInteger(text) }
    guard let double = Double(text), double.isFinite else {
      throw problem("number '\(text.prefix(40))' is too large", "one that a double holds")
    }
    return .double(double)
  }

  private mutating func skipDigits() throws(JSONProblem) {
    let start = position
    while let byte = next, isDigit(byte) { position += 1 }
    guard position > start else { throw problem(here, "a digit") }
  }

  private func isOpening(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  // MARK: Strings

  private mutating func string() throws(JSONProblem) -> String {
    position += 1
    let start = position
    var unescaped: [UInt8]?  // made at the first escape; most strings have none
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        defer { position += 1 }
        return try text(unescaped.map { $0[...] } ?? bytes[start..<position])
      case UInt8(ascii: "\\"):
        if unescaped == nil { unescaped = Array(bytes[start..<position]) }
        position += 1
        unescaped?.append(contentsOf: try escape())
      case 0..<0x20:
        throw problem("an unescaped control character is in a string", "an escape such as \\n")
      default:
        unescaped?.append(byte)
        position += 1
      }
    }
    throw problem("the text ends inside a string", "a closing double quote")
  }

  private func text(_ bytes: ArraySlice<UInt8>) throws(JSONProblem) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw problem("a string holds bytes that are not UTF-8", "UTF-8")
    }
    return text
  }

  private mutating func escape() throws(JSONProblem) -> [UInt8] {
    defer { position += 1 }
    switch next {
    case UInt8(ascii: "\""): return [0x22]
    case UInt8(ascii: "\\"): return [0x5C]
    case UInt8(ascii: "/"): return [0x2F]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw problem("an escape '\\' before \(here)", "one of \" \\ / b f n r t u")
    }
  }

  /// Reads the digits after `\u`, and a second escape if the first is half of a pair; stops at the
  /// last digit.
  private mutating func unicodeEscape() throws(JSONProblem) -> [UInt8] {
    var value = try hexDigits()
    if (0xD800..<0xDC00).contains(value), bytes[(position + 1)...].starts(with: "\\u".utf8) {
      position += 2
      let low = try hexDigits()
      if (0xDC00..<0xE000).contains(low) {
        value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
      }
    }
    guard let scalar = Unicode.Scalar(value) else {
      throw problem("an escape names half of a surrogate pair", "both halves")
    }
    return Array(String(Character(scalar)).utf8)
  }

  private mutating func hexDigits() throws(JSONProblem) -> UInt32 {
    let digits = bytes[min(position + 1, bytes.count)..<min(position + 5, bytes.count)]
    let isHex = digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
    guard digits.count == 4, isHex,
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw problem("an escape \\u lacks digits", "four hexadecimal digits") }
    position += 4
    return value
  }

  // MARK: Steps

  private var next: UInt8? {
    position < bytes.count ? bytes[position] : nil
  }

  private mutating func skip(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  /// What stands at the position, in words.
  private var here: String {
    guard let byte = next else { return "the text ends" }
    if byte < 0x20 || byte == 0x7F { return "a control character" }
    // A whole character even where several bytes make one.
    let text = String(decoding: bytes[position..<min(position + 4, bytes.count)], as: UTF8.self)
    return text.unicodeScalars.first.map { "'\($0)'" } ?? "nothing"
  }

  private func problem(_ found: String, _ expected: String) -> JSONProblem {
    let before = bytes[..<min(position, bytes.count)]
    let line = 1 + before.count { $0 == UInt8(ascii: "\n") }
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let column = position - lineStart + 1
    return JSONProblem(found: "\(found) (column \(column))", expected: expected, line: line)
  }
}
