import Foundation

/// The right to be the only writer of something, given by the system and gone with the process.
///
/// A killed process leaves the file but not the lock, so nothing has to be cleaned up. The file
/// holds who has the lock, for the message the next one gets; it is not deleted on release, because
/// between deleting and making it two processes could each hold one.
package final class AdvisoryLock: Sendable {
  private let file: OpenFile

  /// Takes the lock of a file, making the file if there is none; released when the object goes.
  ///
  /// - Throws: `StorageError.lockHeld` at once if another has it, in this process or any other;
  ///   `.refused` if the file cannot be made or its file system has no locks.
  package init(_ path: String) throws(StorageError) {
    file = try OpenFile(path, for: .locking)
    guard try file.tryLock() else {
      let text = try? String(decoding: file.read(200), as: UTF8.self)
      let holder = text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
      throw .lockHeld(path: path, holder: holder.isEmpty ? "another process" : holder)
    }
    try file.truncate(to: 0)
    try file.write(Array("process \(ProcessInfo.processInfo.processIdentifier)\n".utf8))
  }
}
