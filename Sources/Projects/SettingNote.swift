/// What a person should know of a setting of the pipeline; its kind and default come from the
/// configuration itself.
struct SettingNote {
  /// The key with those of the sections around it, or `*.` and the key for one that several
  /// sections have.
  let path: String
  let text: String
  /// The texts it may hold, where not any text will do.
  let choices: [String]

  init(_ path: String, _ text: String, _ choices: [String] = []) {
    self.path = path
    self.text = text
    self.choices = choices
  }

  /// The note of a setting, the exact path before a shared one.
  static func of(_ path: String) -> SettingNote? {
    let shared = "*." + (path.split(separator: ".").last ?? "")
    return all.first { $0.path == path } ?? all.first { $0.path == shared }
  }

  /// Where a setting stands in the template: in the order of the notes, shared ones included, so
  /// that what says "the same" follows what it means.
  static func place(of path: String) -> Int {
    let shared = "*." + (path.split(separator: ".").last ?? "")
    return all.firstIndex { $0.path == path || $0.path.hasPrefix(path + ".") }
      ?? all.firstIndex { $0.path == shared } ?? all.count
  }
}
