import Foundation
import Storage

/// Texts for a page, such that nothing in them is anything but text.
enum HTML {
  /// A text between tags or within quotes.
  static func text(_ text: String) -> String {
    replacing(
      ["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;", "'": "&#39;"], in: text)
  }

  /// A value as JSON that may stand in a script element: no tag begins or ends in it.
  static func script(_ value: JSONValue) -> String {
    replacing(
      [
        "<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u{2028}": "\\u2028",
        "\u{2029}": "\\u2029",
      ], in: value.encodedLine())
  }

  private static func replacing(_ marks: [Unicode.Scalar: String], in text: String) -> String {
    var replaced = ""
    for scalar in text.unicodeScalars {
      if let mark = marks[scalar] {
        replaced += mark
      } else {
        replaced.unicodeScalars.append(scalar)
      }
    }
    return replaced
  }

  /// What a content policy calls a script or a style by.
  static func source(_ text: String) -> String {
    var hash = ContentHash()
    hash.update(text.utf8)
    return "'sha256-\(Data(hash.digest).base64EncodedString())'"
  }
}

/// A number for people: thousands apart, no more digits than say something.
enum Shown {
  static func count(_ number: Int) -> String { number.formatted(.number.locale(english)) }

  /// A number with so many places at most, zeros at the end left out.
  static func number(_ value: Double, places: Int = 2) -> String {
    guard value.isFinite else { return "-" }
    return value.formatted(.number.precision(.fractionLength(0...places)).locale(english))
  }

  private static let english = Locale(identifier: "en_US")
}
