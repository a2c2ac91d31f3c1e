import CKernels

/// Rows that went into a product, kept for the gradient of its weights.
///
///     sums[o, i] += sum_r gradient[r, o] * input[r, i]
///
/// Rows are packed in parts of `partRows`, which are summed one after the other, so that the bits do
/// not depend on threads.
package final class PackedRows: Sendable {
  /// Rows of a part; all but the last have as many.
  package static let partRows = 256

  private let packed: SharedBuffer<UInt8>
  private let partBytes: Int
  private let rows: Int
  private let columns: Int
  private let precision: Precision

  /// Room for so many rows of `columns` numbers.
  package init(rows: Int, columns: Int, precision: Precision) {
    self.rows = rows
    self.columns = columns
    self.precision = precision
    partBytes = Int(
      si_packed_rows_bytes(Int64(Self.partRows), Int64(columns), precision.isBF16))
    let parts = (rows + Self.partRows - 1) / Self.partRows
    packed = SharedBuffer(zeros: parts * partBytes)
  }

  /// Packs one part; each may be another thread's.
  /// - Parameters:
  ///   - rows: Of the part.
  ///   - operand: `[rows, columns]` in `precision`, or longer.
  package func pack(_ operand: RawSpan, rows: Int, part: Int) {
    precondition(
      operand.byteCount >= rows * columns * precision.bytes && 0...Self.partRows ~= rows
        && part >= 0 && part * Self.partRows + rows <= self.rows,
      "pack: \(operand.byteCount) bytes as part \(part); expected \(rows) rows of \(columns)")
    unsafe operand.withUnsafeBytes { operand in
      unsafe si_pack_rows(
        operand.baseAddress, Int64(rows), Int64(columns), precision.isBF16,
        packed.address + part * partBytes)
    }
  }

  /// Adds to some rows of a weight's gradient.
  /// - Parameters:
  ///   - outputs: Which rows of the weights.
  ///   - gradient: `[rows, allOutputs]` in `precision`, by the product's output.
  ///   - rows: As many as were packed.
  ///   - sums: `[allOutputs, columns]` from element `start` on.
  /// - Throws: `KernelError.noMemoryForRows`.
  package func addGradient(
    _ outputs: Range<Int>, of allOutputs: Int, gradient: RawSpan, rows: Int,
    to sums: SharedBuffer<Float>, from start: Int, with context: ProductContext
  ) throws(KernelError) {
    precondition(
      gradient.byteCount >= rows * allOutputs * precision.bytes && rows <= self.rows
        && outputs.lowerBound >= 0
        && outputs.upperBound <= allOutputs && start >= 0
        && start + allOutputs * columns <= sums.count,
      "gradient: \(gradient.byteCount) bytes for outputs \(outputs); expected \(rows) rows of "
        + "\(allOutputs)")
    for (part, first) in stride(from: 0, to: rows, by: Self.partRows).enumerated() {
      let count = min(Self.partRows, rows - first)
      let rowBytes = allOutputs * precision.bytes
      let own = gradient.extracting(first * rowBytes..<(first + count) * rowBytes)
      let isDone = unsafe own.withUnsafeBytes { gradient in
        unsafe si_add_gradient(
          context.handle, gradient.baseAddress,
          packed.address + part * partBytes, Int64(count), Int64(allOutputs), Int64(columns),
          precision.isBF16, Int64(outputs.lowerBound), Int64(outputs.upperBound),
          sums.address.assumingMemoryBound(to: Float.self) + start)
      }
      if !isDone { throw .noMemoryForRows(count, inputs: allOutputs) }
    }
  }
}
