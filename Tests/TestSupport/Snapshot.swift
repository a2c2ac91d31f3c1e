import Foundation
import Testing

/// A text that a test once saw, beside the test.
package struct Snapshot {
  private let path: URL

  /// - Parameters:
  ///   - name: Of its file, in the folder `Snapshots` beside the test.
  ///   - file: The test's.
  package init(_ name: String, file: String = #filePath) {
    path = URL(filePath: file).deletingLastPathComponent()
      .appending(components: "Snapshots", name)
  }

  /// Expects the text; under `RECORD_SNAPSHOTS=1` writes it instead, and fails.
  package func expect(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
      try Data(text.utf8).write(to: path)
      Issue.record("\(path.lastPathComponent) was recorded", sourceLocation: sourceLocation)
    }
    let known = try String(contentsOf: path, encoding: .utf8)
    #expect(text == known, "RECORD_SNAPSHOTS=1 accepts it", sourceLocation: sourceLocation)
  }
}
