import Storage

extension Setting {
  /// The settings below an object of the pipeline's configuration, as notes explain them.
  ///
  /// - Parameters:
  ///   - defaults: The object with its defaults.
  ///   - path: Where it stands, with a dot at the end; empty at the top.
  ///   - excluded: Keys that are settings elsewhere.
  static func sections(
    of defaults: JSONValue, at path: String = "", excluding excluded: Set<String> = []
  ) -> [Setting] {
    let fields = (defaults.object ?? [:]).filter { !excluded.contains($0.key) }
    let order = fields.keys.sorted { first, second in
      (SettingNote.place(of: path + first), first) < (SettingNote.place(of: path + second), second)
    }
    return order.compactMap { key in fields[key].map { setting(key, default: $0, at: path) } }
  }

  private static func setting(_ key: String, default value: JSONValue, at path: String) -> Setting {
    let note = SettingNote.of(path + key)
    let kind: Kind
    switch value {
    case .object: kind = .section(sections(of: value, at: path + key + "."))
    case .bool: kind = .flag
    case .int, .largeInteger: kind = .integer(Int.min...Int.max)
    case .double: kind = .number(-Double.infinity...Double.infinity)
    case .array(let elements):
      kind = elements.allSatisfy { $0.int != nil } && !elements.isEmpty ? .integers : .texts
    case .string, .null:
      kind = note.map { !$0.choices.isEmpty } == true ? .choice(note?.choices ?? []) : .text
    }
    let isSection = value.object != nil
    var text = note?.text ?? ""
    if let choices = note?.choices, !choices.isEmpty {
      text += " One of " + choices.map { "'\($0)'" }.joined(separator: ", ") + "."
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
