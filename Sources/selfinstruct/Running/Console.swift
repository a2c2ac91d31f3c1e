import Foundation

/// Where commands write: results to stdout, everything else to stderr.
enum Console {
  /// Writes a result line.
  static func result(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }

  /// Writes a remark.
  static func note(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }

  /// Writes the first twenty of some warnings, and how many there are besides.
  static func warn(_ sentences: [String]) {
    for sentence in sentences.prefix(20) { note("warning: \(sentence)") }
    if sentences.count > 20 { note("warning: \(sentences.count - 20) more like these") }
  }

  /// Writes something that stays on its line.
  static func live(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }

  /// Whether a person watches stderr.
  static var isWatched: Bool { isatty(STDERR_FILENO) == 1 }
}
