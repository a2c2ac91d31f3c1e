extension TextChecks {
  /// The first address of the web: `http://`, `https://`, `ftp://` or `www.` with a name after it.
  package static func webAddress(in text: String) -> String? {
    // Most texts have neither '//' nor 'ww', and need no closer look.
    let bytes = text.utf8
    let isLikely = zip(bytes, bytes.dropFirst()).contains { first, second in
      first == second && [UInt8(ascii: "/"), UInt8(ascii: "w"), UInt8(ascii: "W")].contains(first)
    }
    guard isLikely else { return nil }
    return words(between: text).first { word in
      guard word.utf8.count > 5 else { return false }
      let lowered = word.lowercased()
      return ["http://", "https://", "ftp://", "www."].contains { start in
        guard lowered.hasPrefix(start) else { return false }
        return lowered.dropFirst(start.count).first.map { $0.isLetter || $0.isNumber } ?? false
      }
    }.map(String.init)
  }

  /// The first address of mail: a name, `@`, and a name with a dot in it.
  package static func mailAddress(in text: String) -> String? {
    guard text.utf8.contains(UInt8(ascii: "@")) else { return nil }
    return words(between: text).first { word in
      let parts = word.split(separator: "@", omittingEmptySubsequences: false)
      guard parts.count == 2, let before = parts[0].last, before.isLetter || before.isNumber else {
        return false
      }
      let domain = parts[1].prefix { $0.isLetter || $0.isNumber || $0 == "." || $0 == "-" }
      let names = domain.split(separator: ".")
      guard names.count >= 2, let last = names.last else { return false }
      return last.count >= 2 && last.allSatisfy(\.isLetter)
    }.map(String.init)
  }

  /// The first of what looks like a key: a beginning that services give to theirs, the head of a
  /// key file, or a run of at least 32 letters and digits of which neither are rare.
  package static func key(in text: String) -> String? {
    if let head = text.split(separator: "\n").first(where: { $0.hasPrefix("-----BEGIN ") }) {
      return String(head)
    }
    // By bytes: a key is ASCII.
    return text.utf8.split { !isKeyPart($0) }.lazy.filter { $0.count >= shortestKey }
      .map { String(Substring($0)) }.first(where: looksLikeKey)
  }

  /// Beginnings of keys, each with the fewest characters that follow.
  private static let keyBeginnings = [
    ("sk-", 20), ("pk_live_", 16), ("sk_live_", 16), ("ghp_", 30), ("github_pat_", 30),
    ("glpat-", 20), ("hf_", 30), ("xoxb-", 20), ("xoxp-", 20), ("AKIA", 16), ("AIza", 30),
    ("eyJ", 40),
  ]

  /// No key is shorter.
  private static let shortestKey = 20

  private static func looksLikeKey(_ run: String) -> Bool {
    if keyBeginnings.contains(where: { run.hasPrefix($0.0) && run.count >= $0.0.count + $0.1 }) {
      return true
    }
    guard run.count >= 32, !run.contains("-"), !run.contains("_") else { return false }
    let digits = run.count(where: \.isNumber)
    return digits * 6 >= run.count && (run.count - digits) * 6 >= run.count
  }

  private static func isKeyPart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// What stands between white space, brackets and quotes, without marks at its end.
  private static func words(between text: String) -> [Substring] {
    text.split { $0.isWhitespace || "<>()[]{}\"'`,;".contains($0) }.map { word in
      var word = word
      while let last = word.last, ".:!?".contains(last) { word.removeLast() }
      return word
    }
  }
}
