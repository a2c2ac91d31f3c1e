/// Anything that holds named tensors: a GGUF file, a safetensors file, a folder of them.
package protocol TensorSource: Sendable {
  /// The path that error messages name.
  var path: String { get }

  /// The path of the file that a tensor comes from.
  func path(of name: String) -> String

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
  package func path(of name: String) -> String { path }

  /// The values of a tensor whose shape is known.
  /// - Throws: `TensorFileError.tensor`: `.missing`, `.wrongShape` when the file's shape differs, or
  ///   `.notFinite` for a value that no computation comes back from.
  package func floats(of name: String, shape expected: [Int]) throws -> [Float] {
    let found = try shape(of: name)
    guard found == expected else {
      throw TensorFileError.tensor(
        file: path(of: name), name: name, .wrongShape(found, expected: expected))
    }
    let values = try floats(of: name)
    if !allFinite(values.span) {
      let place = values.firstIndex { !$0.isFinite } ?? 0
      throw TensorFileError.tensor(
        file: path(of: name), name: name, .notFinite("\(values[place])", at: place))
    }
    return values
  }
}

/// Whether no value is infinite or undefined, without a branch a value, so that it vectorizes.
private func allFinite(_ values: Span<Float>) -> Bool {
  var seen: UInt32 = 0
  for index in values.indices {
    // One more in the exponent carries into the sign's place where all of its bits are set.
    seen |= (values[index].bitPattern & 0x7f80_0000) &+ 0x0080_0000
  }
  return seen & 0x8000_0000 == 0
}
