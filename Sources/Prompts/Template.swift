/// A text with places for values, written `{name}`.
///
/// Values are put in once, so a value that itself holds `{name}` stays as it is.
package struct Template: Hashable, Sendable {
  private enum Piece: Hashable, Sendable {
    case text(String)
    case place(String)
  }

  private let pieces: [Piece]

  /// Reads a template and checks its places.
  ///
  /// - Parameters:
  ///   - text: The template.
  ///   - required: Names that must have a place.
  ///   - optional: Names that may have one.
  ///   - place: File and section, for errors.
  /// - Throws: `PromptError.unknownPlaceholder` or `.missingPlaceholder`.
  package init(
    _ text: String, required: [String], optional: [String] = [],
    in place: (file: String, section: String)
  ) throws(PromptError) {
    let pieces = Self.pieces(of: text)
    let known = required + optional
    var seen: Set<String> = []
    for case .place(let name) in pieces {
      guard known.contains(name) else {
        throw .unknownPlaceholder(
          file: place.file, section: place.section, is: name, expected: known)
      }
      seen.insert(name)
    }
    for name in required where !seen.contains(name) {
      throw .missingPlaceholder(file: place.file, section: place.section, placeholder: name)
    }
    self.pieces = pieces
  }

  /// The text with every place filled; a place without a value is left out.
  package func filled(_ values: [String: String]) -> String {
    var text = ""
    for piece in pieces {
      switch piece {
      case .text(let part): text += part
      case .place(let name): text += values[name] ?? ""
      }
    }
    return text
  }

  /// The names that have a place.
  package var places: [String] {
    pieces.compactMap { if case .place(let name) = $0 { name } else { nil } }
  }

  /// Splits at `{name}` where the name is made of lower-case ASCII letters; other braces are text.
  private static func pieces(of text: String) -> [Piece] {
    var pieces: [Piece] = []
    var plain = ""
    var rest = Substring(text)
    while let brace = rest.firstIndex(of: "{") {
      plain += rest[..<brace]
      let after = rest.index(after: brace)
      let name = rest[after...].prefix { $0.isASCII && $0.isLowercase }
      if !name.isEmpty, name.endIndex < rest.endIndex, rest[name.endIndex] == "}" {
        if !plain.isEmpty { pieces.append(.text(plain)) }
        plain = ""
        pieces.append(.place(String(name)))
        rest = rest[rest.index(after: name.endIndex)...]
      } else {
        plain.append("{")
        rest = rest[after...]
      }
    }
    plain += rest
    if !plain.isEmpty { pieces.append(.text(plain)) }
    return pieces
  }
}
