import Foundation

/// Makes whole folders so that a reader, or a run after a crash, sees all of their files or none.
package enum AtomicFolder {
  /// Fills a folder beside its place and moves it there.
  ///
  /// What a killed call left beside is removed by the next call for the path. `body` synchronizes the
  /// files it writes, as `AtomicFile` does.
  ///
  /// - Parameter body: Gets the path of the folder to fill.
  /// - Throws: `StorageError`, also if there is something at the path already; what `body` throws.
  package static func make(_ path: String, filling body: (String) throws -> Void) throws {
    let beside = AtomicFile.partialPath(of: path)
    try remove(beside)
    try OpenFile.makeFolder(beside)
    do {
      try body(beside)
      try AtomicFile.synchronizeFolder(of: beside + "/file")
      try OpenFile.rename(beside, to: path)
    } catch {
      try? remove(beside)
      throw error
    }
    try AtomicFile.synchronizeFolder(of: path)
  }

  /// Removes a folder with all in it; none is no error.
  ///
  /// - Throws: `StorageError` if the system refuses.
  package static func remove(_ path: String) throws(StorageError) {
    guard OpenFile.exists(path) else { return }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw .refused(path: path, operation: "remove", reason: error.localizedDescription)
    }
  }
}
