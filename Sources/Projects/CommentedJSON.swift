import Storage

/// JSON that a person wrote: `//` and `/* */` comments and a comma after the last element are
/// allowed, and each key's line is known, for messages.
struct CommentedJSON {
  /// The document.
  let value: JSONValue
  /// The line of each key, counted from 1, by its path: `["grow", "rules", "min_words"]`.
  let lines: [[String]: Int]

  /// Reads a document.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - path: The file's name, for messages.
  /// - Throws: `ProjectError.malformed` with the line.
  init(_ bytes: [UInt8], path: String) throws(ProjectError) {
    var plain = bytes
    if let open = Self.blankComments(in: &plain) {
      throw .malformed(
        path: path, line: Self.line(of: open, in: bytes), is: "a comment is not closed",
        expected: "'*/'")
    }
    do {
      value = try JSONValue(parsing: plain)
    } catch {
      throw .malformed(path: path, line: error.line, is: error.found, expected: error.expected)
    }
    lines = Self.lines(of: plain)
  }

  /// Makes comments and trailing commas spaces, so that every other byte keeps its place.
  ///
  /// - Returns: Where a comment begins that does not end.
  private static func blankComments(in bytes: inout [UInt8]) -> Int? {
    var position = 0
    var comma: Int?
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position = endOfString(bytes, from: position)
        comma = nil
      case UInt8(ascii: "/") where bytes[position...].starts(with: "//".utf8):
        let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        blank(position..<end, in: &bytes)
        position = end
      case UInt8(ascii: "/") where bytes[position...].starts(with: "/*".utf8):
        guard let end = endOfComment(bytes, from: position) else { return position }
        blank(position..<end, in: &bytes)
        position = end
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if let comma { bytes[comma] = UInt8(ascii: " ") }
        comma = nil
        position += 1
      case UInt8(ascii: ","):
        comma = position
        position += 1
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default:
        comma = nil
        position += 1
      }
    }
    return nil
  }

  private static func blank(_ range: Range<Int>, in bytes: inout [UInt8]) {
    for index in range where bytes[index] != UInt8(ascii: "\n") {
      bytes[index] = UInt8(ascii: " ")
    }
  }

  /// The position after the string that begins at `start`, or the end of the bytes.
  private static func endOfString(_ bytes: [UInt8], from start: Int) -> Int {
    var position = start + 1
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    return min(position + 1, bytes.count)
  }

  private static func endOfComment(_ bytes: [UInt8], from start: Int) -> Int? {
    var position = start + 2
    while position + 1 < bytes.count {
      if bytes[position...].starts(with: "*/".utf8) { return position + 2 }
      position += 1
    }
    return nil
  }

  /// The lines of all keys of a document that is known to be JSON.
  private static func lines(of bytes: [UInt8]) -> [[String]: Int] {
    var lines: [[String]: Int] = [:]
    var path: [String] = []
    var last = ""
    var line = 1
    var position = 0
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        let end = endOfString(bytes, from: position)
        last = (try? JSONValue(parsing: Array(bytes[position..<end])))?.string ?? ""
        position = end
        continue
      case UInt8(ascii: ":"): lines[Array((path + [last]).dropFirst())] = line
      case UInt8(ascii: "{"), UInt8(ascii: "["): path.append(last)
      case UInt8(ascii: "}"), UInt8(ascii: "]"): path.removeLast()
      case UInt8(ascii: "\n"): line += 1
      default: break
      }
      position += 1
    }
    return lines
  }

  private static func line(of offset: Int, in bytes: [UInt8]) -> Int {
    1 + bytes.prefix(max(0, offset)).count { $0 == UInt8(ascii: "\n") }
  }
}
