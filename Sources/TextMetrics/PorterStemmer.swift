/// Cuts English words down to their stems, as NLTK's `PorterStemmer` does if nothing is set.
///
/// Porter, "An algorithm for suffix stripping", 1980, with NLTK's changes: some irregular words,
/// `y` becomes `i` after a consonant only, and a few endings more. A word is bytes of a-z and 0-9;
/// digits count as consonants.
struct PorterStemmer {
  private var word: [UInt8]

  /// The stem of a word in lower case.
  ///
  /// - Complexity: O(letters).
  static func stem(_ word: String) -> String {
    if let stem = irregular[word] { return stem }
    if word.utf8.count <= 2 { return word }
    var stemmer = PorterStemmer(word: Array(word.utf8))
    stemmer.plurals()
    stemmer.pastAndProgressive()
    stemmer.finalY()
    stemmer.doubleSuffixes()
    _ = stemmer.apply(Self.suffixes, ifMeasureIsAbove: 0)
    stemmer.singleSuffixes()
    stemmer.finalE()
    stemmer.finalL()
    return String(decoding: stemmer.word, as: UTF8.self)
  }

  private static let irregular = [
    "sky": "sky", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "news": "news",
    "innings": "inning", "inning": "inning", "outings": "outing", "outing": "outing",
    "cannings": "canning", "canning": "canning", "howe": "howe", "proceed": "proceed",
    "exceed": "exceed", "succeed": "succeed",
  ]

  // MARK: Steps

  /// Step 1a.
  private mutating func plurals() {
    if word.count == 4, ends("ies") { return replace("s", with: "") }
    for (suffix, replacement) in [("sses", "ss"), ("ies", "i"), ("ss", "ss"), ("s", "")]
    where ends(suffix) {
      return replace(suffix, with: replacement)
    }
  }

  /// Step 1b.
  private mutating func pastAndProgressive() {
    if ends("ied") { return replace("ied", with: word.count == 4 ? "ie" : "i") }
    if ends("eed") {
      if measure(without: 3) > 0 { word.removeLast() }
      return
    }
    guard
      let suffix = ["ed", "ing"].first(where: {
        ends($0) && consonants(without: $0.utf8.count).contains(false)
      })
    else { return }
    word.removeLast(suffix.utf8.count)
    if ends("at") || ends("bl") || ends("iz") { return word.append(UInt8(ascii: "e")) }
    if endsInDoubleConsonant {
      if !"lsz".utf8.contains(word[word.count - 1]) { word.removeLast() }
    } else if measure() == 1, endsInShortSyllable() {
      word.append(UInt8(ascii: "e"))
    }
  }

  /// Step 1c.
  private mutating func finalY() {
    guard ends("y"), word.count > 2, consonants(without: 1).last == true else { return }
    word[word.count - 1] = UInt8(ascii: "i")
  }

  /// Step 2.
  private mutating func doubleSuffixes() {
    while ends("alli"), measure(without: 4) > 0 { word.removeLast(2) }
    if apply(Self.suffixPairs, ifMeasureIsAbove: 0) { return }
    if ends("logi"), measure(without: 3) > 0 { word.removeLast() }
  }

  /// Step 4.
  private mutating func singleSuffixes() {
    for suffix in Self.singles where ends(suffix) {
      let count = suffix.utf8.count
      guard measure(without: count) > 1 else { return }
      if suffix == "ion", !"st".utf8.contains(word[word.count - 4]) { return }
      return word.removeLast(count)
    }
  }

  /// Step 5a.
  private mutating func finalE() {
    guard ends("e") else { return }
    let measure = measure(without: 1)
    if measure > 1 || (measure == 1 && !endsInShortSyllable(without: 1)) { word.removeLast() }
  }

  /// Step 5b.
  private mutating func finalL() {
    if ends("ll"), measure(without: 1) > 1 { word.removeLast() }
  }

  /// Of step 2, in the order in which they are looked for.
  private static let suffixPairs = [
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
    ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"),
    ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"),
    ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"),
    ("fulli", "ful"),
  ]

  /// Of step 3.
  private static let suffixes = [
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""),
    ("ness", ""),
  ]

  /// Of step 4.
  private static let singles = [
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou",
    "ism", "ate", "iti", "ous", "ive", "ize",
  ]

  // MARK: Words

  /// Replaces the first suffix that the word has, if what stands before it is long enough.
  ///
  /// - Returns: Whether it has one, replaced or not.
  private mutating func apply(
    _ rules: [(suffix: String, replacement: String)], ifMeasureIsAbove limit: Int
  ) -> Bool {
    guard let rule = rules.first(where: { ends($0.suffix) }) else { return false }
    if measure(without: rule.suffix.utf8.count) > limit {
      replace(rule.suffix, with: rule.replacement)
    }
    return true
  }

  private func ends(_ suffix: String) -> Bool {
    word.count >= suffix.utf8.count && word.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }

  private mutating func replace(_ suffix: String, with replacement: String) {
    word.removeLast(suffix.utf8.count)
    word += replacement.utf8
  }

  /// For each letter whether it is a consonant, of the word without its last few: `y` is one at the
  /// beginning and after a vowel.
  private func consonants(without dropped: Int = 0) -> [Bool] {
    var flags: [Bool] = []
    for letter in word.dropLast(dropped) {
      switch letter {
      case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"),
        UInt8(ascii: "u"):
        flags.append(false)
      case UInt8(ascii: "y"): flags.append(!(flags.last ?? false))
      default: flags.append(true)
      }
    }
    return flags
  }

  /// How often a consonant follows a vowel: Porter's m.
  private func measure(without dropped: Int = 0) -> Int {
    let flags = consonants(without: dropped)
    return zip(flags, flags.dropFirst()).count { !$0 && $1 }
  }

  private var endsInDoubleConsonant: Bool {
    word.count >= 2 && word[word.count - 1] == word[word.count - 2] && consonants().last == true
  }

  /// Consonant, vowel, consonant other than w, x and y; or a word of a vowel and a consonant.
  private func endsInShortSyllable(without dropped: Int = 0) -> Bool {
    let flags = consonants(without: dropped)
    if flags.count == 2 { return flags == [false, true] }
    return flags.suffix(3) == [true, false, true]
      && !"wxy".utf8.contains(word[flags.count - 1])
  }
}
