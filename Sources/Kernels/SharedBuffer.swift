import CKernels

/// A fixed run of numbers that several threads write parts of.
///
/// `@unchecked Sendable`: in a phase (see `Team`) a part is written by one thread or read by any, and
/// phases are ordered by the team's atomics. The compiler cannot check that. What writes in a team:
/// the embedding, one piece; products, each chunk its own columns; the sum of the residual stream,
/// the same columns; rotation and attention, each piece the heads of one key head of its own rows;
/// what moves wanted rows to the front, one piece. Where one thread goes through the layers alone,
/// they are one piece. Logits are handed on by run.
/// Training shares out tiles of rows, key heads of documents and rows of weights, and waits for all of
/// them before the next (`WorkerPool.run`).
@safe package final class SharedBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
  let address: UnsafeMutableRawPointer
  /// Elements held.
  package let count: Int
  private let byteCount: Int

  /// Zeros; `Element` is a number whose zero is all bits clear.
  package init(zeros count: Int, of type: Element.Type = Element.self) {
    precondition(count >= 0, "shared buffer: count is \(count); expected at least 0")
    self.count = count
    byteCount = max(count * MemoryLayout<Element>.stride, 1)
    guard let zeros = unsafe si_zeros_create(byteCount) else {
      preconditionFailure("shared buffer: no memory for \(byteCount) bytes")
    }
    unsafe address = zeros
  }

  deinit {
    unsafe si_zeros_destroy(address, byteCount)
  }

  /// The elements, to read.
  package var span: Span<Element> {
    @_lifetime(borrow self)
    get {
      let elements = unsafe UnsafePointer(address.assumingMemoryBound(to: Element.self))
      let span = unsafe Span(_unsafeStart: elements, count: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Some of the elements, to write.
  @_lifetime(borrow self)
  package func mutableSpan(in range: Range<Int>) -> MutableSpan<Element> {
    check(range)
    let elements = unsafe address.assumingMemoryBound(to: Element.self) + range.lowerBound
    let span = unsafe MutableSpan(_unsafeStart: elements, count: range.count)
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// Some of the elements as bytes, to write.
  @_lifetime(borrow self)
  package func mutableBytes(in range: Range<Int>) -> MutableRawSpan {
    check(range)
    let stride = MemoryLayout<Element>.stride
    let start = unsafe address + range.lowerBound * stride
    let span = unsafe MutableRawSpan(_unsafeStart: start, byteCount: range.count * stride)
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// The elements as bytes, to read.
  package var bytes: RawSpan {
    @_lifetime(borrow self)
    get { bytes(in: 0..<count) }
  }

  /// Some of the elements as bytes, to read.
  @_lifetime(borrow self)
  package func bytes(in range: Range<Int>) -> RawSpan {
    check(range)
    let stride = MemoryLayout<Element>.stride
    let start = unsafe UnsafeRawPointer(address) + range.lowerBound * stride
    let span = unsafe RawSpan(_unsafeStart: start, byteCount: range.count * stride)
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// Copies elements over others of the same buffer, which may overlap them.
  package func copy(_ range: Range<Int>, to start: Int) {
    check(range)
    check(start..<start + range.count)
    let stride = MemoryLayout<Element>.stride
    unsafe (address + start * stride).copyMemory(
      from: address + range.lowerBound * stride, byteCount: range.count * stride)
  }

  private func check(_ range: Range<Int>) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count,
      "shared buffer: range is \(range); expected inside 0 ..< \(count)")
  }
}
