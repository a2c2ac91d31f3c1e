import Storage
import TextMetrics

/// A project's `selfinstruct.json`, read and checked against the known settings.
package struct ProjectFile: Sendable {
  /// The name of the file that makes a folder a project.
  package static let name = "selfinstruct.json"

  /// The values that the file gives, as they stand there; no others.
  package let values: [String: JSONValue]

  /// Nothing is configured.
  package static let empty = ProjectFile(values: [:])

  private init(values: [String: JSONValue]) {
    self.values = values
  }

  /// Reads a file.
  ///
  /// - Parameter settings: The keys that may be there.
  /// - Throws: `StorageError` if it cannot be read; `ProjectError` for the first, from the top, of
  ///   the things that are wrong with it.
  package init(reading path: String, settings: [Setting] = Setting.all) throws {
    try self.init(try JSONDocument.bytes(of: path), path: path, settings: settings)
  }

  /// Reads the bytes of a file.
  init(_ bytes: [UInt8], path: String, settings: [Setting]) throws(ProjectError) {
    let document = try CommentedJSON(bytes, path: path)
    guard let fields = document.value.object else {
      throw .malformed(
        path: path, line: 1, is: "the file is \(document.value.kind)", expected: "an object")
    }
    let problems = Self.problems(
      in: fields, at: [], settings: settings, path: path, lines: document.lines)
    if let first = problems.min(by: { $0.line < $1.line }) { throw first.error }
    values = fields
  }

  private typealias Problem = (line: Int, error: ProjectError)

  private static func problems(
    in fields: [String: JSONValue], at place: [String], settings: [Setting], path: String,
    lines: [[String]: Int]
  ) -> [Problem] {
    // In the order of the keys, so that of two problems on one line always the same is told.
    fields.sorted { $0.key < $1.key }.flatMap { key, value -> [Problem] in
      // Of what stands in an array the array's own line is known.
      let line = lines[place + [key]] ?? lines[Array(place.prefix(1))] ?? 1
      let name = (place + [key]).joined(separator: ".")
      guard let setting = settings.first(where: { $0.key == key }) else {
        let nearest = NearestSpelling.of(key, among: settings.map(\.key))
        return [(line, .unknownKey(path: path, line: line, key: name, nearest: nearest))]
      }
      if let expected = setting.kind.complaint(about: value) {
        let found = value.shown
        return [
          (line, .wrongValue(path: path, line: line, key: name, is: found, expected: expected))
        ]
      }
      func problems(in value: JSONValue, at place: [String], _ inner: [Setting]) -> [Problem] {
        Self.problems(
          in: value.object ?? [:], at: place, settings: inner, path: path, lines: lines)
      }
      switch setting.kind {
      case .section(let inner): return problems(in: value, at: place + [key], inner)
      case .objects(let inner):
        return (value.array ?? []).enumerated().flatMap { index, element in
          problems(in: element, at: place + [key, "\(index + 1)"], inner)
        }
      default: return []
      }
    }
  }
}

extension ProjectFile {
  /// The text of a top-level key, if the file gives it.
  package func text(_ key: String) -> String? { values[key]?.string }

  /// The integer of a top-level key, if the file gives it.
  package func integer(_ key: String) -> Int? { values[key]?.int }

  /// The number of a top-level key, if the file gives it.
  package func number(_ key: String) -> Double? { values[key]?.double }

  /// The truth value of a top-level key, if the file gives it.
  package func flag(_ key: String) -> Bool? { values[key]?.bool }

  /// The object of a top-level key, if the file gives it.
  package func object(_ key: String) -> [String: JSONValue]? { values[key]?.object }

  /// The objects of a top-level key; none if the file does not give it.
  package func objects(_ key: String) -> [[String: JSONValue]] {
    values[key]?.array?.compactMap(\.object) ?? []
  }
}
