// Each function gives the end of the piece that begins at `start`, as the first alternative of the
// rule's regular expression that matches there; written by hand because the expressions need a
// look-ahead and are the most travelled loop of tokenization.

extension CharacterScanner {
  /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
  func endOfGPT2Piece(from start: Int, to end: Int) -> Int {
    if let length = contraction(at: start, to: end, foldingCase: false) { return start + length }
    let first = character(at: start)
    if bytes[start] == UInt8(ascii: " "), start + 1 < end {
      let second = character(at: start + 1)
      if second.kind != .space { return endOfRun(of: second.kind, from: start + 1, to: end) }
    }
    if first.kind != .space { return endOfRun(of: first.kind, from: start, to: end) }
    return endOfSpaces(from: start, to: end)
  }

  /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,digits}|`
  /// ` ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
  func endOfLlama3Piece(from start: Int, to end: Int, digits: Int) -> Int {
    if let length = contraction(at: start, to: end, foldingCase: true) { return start + length }
    let first = character(at: start)
    let next = start + first.width
    switch first.kind {
    case .letter: return endOfRun(of: .letter, from: next, to: end)
    case .number: return endOfNumbers(from: start, to: end, longest: digits)
    case .space, .other: break
    }
    if !isLineEnd(start), next < end, character(at: next).kind == .letter {
      return endOfRun(of: .letter, from: next, to: end)
    }
    let signs = bytes[start] == UInt8(ascii: " ") ? next : start
    let endOfSigns = endOfRun(of: .other, from: signs, to: end)
    if endOfSigns > signs {
      var position = endOfSigns
      while position < end, isLineEnd(position) { position += 1 }
      return position
    }
    return endOfLines(from: start, to: end) ?? endOfSpaces(from: start, to: end)
  }

  /// `\s+(?!\S)|\s+`: all spaces at the end of the text; otherwise all but the last, which belongs to
  /// the word after it, unless it is the only one.
  private func endOfSpaces(from start: Int, to end: Int) -> Int {
    var position = start
    var last = start
    while position < end {
      let next = character(at: position)
      if next.kind != .space { return last > start ? last : position }
      last = position
      position += next.width
    }
    return position
  }

  /// `\s*[\r\n]+`: spaces up to the last line end among them; nil when there is none.
  private func endOfLines(from start: Int, to end: Int) -> Int? {
    var position = start
    var found: Int?
    while position < end {
      let next = character(at: position)
      if next.kind != .space { break }
      position += next.width
      if isLineEnd(position - next.width) { found = position }
    }
    return found
  }

  private func isLineEnd(_ position: Int) -> Bool {
    bytes[position] == UInt8(ascii: "\n") || bytes[position] == UInt8(ascii: "\r")
  }

  private func endOfNumbers(from start: Int, to end: Int, longest: Int) -> Int {
    var position = start
    for _ in 0..<longest where position < end {
      let next = character(at: position)
      if next.kind != .number { break }
      position += next.width
    }
    return position
  }

  /// Bytes of the English contraction at a position; nil when there is none.
  private func contraction(at start: Int, to end: Int, foldingCase: Bool) -> Int? {
    guard bytes[start] == UInt8(ascii: "'"), start + 1 < end else { return nil }
    let fold: UInt8 = foldingCase ? 0x20 : 0
    let first = bytes[start + 1] | fold
    switch first {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return 2
    default: break
    }
    // The long s is an s to a comparison without case.
    if foldingCase, start + 2 < end, bytes[start + 1] == 0xc5, bytes[start + 2] == 0xbf { return 3 }
    guard start + 2 < end else { return nil }
    switch (first, bytes[start + 2] | fold) {
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return 3
    default: return nil
    }
  }

  // MARK: Groups

  /// The end of a group of at most `longest` members, or of what stands before the next member.
  func endOfGroup(
    from start: Int, to end: Int, longest: Int, in isMember: (Unicode.Scalar) -> Bool
  ) -> Int {
    var position = start
    var count = 0
    var inGroup = false
    while position < end, count < longest {
      let (value, width) = scalar(at: position)
      let member = Unicode.Scalar(value).map(isMember) ?? false
      if position == start { inGroup = member }
      if member != inGroup { break }
      if inGroup { count += 1 }
      position += width
    }
    return position
  }

  /// Three ASCII digits, or what stands before the next three.
  func endOfASCIITriple(from start: Int, to end: Int) -> Int {
    if isTriple(start, end) { return start + 3 }
    var position = start + 1
    while position < end, !isTriple(position, end) { position += 1 }
    return position
  }

  private func isTriple(_ start: Int, _ end: Int) -> Bool {
    start + 3 <= end
      && bytes[start..<start + 3].allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
      }
  }

  /// Numeric as the reference's digit splitter has it: by the newest Unicode, unlike `\p{N}`.
  static func isNumeric(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return (UInt32(0x30)...0x39).contains(scalar.value) }
    switch scalar.properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: return true
    default: return false
    }
  }

  static func isNumber(_ scalar: Unicode.Scalar) -> Bool {
    CharacterClass(scalar) == .number
  }

  static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      return true
    default: return "$+<=>^~|".unicodeScalars.contains(scalar)
    }
  }
}
