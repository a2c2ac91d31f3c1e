/// A fixed run of numbers, zero at first, aligned to the processor's vectors.
///
/// With `SharedBuffer` and `KeyValueStore` the only owner of raw memory in this module; everybody else
/// sees spans.
@safe package struct Buffer<Element: BitwiseCopyable>: ~Copyable {
  private let memory: UnsafeMutableRawPointer
  /// Elements held.
  package let count: Int

  /// Zeros; `Element` is a number whose zero is all bits clear.
  package init(zeros count: Int, of type: Element.Type = Element.self) {
    precondition(count >= 0, "buffer: count is \(count); expected at least 0")
    self.count = count
    let bytes = max(count * MemoryLayout<Element>.stride, 1)
    unsafe memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
  }

  deinit {
    unsafe memory.deallocate()
  }

  /// The elements, to read.
  package var span: Span<Element> {
    @_lifetime(borrow self)
    get {
      let elements = unsafe UnsafePointer(memory.assumingMemoryBound(to: Element.self))
      let span = unsafe Span(_unsafeStart: elements, count: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The elements, to write.
  package var mutableSpan: MutableSpan<Element> {
    @_lifetime(&self)
    mutating get {
      let elements = unsafe memory.assumingMemoryBound(to: Element.self)
      let span = unsafe MutableSpan(_unsafeStart: elements, count: count)
      return unsafe _overrideLifetime(span, mutating: &self)
    }
  }

  /// Some of the elements, to write.
  @_lifetime(&self)
  package mutating func mutableSpan(in range: Range<Int>) -> MutableSpan<Element> {
    check(range)
    let elements = unsafe memory.assumingMemoryBound(to: Element.self) + range.lowerBound
    let span = unsafe MutableSpan(_unsafeStart: elements, count: range.count)
    return unsafe _overrideLifetime(span, mutating: &self)
  }

  /// Some of the elements as bytes, to read.
  @_lifetime(borrow self)
  package func bytes(in range: Range<Int>) -> RawSpan {
    check(range)
    let stride = MemoryLayout<Element>.stride
    let start = unsafe UnsafeRawPointer(memory) + range.lowerBound * stride
    let span = unsafe RawSpan(_unsafeStart: start, byteCount: range.count * stride)
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// Some of the elements as bytes, to write.
  @_lifetime(&self)
  package mutating func mutableBytes(in range: Range<Int>) -> MutableRawSpan {
    check(range)
    let stride = MemoryLayout<Element>.stride
    let start = unsafe memory + range.lowerBound * stride
    let span = unsafe MutableRawSpan(_unsafeStart: start, byteCount: range.count * stride)
    return unsafe _overrideLifetime(span, mutating: &self)
  }

  private func check(_ range: Range<Int>) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count,
      "buffer: range is \(range); expected inside 0 ..< \(count)")
  }
}

/// The memory has one owner, so it moves between threads with it.
extension Buffer: @unchecked Sendable where Element: Sendable {}
