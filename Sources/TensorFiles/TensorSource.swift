/// Anything that holds named tensors: a GGUF file, a safetensors file, a folder of them.
package protocol TensorSource: Sendable {
  /// The path that error messages name.
  var path: String { get }

  /// The names of all tensors, in the order of the file.
  var tensorNames: [String] { get }

  /// Whether there is a tensor of that name.
  func contains(_ name: String) -> Bool

  /// The shape of a tensor, row-major, outermost axis first.
  /// - Throws: `TensorFileError.tensor` with the fault `.missing`.
  func shape(of name: String) throws -> [Int]

  /// The values of a tensor, row-major, whatever type the file stores them in.
  /// - Throws: `TensorFileError.tensor` with the fault `.missing`.
  func floats(of name: String) throws -> [Float]
}

extension TensorSource {
  /// The values of a tensor whose shape is known.
  /// - Throws: `TensorFileError.tensor`: `.missing`, or `.wrongShape` when the file's shape differs.
  package func floats(of name: String, shape expected: [Int]) throws -> [Float] {
    let found = try shape(of: name)
    guard found == expected else {
      throw TensorFileError.tensor(
        file: path, name: name, .wrongShape(found, expected: expected))
    }
    return try floats(of: name)
  }
}
