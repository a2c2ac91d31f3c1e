import Foundation
import Storage

/// A folder with its settings: the nearest one upwards that holds a `selfinstruct.json`, or the
/// current one, which then has no settings.
package struct Project: Sendable {
  /// Where relative paths of the settings start; `.` for the current folder.
  package let folder: String
  /// What `selfinstruct.json` says.
  package let file: ProjectFile

  /// Finds the project of a folder.
  ///
  /// - Parameter start: The folder to look in first, then in each above it.
  /// - Throws: `StorageError` or `ProjectError` for a file that is there and not right.
  package init(around start: String = FileManager.default.currentDirectoryPath) throws {
    let current = FileManager.default.currentDirectoryPath
    guard let found = Self.nearest(to: URL(fileURLWithPath: start).standardizedFileURL.path) else {
      folder = "."
      file = .empty
      return
    }
    folder = found == current ? "." : found
    file = try ProjectFile(reading: Self.joined(folder, ProjectFile.name))
  }

  /// A path that a setting gave, from the project's folder; an absolute one stays.
  package func path(_ setting: String) -> String {
    if setting.hasPrefix("~/") { return NSHomeDirectory() + setting.dropFirst(1) }
    return setting.hasPrefix("/") ? setting : Self.joined(folder, setting)
  }

  private static func joined(_ folder: String, _ path: String) -> String {
    folder == "." ? path : folder + "/" + path
  }

  private static func nearest(to start: String) -> String? {
    var folder = URL(fileURLWithPath: start)
    while true {
      let candidate = folder.appendingPathComponent(ProjectFile.name).path
      if FileManager.default.fileExists(atPath: candidate) { return folder.path }
      if folder.path == "/" { return nil }
      folder.deleteLastPathComponent()
    }
  }
}
