import Foundation

/// A file under the `Fixtures` folder of the test target that asks for it.
///
/// The folder is found from the asking file, so that a test names nothing but the fixture:
/// `Fixture("tiny-tied.gguf").path`.
package struct Fixture: Sendable {
  /// Where the file is.
  package let path: String

  /// - Parameters:
  ///   - name: The path under `Fixtures`.
  ///   - file: The test file; its folder, or the next above it with a `Fixtures` folder, counts.
  package init(_ name: String, file: String = #filePath) {
    var folder = URL(filePath: file).deletingLastPathComponent()
    while folder.pathComponents.count > 2, !Self.hasFixtures(folder) {
      folder.deleteLastPathComponent()
    }
    path = folder.appending(components: "Fixtures", name).path(percentEncoded: false)
  }

  /// The file's bytes.
  package func bytes() throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: path)))
  }

  /// The file as text.
  package func text() throws -> String {
    String(decoding: try bytes(), as: UTF8.self)
  }

  /// The file as one JSON value.
  package func json<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
    try Self.decoder.decode(type, from: Data(try bytes()))
  }

  /// The file as JSON lines; empty lines are skipped.
  package func jsonLines<Value: Decodable>(_ type: Value.Type = Value.self) throws -> [Value] {
    try bytes().split(separator: UInt8(ascii: "\n")).map {
      try Self.decoder.decode(type, from: Data($0))
    }
  }

  /// Fixtures are written by Python programs, so their keys are in snake case.
  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }

  private static func hasFixtures(_ folder: URL) -> Bool {
    FileManager.default.fileExists(
      atPath: folder.appending(component: "Fixtures").path(percentEncoded: false))
  }
}
