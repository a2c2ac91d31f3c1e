import Foundation
import Storage

/// Where commands write: results to stdout, everything else to stderr.
enum Console {
  /// Makes the standard streams safe to write to, whatever the process was started with; before
  /// anything else. A reader that went away is then an error of the call that writes.
  static func prepare() {
    OpenFile.occupyStandardStreams()
    signal(SIGPIPE, SIG_IGN)
    // A file that may grow no more is then an error of the call, too.
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Writes a result line.
  ///
  /// - Throws: `EarlyEnd.unread` when its reader went away, `StorageError` when it cannot be written.
  static func result(_ line: String) throws {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
    } catch {
      let code = Int32(((error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError)?.code ?? 0)
      if code == EPIPE { throw EarlyEnd.unread }
      throw StorageError.refused(
        path: "standard output", operation: "write", reason: OpenFile.words(for: code))
    }
  }

  /// Writes a remark; one that cannot be written is no reason to end.
  static func note(_ line: String) {
    live(line + "\n")
  }

  /// Writes the first twenty of some warnings, and how many there are besides.
  static func warn(_ sentences: [String]) {
    for sentence in sentences.prefix(20) { note("warning: \(sentence)") }
    if sentences.count > 20 { note("warning: \(sentences.count - 20) more like these") }
  }

  /// Writes a remark that stays on its line.
  static func live(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  /// Whether a person watches stderr.
  static var isWatched: Bool { isatty(STDERR_FILENO) == 1 }
}
