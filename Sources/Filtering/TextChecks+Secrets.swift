extension TextChecks {
  /// The first address of the web: `http://`, `https://`, `ftp://` or `www.` with a name after it.
  package static func webAddress(in text: String) -> String? {
    words(between: text).first { word in
      let lowered = word.lowercased()
      return ["http://", "https://", "ftp://", "www."].contains { start in
        guard let range = lowered.firstRange(of: start) else { return false }
        return lowered[range.upperBound...].first.map { $0.isLetter || $0.isNumber } ?? false
      }
    }
  }

  /// The first address of mail: a name, `@`, and a name with a dot in it.
  package static func mailAddress(in text: String) -> String? {
    words(between: text).first { word in
      let parts = word.split(separator: "@", omittingEmptySubsequences: false)
      guard parts.count == 2, let before = parts[0].last, before.isLetter || before.isNumber else {
        return false
      }
      let domain = parts[1].prefix { $0.isLetter || $0.isNumber || $0 == "." || $0 == "-" }
      let names = domain.split(separator: ".")
      return names.count >= 2
        && names.last.map { $0.count >= 2 && $0.allSatisfy(\.isLetter) } == true
    }
  }

  /// The first of what looks like a key: a beginning that services give to theirs, a block of a key
  /// file, or a run of at least 32 letters and digits of which neither is rare.
  package static func key(in text: String) -> String? {
    if let range = text.firstRange(of: "-----BEGIN ") {
      return text[range.lowerBound...].prefix { !$0.isNewline } + ""
    }
    for run in text.split(whereSeparator: { !isKeyPart($0) }) where looksLikeKey(run) {
      return String(run)
    }
    return nil
  }

  /// Beginnings of keys, each with the fewest characters that follow.
  private static let keyBeginnings = [
    ("sk-", 20), ("pk_live_", 16), ("sk_live_", 16), ("ghp_", 30), ("github_pat_", 30),
    ("glpat-", 20), ("hf_", 30), ("xoxb-", 20), ("xoxp-", 20), ("AKIA", 16), ("AIza", 30),
    ("eyJ", 40),
  ]

  private static func looksLikeKey(_ run: Substring) -> Bool {
    if keyBeginnings.contains(where: { run.hasPrefix($0.0) && run.count >= $0.0.count + $0.1 }) {
      return true
    }
    guard run.count >= 32, !run.contains("-"), !run.contains("_") else { return false }
    let digits = run.count(where: \.isNumber)
    return digits * 6 >= run.count && (run.count - digits) * 6 >= run.count
  }

  private static func isKeyPart(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber)
      || character == "-" || character == "_"
  }

  /// What stands between white space, brackets and quotes, without marks at its end.
  private static func words(between text: String) -> [String] {
    text.split { $0.isWhitespace || "<>()[]{}\"'`,;".contains($0) }
      .map { word in
        var word = word
        while let last = word.last, ".:!?".contains(last) { word.removeLast() }
        return String(word)
      }
  }
}
