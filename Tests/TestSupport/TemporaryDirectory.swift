import Foundation

/// A new, empty directory that goes away with its owner.
package final class TemporaryDirectory: Sendable {
  /// Where it is, without a slash at the end.
  package let path: String

  /// Makes the directory under the system's place for temporary files.
  /// - Throws: What the file system says when it cannot be made.
  package init() throws {
    let url = FileManager.default.temporaryDirectory
      .appending(component: "selfinstruct-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path(percentEncoded: false)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The path of something inside, whether it is there or not.
  package func path(of name: String) -> String { path + "/" + name }

  /// Writes a text file inside, with the directories above it, and gives its path.
  @discardableResult
  package func write(_ text: String, to name: String) throws -> String {
    try write(Array(text.utf8), to: name)
  }

  /// Writes a file of bytes inside, with the directories above it, and gives its path.
  @discardableResult
  package func write(_ bytes: [UInt8], to name: String) throws -> String {
    let url = URL(filePath: path(of: name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    return path(of: name)
  }

  /// The text of a file inside.
  package func text(of name: String) throws -> String {
    String(decoding: try bytes(of: name), as: UTF8.self)
  }

  /// The bytes of a file inside.
  package func bytes(of name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: path(of: name))))
  }

  /// The names directly inside, sorted.
  package func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }
}
