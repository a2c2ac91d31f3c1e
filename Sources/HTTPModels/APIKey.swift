import Foundation
import Storage

/// A secret that an endpoint asks for; it goes into one header and nowhere else.
package struct APIKey: Sendable, CustomStringConvertible, CustomReflectable {
  private let secret: String
  private static let mask = "(key)"

  /// - Throws: `EndpointError.badKey` for a text that no header can hold.
  package init(_ text: String, from place: String) throws(EndpointError) {
    let secret = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !secret.isEmpty else { throw .badKey(place: place, is: "empty") }
    guard secret.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .badKey(place: place, is: "more than one line or word")
    }
    self.secret = secret
  }

  package var description: String { Self.mask }
  package var customMirror: Mirror { Mirror(self, children: [:]) }

  var header: String { "Bearer \(secret)" }

  /// Bytes with every occurrence of the secret masked, also where JSON has escaped some of it: a
  /// server may send back what it was sent.
  func masked(_ bytes: [UInt8]) -> [UInt8] {
    let needle = Array(secret.utf8)
    guard let first = needle.first else { return bytes }
    var masked: [UInt8] = []
    var start = 0
    var place = 0
    while place < bytes.count {
      if bytes[place] == first || bytes[place] == Self.escape,
        let end = Self.end(of: needle, in: bytes, from: place)
      {
        masked += bytes[start..<place]
        masked += Self.mask.utf8
        place = end
        start = end
      } else {
        place += 1
      }
    }
    return start == 0 ? bytes : masked + bytes[start...]
  }

  private static let escape = UInt8(ascii: "\\")

  /// Where a text ends that begins at a place, each of its characters written as it is, after a
  /// backslash or as `\u` and four digits; nil if it does not stand there.
  private static func end(of text: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    var place = start
    for byte in text {
      let rest = bytes[place...]
      if rest.first == escape, rest.dropFirst().first == byte {
        place += 2
      } else if rest.first == byte {
        place += 1
      } else if rest.starts(with: [escape, UInt8(ascii: "u")]),
        let digits = String(validating: rest.dropFirst(2).prefix(4), as: UTF8.self),
        digits.utf8.count == 4, UInt32(digits, radix: 16) == UInt32(byte)
      {
        place += 6
      } else {
        return nil
      }
    }
    return place
  }
}

extension APIKey {
  /// The variable that holds the key of the endpoint that a run is about.
  package static let usualVariable = "SELFINSTRUCT_API_KEY"

  /// Where the key of an endpoint comes from, the first that there is: the endpoint's own variable,
  /// a file, the usual variables, and `OPENAI_API_KEY` for OpenAI's own host alone.
  ///
  /// - Parameters:
  ///   - variable: One that has to hold a key; nil if none was named.
  ///   - file: The same of a file.
  ///   - usual: Variables that may hold one.
  /// - Returns: Nil if there is none.
  /// - Throws: `EndpointError.badKey` for a named place without a key, `StorageError` for a file.
  package static func find(
    for url: EndpointURL, variable: String?, file: String?, usual: [String] = [usualVariable],
    in environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> APIKey? {
    if let variable {
      guard let text = environment[variable] else {
        throw EndpointError.badKey(place: "variable \(variable)", is: "not set")
      }
      return try APIKey(text, from: "variable \(variable)")
    }
    if let file {
      guard FileManager.default.fileExists(atPath: file) else {
        throw EndpointError.badKey(place: "key file \(file)", is: "not there")
      }
      var reader = try LineReader(file)
      let line = try reader.next().map { try $0.text() } ?? ""
      while let more = try reader.next() {
        if !more.isBlank {
          throw EndpointError.badKey(place: file, is: "more than one line or word")
        }
      }
      return try APIKey(line, from: file)
    }
    for name in usual {
      guard let text = environment[name], !text.isEmpty else { continue }
      return try APIKey(text, from: "variable \(name)")
    }
    if url.host == "api.openai.com", let text = environment["OPENAI_API_KEY"], !text.isEmpty {
      return try APIKey(text, from: "variable OPENAI_API_KEY")
    }
    return nil
  }
}
