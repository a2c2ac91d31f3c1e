import CKernels

/// The weights of one linear map, packed once for matrix products.
///
///     output[row, o] = sum_i input[row, i] * weights[o, i]
///
/// A row's bits do not depend on the rows beside it nor on the thread that computes it.
///
/// `@unchecked Sendable`: the packed weights are only read but by `init` and `repack`, which is called
/// when nobody reads; the table of primitives behind it is guarded by its own mutex, and each thread
/// brings its own `ProductContext`.
@safe package final class Product: @unchecked Sendable {
  private let handle: OpaquePointer
  private let isAcross: Bool
  /// Rows of the weights.
  package let outputs: Int
  /// Columns of the weights.
  package let inputs: Int
  /// What inputs and weights are rounded to.
  package let precision: Precision

  /// What multiplies.
  package enum Kernel: Sendable, CaseIterable {
    /// oneDNN for bf16 where it is fast at it, panels elsewhere.
    case fastest
    /// oneDNN; bf16 only, and only where the processor multiplies it.
    case oneDNN
    /// Our own loops with the best registers there are, dot products of bf16 among them; without
    /// those; with AVX2's; and with any processor's.
    case panels, panelsAVX512, panelsAVX2, panelsAny

    fileprivate var code: si_kernel {
      switch self {
      case .fastest: SI_FASTEST
      case .oneDNN: SI_ONEDNN
      case .panels: SI_PANELS
      case .panelsAVX512: SI_PANELS_AVX512
      case .panelsAVX2: SI_PANELS_AVX2
      case .panelsAny: SI_PANELS_ANY
      }
    }
  }

  /// Packs weights.
  /// - Parameters:
  ///   - weights: `[outputs, inputs]`.
  ///   - isAcross: Whether they stand as `[inputs, outputs]`.
  ///   - kernel: For tests and measurements; nobody else has a reason to choose.
  /// - Throws: `KernelError` when memory or a kernel is missing, or the processor cannot.
  package init(
    weights: Span<Float>, outputs: Int, inputs: Int, isAcross: Bool = false,
    precision: Precision, kernel: Kernel = .fastest
  ) throws(KernelError) {
    precondition(
      weights.count == outputs * inputs,
      "product: weights have \(weights.count) elements; expected \(outputs) x \(inputs)")
    let made = unsafe weights.withUnsafeBufferPointer { pointer in
      unsafe si_product_create(
        pointer.baseAddress, Int64(outputs), Int64(inputs), isAcross, precision.isBF16,
        kernel.code)
    }
    guard let made = unsafe made else {
      throw .cannotPack(outputs: outputs, inputs: inputs, precision: precision)
    }
    unsafe handle = made
    self.isAcross = isAcross
    self.outputs = outputs
    self.inputs = inputs
    self.precision = precision
  }

  deinit {
    unsafe si_product_destroy(handle)
  }

  /// Puts other weights in the place of the packed ones, in the memory that is there.
  ///
  /// - Parameter weights: As of `init`.
  /// - Precondition: No thread multiplies meanwhile.
  /// - Throws: `KernelError` when memory is missing; the weights are then undefined.
  package func repack(_ weights: Span<Float>) throws(KernelError) {
    precondition(
      weights.count == outputs * inputs,
      "product: weights have \(weights.count) elements; expected \(outputs) x \(inputs)")
    let isDone = unsafe weights.withUnsafeBufferPointer { pointer in
      unsafe si_product_repack(handle, pointer.baseAddress, isAcross)
    }
    if !isDone { throw .cannotPack(outputs: outputs, inputs: inputs, precision: precision) }
  }

  /// The name of what multiplies: a kernel of oneDNN's, or our panels.
  package var kernel: String {
    unsafe String(cString: si_product_kernel(handle))
  }

  /// oneDNN's version, such as 20603 for 2.6.3.
  package static var libraryVersion: Int { Int(si_library_version()) }

  /// Rows that buffers for `rows` rows must hold: products run in a few fixed row counts.
  package static func paddedRows(_ rows: Int) -> Int {
    Int(si_padded_rows(Int64(rows)))
  }

  /// Chunks of columns that may be multiplied one by one, by different threads.
  package var chunks: Int {
    unsafe Int(si_product_chunks(handle))
  }

  /// Multiplies rows of operands.
  /// - Parameters:
  ///   - input: `[paddedRows(rows), inputs]` in `precision`; rows past `rows` are read, not used.
  ///   - output: `[paddedRows(rows), outputs]`; rows past `rows` are overwritten.
  /// - Throws: `KernelError.productFailed`, or `noMemoryForRows`.
  package func multiply(
    _ input: RawSpan, rows: Int, into output: SharedBuffer<Float>, with context: ProductContext
  ) throws(KernelError) {
    try multiply(input, into: 0..<rows, of: output, with: context)
  }

  /// Arranges rows in the context for `multiplyPrepared`, once for all chunks.
  /// - Throws: `KernelError.noMemoryForRows`.
  package func prepare(
    _ input: RawSpan, rows: Int, with context: ProductContext
  ) throws(KernelError) {
    check(input, rows)
    let isDone = unsafe input.withUnsafeBytes { from in
      unsafe si_prepare(context.handle, handle, from.baseAddress, Int64(rows))
    }
    if !isDone { throw .noMemoryForRows(rows, inputs: inputs) }
  }

  /// Multiplies rows that were prepared last in this context.
  /// - Parameters:
  ///   - input: The rows that were prepared.
  ///   - chunk: Which chunk of columns to write; nil for all.
  ///   - output: As of `multiply`.
  /// - Throws: `KernelError.productFailed`.
  package func multiplyPrepared(
    _ input: RawSpan, rows: Int, chunk: Int?, into output: SharedBuffer<Float>,
    with context: ProductContext
  ) throws(KernelError) {
    check(input, rows)
    let padded = Product.paddedRows(rows)
    precondition(
      output.count >= padded * outputs,
      "multiply: output has \(output.count) elements; expected \(padded * outputs)")
    if let chunk {
      precondition((0..<chunks) ~= chunk, "multiply: chunk is \(chunk); expected 0 ..< \(chunks)")
    }
    let status = unsafe input.withUnsafeBytes { from in
      unsafe si_multiply(
        context.handle, handle, from.baseAddress, Int64(rows),
        output.address.assumingMemoryBound(to: Float.self), Int64(chunk ?? -1))
    }
    if status != 0 { throw .productFailed(status: Int(status)) }
  }

  private func check(_ input: RawSpan, _ rows: Int) {
    let bytes = Product.paddedRows(rows) * inputs * precision.bytes
    precondition(
      input.byteCount >= bytes,
      "multiply: input has \(input.byteCount) bytes; expected \(bytes)")
  }

  /// Multiplies some rows of a buffer into the same rows of another.
  /// - Parameters:
  ///   - input: The operands of the rows alone, and of as many after them as `paddedRows` says.
  ///   - output: `[.., outputs]`; as many rows after the last one are overwritten.
  /// - Throws: `KernelError.productFailed`, or `noMemoryForRows`.
  package func multiply(
    _ input: RawSpan, into rows: Range<Int>, of output: SharedBuffer<Float>,
    with context: ProductContext
  ) throws(KernelError) {
    let end = rows.lowerBound + Product.paddedRows(rows.count)
    precondition(
      rows.lowerBound >= 0 && output.count >= end * outputs,
      "multiply: output has \(output.count) elements; expected \(end * outputs)")
    try prepare(input, rows: rows.count, with: context)
    let status = unsafe input.withUnsafeBytes { from in
      unsafe si_multiply(
        context.handle, handle, from.baseAddress, Int64(rows.count),
        output.address.assumingMemoryBound(to: Float.self) + rows.lowerBound * outputs, -1)
    }
    if status != 0 { throw .productFailed(status: Int(status)) }
  }

  /// The columns of a chunk.
  package func columns(of chunk: Int) -> Range<Int> {
    let size = unsafe Int(si_product_chunk_columns(handle))
    return chunk * size..<min((chunk + 1) * size, outputs)
  }
}

/// What one thread needs to run products: a stream and a scratchpad of its own.
@safe package final class ProductContext {
  let handle: OpaquePointer

  /// - Throws: `KernelError.noEngine`.
  package init() throws(KernelError) {
    guard let made = unsafe si_context_create() else { throw .noEngine }
    unsafe handle = made
  }

  deinit {
    unsafe si_context_destroy(handle)
  }
}
