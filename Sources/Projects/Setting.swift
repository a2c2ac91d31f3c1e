import Storage

/// One key of `selfinstruct.json`: what it may hold and what a person should know of it.
package struct Setting: Sendable {
  /// What a key may hold.
  package enum Kind: Sendable {
    case flag
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case text
    /// A number of bytes, such as "4G".
    case size
    /// A time of day, such as "06:00".
    case time
    case choice([String])
    case texts
    /// Any of some names.
    case choices([String])
    case integers
    /// An object with settings of its own.
    case section([Setting])
    /// An object whose keys are not ours.
    case anyObject
    /// An array of objects with these settings.
    case objects([Setting])
  }

  /// The key; of a setting that is also a flag, the flag's name in camel case.
  package let key: String
  package let kind: Kind
  /// The lines of its comment in a new project.
  package let documentation: [String]
  /// What the comment shows: the default where there is one. Nil for a section.
  package let example: JSONValue?

  package init(_ key: String, _ kind: Kind, _ example: JSONValue?, _ documentation: String...) {
    self.init(key, kind, example, lines: documentation)
  }

  init(_ key: String, _ kind: Kind, _ example: JSONValue?, lines: [String]) {
    self.key = key
    self.kind = kind
    self.example = example
    documentation = lines
  }
}

extension Setting.Kind {
  /// What a value should be, if it is not that already.
  func complaint(about value: JSONValue) -> String? {
    switch self {
    case .flag: value.bool == nil ? "true or false" : nil
    case .integer(let range):
      value.int.map(range.contains) == true ? nil : "an integer" + Self.words(range)
    case .number(let range):
      value.double.map(range.contains) == true ? nil : "a number" + Self.words(range)
    case .text: value.string.map(\.isEmpty) == false ? nil : "a text"
    case .size:
      value.string.flatMap { ByteCount($0) } == nil ? "a size such as \"4G\" or \"500M\"" : nil
    case .time:
      value.string.map(Self.isTimeOfDay) == true ? nil : "a time such as \"06:00\""
    case .choice(let names):
      value.string.map(names.contains) == true
        ? nil : names.map { "'\($0)'" }.joined(separator: " or ")
    case .texts:
      value.array.map { $0.allSatisfy { $0.string != nil } } == true ? nil : "an array of texts"
    case .choices(let names):
      value.array.map { $0.allSatisfy { $0.string.map(names.contains) == true } } == true
        ? nil : "an array of " + names.map { "'\($0)'" }.joined(separator: ", ")
    case .integers:
      value.array.map { $0.allSatisfy { $0.int != nil } } == true ? nil : "an array of integers"
    case .section, .anyObject: value.object == nil ? "an object" : nil
    case .objects:
      value.array.map { $0.allSatisfy { $0.object != nil } } == true ? nil : "an array of objects"
    }
  }

  /// Whether a text is hours and minutes in two digits each.
  package static func isTimeOfDay(_ text: String) -> Bool {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }),
      let hour = UInt8(parts[0]), let minute = UInt8(parts[1])
    else { return false }
    return hour < 24 && minute < 60
  }

  private static func words(_ range: ClosedRange<Int>) -> String {
    switch (range.lowerBound, range.upperBound) {
    case (Int.min, Int.max): ""
    case (let lower, Int.max): " of at least \(lower)"
    case (let lower, let upper): " from \(lower) to \(upper)"
    }
  }

  private static func words(_ range: ClosedRange<Double>) -> String {
    range.upperBound.isFinite ? " from \(range.lowerBound) to \(range.upperBound)" : ""
  }
}
