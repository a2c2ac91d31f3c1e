import Foundation
import Storage

/// Tensors spread over several safetensors files, with an index that says which is where:
/// `{"weight_map": {tensor: file}}`.
package struct SafetensorsFolder: TensorSource {
  /// The path of the index.
  package let path: String
  /// The names of the tensors, ascending.
  package let tensorNames: [String]
  /// The paths of the files, ascending by name.
  package let files: [String]
  private let homes: [String: SafetensorsFile]

  /// Opens the index and every file it names.
  /// - Throws: `TensorFileError` for a file outside the index's folder, a tensor that its file does
  ///   not hold, and what is wrong with a file; `StorageError` for an index that is no JSON.
  package init(index path: String) throws {
    self.path = path
    let folder = URL(filePath: path).deletingLastPathComponent()
    let map = try JSONDocument.read(path)["weight_map"]
    guard let map = map?.object, !map.isEmpty else {
      throw TensorFileError.missingKey(
        file: path, key: "weight_map", expected: "an object of tensors and their files")
    }
    var opened: [String: SafetensorsFile] = [:]
    var homes: [String: SafetensorsFile] = [:]
    for (tensor, value) in map.sorted(by: { $0.key < $1.key }) {
      let name = try Self.fileName(value, of: tensor, path: path)
      let file =
        try opened[name]
        ?? SafetensorsFile(path: folder.appending(component: name).path(percentEncoded: false))
      opened[name] = file
      guard file.contains(tensor) else {
        throw TensorFileError.tensor(file: file.path, name: tensor, .missing)
      }
      homes[tensor] = file
    }
    self.homes = homes
    tensorNames = homes.keys.sorted()
    files = opened.sorted { $0.key < $1.key }.map(\.value.path)
  }

  private static func fileName(
    _ value: JSONValue, of tensor: String, path: String
  ) throws(TensorFileError) -> String {
    guard let name = value.string, !name.isEmpty, name != ".", name != "..",
      !name.contains(where: { $0 == "/" || $0 == "\0" })
    else {
      let found = value.string.map(quoted) ?? value.kind
      throw .malformed(
        file: path, found: "the file of tensor \(quoted(tensor)) is \(found)",
        expected: "the name of a file beside the index")
    }
    return name
  }

  package func contains(_ name: String) -> Bool { homes[name] != nil }

  package func shape(of name: String) throws -> [Int] { try home(of: name).shape(of: name) }

  package func floats(of name: String) throws -> [Float] { try home(of: name).floats(of: name) }

  private func home(of name: String) throws(TensorFileError) -> SafetensorsFile {
    guard let file = homes[name] else { throw .tensor(file: path, name: name, .missing) }
    return file
  }
}
