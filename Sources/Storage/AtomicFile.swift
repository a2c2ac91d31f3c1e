import Foundation

/// Replaces whole files so that a reader, or a run after a crash, sees the old or the new bytes and
/// never a mixture.
package enum AtomicFile {
  /// Writes a file beside its place, synchronizes it, moves it there and synchronizes the folder.
  ///
  /// A file that is replaced keeps its permissions; a symbolic link stays one and what it points to
  /// is replaced. What a killed call left beside is overwritten by the next call for the path.
  /// Two writers of one path must take turns. A device or a pipe is no file to be replaced: it is
  /// written to.
  ///
  /// - Throws: `StorageError`; the old file is then untouched.
  package static func write(_ bytes: [UInt8], to path: String) throws(StorageError) {
    try write(to: path) { file throws(StorageError) in try file.write(bytes) }
  }

  /// Writes a file, as `write(_:to:)` does, of which `body` writes one piece after another.
  package static func write(
    to path: String, _ body: (OpenFile) throws(StorageError) -> Void
  ) throws(StorageError) {
    if OpenFile.isStream(path) { return try body(OpenFile(path, for: .streaming)) }
    let target = target(of: path)
    let beside = partialPath(of: target)
    do {
      try write(beside: beside, target, body)
      try OpenFile.rename(beside, to: target)
    } catch {
      try? FileManager.default.removeItem(atPath: beside)
      throw error.renamed(to: path)
    }
    try synchronizeFolder(of: target)
  }

  /// Writes text as UTF-8, as `write(_:to:)` does with bytes.
  package static func write(_ text: String, to path: String) throws(StorageError) {
    try write(Array(text.utf8), to: path)
  }

  /// The file that a path leads to, whether it is there or not: through symbolic links, and the same
  /// for all spellings.
  package static func target(of path: String) -> String {
    var url = URL(fileURLWithPath: path).standardizedFileURL
    // As many links as the system itself would follow; of a circle any one will do.
    for _ in 0..<40 {
      guard let link = try? FileManager.default.destinationOfSymbolicLink(atPath: url.path) else {
        break
      }
      url =
        URL(fileURLWithPath: link, relativeTo: url.deletingLastPathComponent())
        .standardizedFileURL
    }
    let folder = url.deletingLastPathComponent().resolvingSymlinksInPath()
    return folder.appendingPathComponent(url.lastPathComponent).path
  }

  /// Where the bytes for a path are gathered before they move there.
  package static func partialPath(of path: String) -> String {
    let url = URL(fileURLWithPath: path)
    let name = ".\(url.lastPathComponent).partial"
    return url.deletingLastPathComponent().appendingPathComponent(name).path
  }

  /// Waits until the names in the folder of a file are on the disk.
  static func synchronizeFolder(of path: String) throws(StorageError) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    try OpenFile(folder, for: .directory).synchronize()
  }

  private static func write(
    beside: String, _ target: String, _ body: (OpenFile) throws(StorageError) -> Void
  ) throws(StorageError) {
    let file = try OpenFile(beside, for: .replacing)
    let attributes = try? FileManager.default.attributesOfItem(atPath: target)
    let isFile = attributes?[.type] as? FileAttributeType == .typeRegular
    if isFile, let bits = attributes?[.posixPermissions] as? NSNumber {
      try file.setPermissions(bits.uint16Value)
    }
    try body(file)
    try file.synchronize()
  }
}

extension StorageError {
  /// The same error told of another path: the user's, not the one beside it.
  fileprivate func renamed(to path: String) -> StorageError {
    switch self {
    case .missing: .missing(path: path)
    case .wrongKind(_, let found, let expected):
      .wrongKind(path: path, is: found, expected: expected)
    case .refused(_, let operation, let reason):
      .refused(path: path, operation: operation, reason: reason)
    case .incompleteWrite(_, let written, let wanted, let reason):
      .incompleteWrite(path: path, written: written, wanted: wanted, reason: reason)
    case .malformedLine, .malformedFile, .lockHeld: self
    }
  }
}
