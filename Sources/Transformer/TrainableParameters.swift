import Kernels

/// Numbers that optimizer steps move, with their gradients, and what products read of them.
package protocol TrainableParameters: AnyObject, Sendable {
  /// Where each tensor stands.
  var table: TensorTable { get }
  /// In f32, in the table's order.
  var masters: SharedBuffer<Float> { get }
  /// The derivatives of the loss by the masters, in the same order.
  var gradients: SharedBuffer<Float> { get }

  /// Makes products read the masters as they are now, on all threads of a pool; no thread reads
  /// meanwhile.
  /// - Throws: `KernelError` when memory is missing; the products are then undefined.
  func refresh<State>(on pool: WorkerPool<State>) throws(KernelError)
}

extension TrainableParameters {
  /// Sets all gradients to zero.
  package func clearGradients<State>(on pool: WorkerPool<State>) {
    let gradients = gradients
    let size = 1 << 20
    pool.run((gradients.count + size - 1) / size) { piece, _ in
      var numbers = gradients.mutableSpan(
        in: piece * size..<min((piece + 1) * size, gradients.count))
      for index in numbers.indices { numbers[index] = 0 }
    }
  }

  /// The numbers of a tensor's place.
  package func numbers(in range: Range<Int>) -> [Float] { Self.copy(masters, range) }

  /// The gradient of a tensor's place.
  package func gradient(in range: Range<Int>) -> [Float] { Self.copy(gradients, range) }

  private static func copy(_ buffer: SharedBuffer<Float>, _ range: Range<Int>) -> [Float] {
    let numbers = buffer.span.extracting(range)
    return numbers.indices.map { numbers[$0] }
  }
}
