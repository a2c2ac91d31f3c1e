/// A script that tells a language, or a few that share it.
enum Script: Int, CaseIterable {
  case latin, cyrillic, arabic, greek, hebrew, armenian, georgian, devanagari, bengali, tamil
  case telugu, thai, lao, burmese, khmer, han, kana, hangul, other

  /// The script of a letter; nil for what is no letter.
  init?(of scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x41...0x5A, 0x61...0x7A: self = .latin
    case 0..<0x80: return nil
    case _ where !scalar.properties.isAlphabetic: return nil
    case 0x80...0x24F, 0x1E00...0x1EFF, 0xFF21...0xFF5A: self = .latin
    case 0x370...0x3FF, 0x1F00...0x1FFF: self = .greek
    case 0x400...0x52F: self = .cyrillic
    case 0x530...0x58F: self = .armenian
    case 0x590...0x5FF: self = .hebrew
    case 0x600...0x6FF, 0x750...0x77F, 0xFB50...0xFDFF, 0xFE70...0xFEFF: self = .arabic
    case 0x900...0x97F: self = .devanagari
    case 0x980...0x9FF: self = .bengali
    case 0xB80...0xBFF: self = .tamil
    case 0xC00...0xC7F: self = .telugu
    case 0xE00...0xE7F: self = .thai
    case 0xE80...0xEFF: self = .lao
    case 0x1000...0x109F: self = .burmese
    case 0x10A0...0x10FF: self = .georgian
    case 0x1780...0x17FF: self = .khmer
    case 0x1100...0x11FF, 0x3130...0x318F, 0xAC00...0xD7AF: self = .hangul
    case 0x3040...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9F: self = .kana
    case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: self = .han
    default: self = .other
    }
  }

  /// The scripts a language is written in; empty for one that is not known here.
  static func all(for language: Language) -> [Script] {
    switch language.code {
    case "ja": return [.kana, .han]
    case "ko": return [.hangul, .han]
    case "ru", "uk", "bg": return [.cyrillic]
    case "ar", "fa", "ur": return [.arabic]
    case let code:
      if let script = ScriptCounts.only.first(where: { $0.value == code })?.key { return [script] }
      return LanguageProfiles.words.contains { $0.language.code == code } ? [.latin] : []
    }
  }
}

/// How many letters of each script texts have.
struct ScriptCounts {
  private var counts = [Double](repeating: 0, count: Script.allCases.count)

  /// The scripts of which one language, or one by far the commonest, is written.
  static let only: [Script: String] = [
    .greek: "el", .hebrew: "he", .armenian: "hy", .georgian: "ka", .devanagari: "hi",
    .bengali: "bn", .tamil: "ta", .telugu: "te", .thai: "th", .lao: "lo", .burmese: "my",
    .khmer: "km", .han: "zh", .kana: "ja", .hangul: "ko",
  ]

  mutating func add(_ text: String) {
    for scalar in text.unicodeScalars {
      if let script = Script(of: scalar) { counts[script.rawValue] += Self.weight(of: script) }
    }
  }

  /// How many letters there are, weighted.
  var total: Double { counts.reduce(0, +) }

  /// The commonest script; kana among Han characters make all of them Japanese.
  var dominant: Script? {
    guard total > 0 else { return nil }
    let best = Script.allCases.max { counts[$0.rawValue] < counts[$1.rawValue] }
    let kana = counts[Script.kana.rawValue]
    return best == .han && kana > 0.05 * counts[Script.han.rawValue] ? .kana : best
  }

  /// The part of all letters that are of a script; kana and Han count together for Japanese.
  func share(of script: Script) -> Double {
    let own = counts[script.rawValue] + (script == .kana ? counts[Script.han.rawValue] : 0)
    return own / total
  }

  /// The language that the script alone tells.
  func language(of script: Script) -> Language? {
    Self.only[script].map { Language($0) }
  }

  /// A character that is a word or a syllable says more than a letter.
  private static func weight(of script: Script) -> Double {
    switch script {
    case .han: 3
    case .hangul, .kana: 2
    default: 1
    }
  }
}
