/// A word that begins a part of a completion, such as `Output 2:` or `Example 3.`.
///
/// The forms are those that the original method looks for, as regular expressions:
///
///     field(w)     w\s*\d*\s*:
///     example(w)   w\s?\d*\.?
///     item         \n\d+\s?\.[ ]
struct Marker: Hashable, Sendable {
  enum Form: Hashable, Sendable {
    case field, example
  }

  let form: Form
  private let word: [Unicode.Scalar]

  init(_ form: Form, _ word: String) {
    self.form = form
    self.word = Array(word.unicodeScalars)
  }

  /// Whether the text has the marker.
  func occurs(in text: String) -> Bool {
    parts(of: text).count > 1
  }

  /// The text before, between and after the places where the marker stands, in order.
  func parts(of text: String) -> [String] {
    let scalars = Array(text.unicodeScalars)
    var parts: [String] = []
    var start = 0
    var index = 0
    while index < scalars.count {
      if let end = match(scalars, at: index) {
        parts.append(Self.string(scalars[start..<index]))
        start = end
        index = max(end, index + 1)
      } else {
        index += 1
      }
    }
    parts.append(Self.string(scalars[start...]))
    return parts
  }

  /// The text without the marker, if it begins with it.
  func removedFromStart(of text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    guard let end = match(scalars, at: 0) else { return text }
    return Self.string(scalars[end...])
  }

  /// Where a marker that begins at `start` ends; nil if none begins there.
  private func match(_ scalars: [Unicode.Scalar], at start: Int) -> Int? {
    guard !word.isEmpty, start + word.count <= scalars.count,
      scalars[start..<(start + word.count)].elementsEqual(word)
    else { return nil }
    var end = start + word.count
    func skip(atMost limit: Int, _ condition: (Unicode.Scalar) -> Bool) {
      var left = limit
      while left > 0, end < scalars.count, condition(scalars[end]) {
        end += 1
        left -= 1
      }
    }
    switch form {
    case .field:
      skip(atMost: .max, \.properties.isWhitespace)
      skip(atMost: .max, \.isDecimalDigit)
      skip(atMost: .max, \.properties.isWhitespace)
      guard end < scalars.count, scalars[end] == ":" else { return nil }
      return end + 1
    case .example:
      skip(atMost: 1, \.properties.isWhitespace)
      skip(atMost: .max, \.isDecimalDigit)
      skip(atMost: 1) { $0 == "." }
      return end
    }
  }

  private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }
}

/// The numbered lines of a list that a model continued.
enum NumberedList {
  /// The items between numbers: splits wherever a line begins with digits, perhaps one white
  /// space, a full stop and a space.
  static func items(of text: String) -> [String] {
    let scalars = Array(text.unicodeScalars)
    var items: [String] = []
    var item = String.UnicodeScalarView()
    var index = 0
    while index < scalars.count {
      if scalars[index] == "\n", let end = numberEnd(scalars, after: index) {
        items.append(String(item))
        item = String.UnicodeScalarView()
        index = end
      } else {
        item.append(scalars[index])
        index += 1
      }
    }
    items.append(String(item))
    return items
  }

  private static func numberEnd(_ scalars: [Unicode.Scalar], after newline: Int) -> Int? {
    var end = newline + 1
    while end < scalars.count, scalars[end].isDecimalDigit { end += 1 }
    guard end > newline + 1 else { return nil }
    if end < scalars.count, scalars[end].properties.isWhitespace { end += 1 }
    guard end + 1 < scalars.count, scalars[end] == ".", scalars[end + 1] == " " else { return nil }
    return end + 2
  }
}

extension Unicode.Scalar {
  /// Whether this is a digit of the decimal system in any script.
  fileprivate var isDecimalDigit: Bool { properties.numericType == .decimal }
}
