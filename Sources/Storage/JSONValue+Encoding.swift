extension JSONValue {
  /// The value as one line of JSON, the same bytes for equal values on every platform.
  ///
  /// Keys are sorted by their UTF-8 bytes, nothing stands between tokens but `, ` and `: `, text
  /// stays UTF-8 with only quotes, backslashes and control characters escaped, and a double has the
  /// fewest digits that read back as itself. The line has no newline at its end.
  ///
  /// An infinite or undefined double, for which JSON has no spelling, becomes `null`.
  ///
  /// - Parameter first: Keys that stand before all others, in this order, as people look for them.
  package func encodedLine(first: [String] = []) -> String {
    var bytes: [UInt8] = []
    append(to: &bytes, indent: nil, first)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The value over several lines, two spaces deeper for each level, with a newline at the end.
  package func encodedPretty() -> String {
    var bytes: [UInt8] = []
    append(to: &bytes, indent: 0, [])
    bytes.append(UInt8(ascii: "\n"))
    return String(decoding: bytes, as: UTF8.self)
  }

  private func append(to bytes: inout [UInt8], indent: Int?, _ first: [String]) {
    switch self {
    case .null: bytes += "null".utf8
    case .bool(let flag): bytes += (flag ? "true" : "false").utf8
    case .int(let number): bytes += String(number).utf8
    case .double(let number): bytes += (number.isFinite ? String(number) : "null").utf8
    case .largeInteger(let digits): bytes += digits.utf8
    case .string(let text): Self.append(text, to: &bytes)
    case .array(let elements):
      Self.append("[", elements, "]", to: &bytes, indent) { element, bytes, indent in
        element.append(to: &bytes, indent: indent, first)
      }
    case .object(let fields):
      let leading = first.compactMap { key in fields[key].map { (key: key, value: $0) } }
      let sorted = fields.filter { !first.contains($0.key) }
        .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      Self.append("{", leading + sorted, "}", to: &bytes, indent) { field, bytes, indent in
        Self.append(field.key, to: &bytes)
        bytes += ": ".utf8
        field.value.append(to: &bytes, indent: indent, first)
      }
    }
  }

  private static func append<Element>(
    _ open: String, _ elements: [Element], _ close: String, to bytes: inout [UInt8],
    _ indent: Int?, each: (Element, inout [UInt8], Int?) -> Void
  ) {
    bytes += open.utf8
    let deeper = elements.isEmpty ? nil : indent.map { $0 + 2 }
    for (index, element) in elements.enumerated() {
      if index > 0 { bytes += (deeper == nil ? ", " : ",").utf8 }
      appendBreak(deeper, to: &bytes)
      each(element, &bytes, deeper)
    }
    if deeper != nil { appendBreak(indent, to: &bytes) }
    bytes += close.utf8
  }

  private static func appendBreak(_ indent: Int?, to bytes: inout [UInt8]) {
    guard let indent else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes += repeatElement(UInt8(ascii: " "), count: indent)
  }

  private static func append(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): bytes += "\\\"".utf8
      case UInt8(ascii: "\\"): bytes += "\\\\".utf8
      case UInt8(ascii: "\n"): bytes += "\\n".utf8
      case UInt8(ascii: "\r"): bytes += "\\r".utf8
      case UInt8(ascii: "\t"): bytes += "\\t".utf8
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        bytes += ("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits).utf8
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
