import Storage

extension Setting {
  /// The settings below an object of the pipeline's configuration, as notes explain them.
  ///
  /// - Parameters:
  ///   - defaults: The object with its defaults.
  ///   - path: Where it stands, with a dot at the end; empty at the top.
  ///   - excluded: Keys that are settings elsewhere.
  ///   - acceptsFraction: Whether a value with a fraction may stand at a path; JSON does not tell
  ///     the number 1 from the integer.
  static func sections(
    of defaults: JSONValue, at path: String = "", excluding excluded: Set<String> = [],
    acceptsFraction: (String) -> Bool = { _ in false }
  ) -> [Setting] {
    let fields = (defaults.object ?? [:]).filter { !excluded.contains($0.key) }
    let order = fields.keys.sorted { first, second in
      (SettingNote.place(of: path + first), first) < (SettingNote.place(of: path + second), second)
    }
    return order.compactMap { key in
      fields[key].map { setting(key, default: $0, at: path, acceptsFraction) }
    }
  }

  private static func setting(
    _ key: String, default value: JSONValue, at path: String, _ acceptsFraction: (String) -> Bool
  ) -> Setting {
    let note = SettingNote.of(path + key)
    let kind: Kind
    switch value {
    case .object:
      let place = path + key + "."
      kind = .section(sections(of: value, at: place, acceptsFraction: acceptsFraction))
    case .bool: kind = .flag
    case .int, .largeInteger:
      kind = acceptsFraction(path + key) ? .anyNumber : .integer(Int.min...Int.max)
    case .double: kind = .anyNumber
    case .array(let elements):
      let names = note?.choices ?? []
      let isWhole = elements.allSatisfy { $0.int != nil } && !elements.isEmpty
      kind = isWhole ? .integers : names.isEmpty ? .texts : .choices(names)
    case .string, .null:
      kind = note.map { !$0.choices.isEmpty } == true ? .choice(note?.choices ?? []) : .text
    }
    let isSection = value.object != nil
    var text = note?.text ?? ""
    if let choices = note?.choices, !choices.isEmpty {
      text +=
        (value.array == nil ? " One of " : " Some of ")
        + choices.map { "'\($0)'" }.joined(separator: ", ") + "."
    }
    return Setting(key, kind, isSection ? JSONValue?.none : value, lines: Self.wrapped(text))
  }

  /// A text in lines of at most 84 characters.
  static func wrapped(_ text: String) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + word.count < 84 {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}

extension Setting.Kind {
  fileprivate static let anyNumber = Setting.Kind.number(-Double.infinity...Double.infinity)
}
