import CKernels

/// Causal attention inside documents that are there whole, forward and backward, as training needs
/// it; all in f32.
///
///     output[t, h] = sum_(j <= t) softmax_j(scale * query[t, h] . key[j]) value[j]
package struct DocumentAttention: Sendable {
  package let heads: Int
  /// Heads of keys and values; divides `heads`.
  package let keyHeads: Int
  /// A multiple of 16, at most 256.
  package let headSize: Int
  package let scale: Float

  package init(heads: Int, keyHeads: Int, headSize: Int, scale: Float) {
    precondition(
      keyHeads > 0 && heads % keyHeads == 0 && headSize % 16 == 0 && 16...256 ~= headSize,
      "attention: \(heads) heads, \(keyHeads) of keys, of \(headSize); expected multiples")
    self.heads = heads
    self.keyHeads = keyHeads
    self.headSize = headSize
    self.scale = scale
  }

  /// From row to row of a projection: all query heads, then key heads, then value heads.
  private var stride: Int { (heads + 2 * keyHeads) * headSize }

  /// Numbers of scratch memory for documents of so many rows.
  package func scratch(rows: Int) -> Int {
    Int(si_document_scratch(Int64(rows), Int64(headSize)))
  }

  /// Attends with the query heads of one key head.
  /// - Parameters:
  ///   - rows: The document's.
  ///   - projection: `[rows, (heads + 2 keyHeads) * headSize]`.
  ///   - output: `[rows, heads * headSize]`; those of other key heads are left alone.
  /// - Complexity: O(rows^2 * headSize) for each head.
  package func attend(
    _ rows: Range<Int>, keyHead: Int, projection: SharedBuffer<Float>,
    into output: SharedBuffer<Float>, scratch: inout Buffer<Float>
  ) {
    check(rows, keyHead, projection, output, scratch.count)
    var document = unsafe document(rows, projection)
    var memory = scratch.mutableSpan
    unsafe memory.withUnsafeMutableBufferPointer { memory in
      unsafe si_attend_document(
        &document, Int64(keyHead),
        output.address.assumingMemoryBound(to: Float.self) + rows.lowerBound * heads * headSize,
        memory.baseAddress)
    }
  }

  /// The derivative by the projection, for one key head, its query heads and its values.
  /// - Parameters:
  ///   - outputGradient: `[rows, heads * headSize]`, by the output.
  ///   - gradient: Like the projection; those of other key heads are left alone.
  package func attendBackward(
    _ rows: Range<Int>, keyHead: Int, projection: SharedBuffer<Float>,
    outputGradient: SharedBuffer<Float>, into gradient: SharedBuffer<Float>,
    scratch: inout Buffer<Float>
  ) {
    check(rows, keyHead, projection, outputGradient, scratch.count)
    precondition(
      gradient.count >= rows.upperBound * stride,
      "attention: gradient has \(gradient.count) elements; expected \(rows.upperBound * stride)")
    var document = unsafe document(rows, projection)
    var memory = scratch.mutableSpan
    unsafe memory.withUnsafeMutableBufferPointer { memory in
      unsafe si_attend_document_backward(
        &document, Int64(keyHead),
        outputGradient.address.assumingMemoryBound(to: Float.self)
          + rows.lowerBound * heads * headSize,
        gradient.address.assumingMemoryBound(to: Float.self) + rows.lowerBound * stride,
        memory.baseAddress)
    }
  }

  private func document(
    _ rows: Range<Int>, _ projection: SharedBuffer<Float>
  ) -> si_document {
    unsafe si_document(
      projection: UnsafePointer(
        projection.address.assumingMemoryBound(to: Float.self) + rows.lowerBound * stride),
      stride: Int64(stride), count: Int64(rows.count), heads: Int64(heads),
      key_heads: Int64(keyHeads), head_size: Int64(headSize), scale: scale)
  }

  private func check(
    _ rows: Range<Int>, _ keyHead: Int, _ projection: SharedBuffer<Float>,
    _ output: SharedBuffer<Float>, _ scratch: Int
  ) {
    precondition(
      rows.lowerBound >= 0 && 0..<keyHeads ~= keyHead
        && projection.count >= rows.upperBound * stride
        && output.count >= rows.upperBound * heads * headSize
        && scratch >= self.scratch(rows: rows.count),
      "attention: rows \(rows), key head \(keyHead), \(projection.count), \(output.count) and "
        + "\(scratch) elements; expected as many as the rows need")
  }
}
