import Storage

/// A file of prompt text that people can read and edit: named sections of lines.
///
///     # A line that begins with a number sign is a comment.
///     [header]
///     Answer each question with one of the two words.
///     [stop]
///     "\n"
///     Task:
///
/// A line `[name]` opens a section, whose text is every line up to the next one, without comments
/// and without blank lines at either end. A line that begins with a backslash stands for the rest
/// of itself, so that a text may begin with `#` or `[`. A section that is read as a list has one
/// entry a line. A text of one line, or an entry of a list, may be written as a JSON string in
/// double quotes, which shows spaces and line breaks that could not be seen otherwise.
package struct PromptFile: Sendable {
  /// What the file is called, without `.txt`.
  package let name: String
  /// What messages call it: its name after the folder it was read from.
  let place: String
  /// The file as it was read, with a line break at its end.
  package let text: String
  /// Where each section begins and what it says, in the order of the file.
  package let sections: [Section]

  /// A hash of its text.
  package var hash: String { ContentHash.hex(of: Array(text.utf8)) }

  /// A named part of a prompt file.
  package struct Section: Hashable, Sendable {
    package let name: String
    /// The line of its heading, from 1.
    package let line: Int
    /// Its lines, comments and outer blank lines left out.
    package let lines: [Substring]
  }

  /// Reads the sections of a text.
  ///
  /// - Parameter folder: Where the file stands, for messages; nil for one of the program itself.
  /// - Throws: `PromptError` for text before the first section or a section named twice.
  package init(name: String, text: String, in folder: String? = nil) throws(PromptError) {
    self.name = name
    place = (folder.map { $0 + "/" } ?? "") + name
    self.text = text.hasSuffix("\n") ? text : text + "\n"
    sections = try Self.sections(of: text, in: place)
  }

  /// The section of a name, if the file has it.
  package func section(_ section: String) -> Section? {
    sections.first { $0.name == section }
  }

  /// The text of a section; the empty string where it holds nothing.
  ///
  /// - Throws: `PromptError.missingSection`, or `.badString` for a quoted text that is no JSON.
  package func text(_ section: String) throws(PromptError) -> String {
    let found = try required(section)
    if found.lines.count == 1, let line = found.lines.first, line.first == "\"" {
      return try unquoted(line, in: found)
    }
    return found.lines.map(Self.unescaped).joined(separator: "\n")
  }

  /// The entries of a section, one a line, blank lines left out.
  ///
  /// - Throws: `PromptError.missingSection`, or `.badString` for a quoted entry that is no JSON.
  package func list(_ section: String) throws(PromptError) -> [String] {
    let found = try required(section)
    var entries: [String] = []
    for line in found.lines {
      let trimmed = line.trimmed
      guard !trimmed.isEmpty else { continue }
      let isQuoted = trimmed.first == "\""
      entries.append(isQuoted ? try unquoted(trimmed, in: found) : Self.unescaped(trimmed))
    }
    return entries
  }

  /// Checks that the file has the sections that its reader expects and no others.
  ///
  /// - Throws: `PromptError.missingSection` or `.unknownSection`.
  package func expect(_ names: [String]) throws(PromptError) {
    for section in sections where !names.contains(section.name) {
      throw .unknownSection(
        file: place, line: section.line, section: section.name, expected: names)
    }
    for name in names { _ = try required(name) }
  }

  private func required(_ section: String) throws(PromptError) -> Section {
    guard let found = self.section(section) else {
      throw .missingSection(file: place, section: section)
    }
    return found
  }

  private func unquoted(_ line: Substring, in section: Section) throws(PromptError) -> String {
    guard let text = QuotedString.read(line.trimmed) else {
      throw .badString(file: place, section: section.name, is: String(line))
    }
    return text
  }

  private static func unescaped(_ line: Substring) -> String {
    String(line.first == "\\" ? line.dropFirst() : line)
  }

  private static func sections(of text: String, in place: String) throws(PromptError) -> [Section] {
    var sections: [Section] = []
    var open: (name: String, line: Int, lines: [Substring])?
    func close() {
      guard let open else { return }
      let lines = open.lines.trimmingBlankLines
      sections.append(Section(name: open.name, line: open.line, lines: lines))
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, raw) in lines.enumerated() {
      let line = raw.last == "\r" ? raw.dropLast() : raw
      if line.first == "#" { continue }
      if line.first == "[", line.trimmed.last == "]" {
        close()
        let heading = String(line.trimmed.dropFirst().dropLast())
        guard !sections.contains(where: { $0.name == heading }) else {
          throw .repeatedSection(file: place, line: index + 1, section: heading)
        }
        open = (heading, index + 1, [])
      } else if open != nil {
        open?.lines.append(line)
      } else if !line.trimmed.isEmpty {
        throw .textBeforeSection(file: place, line: index + 1, is: String(line))
      }
    }
    close()
    return sections
  }
}

extension PromptFile: Hashable {
  /// Files that say the same are equal, wherever they were read from.
  package static func == (a: PromptFile, b: PromptFile) -> Bool {
    a.name == b.name && a.text == b.text
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(text)
  }
}

extension Array where Element == Substring {
  /// The lines from the first to the last that is not blank.
  fileprivate var trimmingBlankLines: [Substring] {
    guard let first = firstIndex(where: { !$0.trimmed.isEmpty }),
      let last = lastIndex(where: { !$0.trimmed.isEmpty })
    else { return [] }
    return Array(self[first...last])
  }
}
