/// Where named tensors stand in one long run of numbers; weights, gradients and moments of what is
/// trained have the same table.
package struct TensorTable: Hashable, Sendable {
  /// One tensor.
  package struct Tensor: Hashable, Sendable {
    /// Its name in a safetensors file.
    package let name: String
    /// Row-major, outermost axis first.
    package let shape: [Int]
    /// Its place in the run.
    package let range: Range<Int>

    /// Whether weight decay applies: to matrices, not to norms.
    package var decays: Bool { shape.count > 1 }
  }

  /// In the order of the run.
  package private(set) var tensors: [Tensor] = []

  package init() {}

  /// Numbers in all.
  package var count: Int { tensors.last?.range.upperBound ?? 0 }

  /// Adds a tensor behind the last one; gives its place.
  @discardableResult
  package mutating func append(_ name: String, _ shape: [Int]) -> Range<Int> {
    let range = count..<count + shape.reduce(1, *)
    tensors.append(Tensor(name: name, shape: shape, range: range))
    return range
  }
}
