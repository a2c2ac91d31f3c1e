#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file's bytes, mapped read-only into memory for as long as this object lives.
///
/// The one place outside `Kernels` with pointers: every access checks its bounds first, so that the
/// readers above it can be wrong about a file without reading outside of it.
/// - Note: A file that another process shortens while it is mapped ends the process; model files are
///   replaced by renaming, which leaves the old mapping whole.
@safe package final class MappedFile: @unchecked Sendable {
  // Sendable: the mapping is read-only, set once, and unmapped when nobody holds the object.

  /// The path it was opened by, as error messages name it.
  package let path: String
  /// Size in bytes.
  package let count: Int
  private let memory: UnsafeRawBufferPointer

  /// Maps the file at `path`.
  /// - Throws: `TensorFileError.unreadable` when it cannot be opened or is no regular file.
  package init(path: String) throws(TensorFileError) {
    // Without O_NONBLOCK a pipe would wait for a writer; files do not care.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(file: path, reason: Self.lastError()) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw .unreadable(file: path, reason: Self.lastError())
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(file: path, reason: "not a regular file")
    }
    let size = Int(status.st_size)
    if size == 0 {
      unsafe memory = UnsafeRawBufferPointer(start: nil, count: 0)
    } else {
      let start = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
      guard let start = unsafe start, unsafe start != MAP_FAILED else {
        throw .unreadable(file: path, reason: Self.lastError())
      }
      unsafe memory = UnsafeRawBufferPointer(start: start, count: size)
    }
    self.path = path
    count = size
  }

  deinit {
    if let start = unsafe memory.baseAddress {
      unsafe munmap(UnsafeMutableRawPointer(mutating: start), count)
    }
  }

  /// The little-endian integer at a byte offset, which need not be aligned.
  /// - Precondition: The integer lies inside the file.
  package func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Integer.Type = Integer.self
  ) -> Integer {
    let size = MemoryLayout<Integer>.size
    precondition(offset >= 0 && size <= count && offset <= count - size, "integer outside file")
    return Integer(littleEndian: unsafe memory.loadUnaligned(fromByteOffset: offset, as: type))
  }

  /// A copy of some of the bytes.
  /// - Precondition: `range` lies inside the file.
  package func bytes(in range: Range<Int>) -> [UInt8] {
    withBytes(in: range) { bytes in
      var copy: [UInt8] = []
      copy.reserveCapacity(bytes.count)
      for index in bytes.indices { copy.append(bytes[index]) }
      return copy
    }
  }

  /// The UTF-8 text in some of the bytes; nil when they are no valid UTF-8.
  /// - Precondition: `range` lies inside the file.
  package func text(in range: Range<Int>) -> String? {
    check(range)
    return unsafe String(validating: memory[range], as: UTF8.self)
  }

  /// Calls `body` with some of the bytes, in place.
  /// - Precondition: `range` lies inside the file.
  package func withBytes<Result, Failure: Error>(
    in range: Range<Int>, _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    check(range)
    let part = unsafe UnsafeBufferPointer(
      start: memory.baseAddress.map {
        unsafe ($0 + range.lowerBound).assumingMemoryBound(to: UInt8.self)
      },
      count: range.count)
    return try body(unsafe part.span)
  }

  private func check(_ range: Range<Int>) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count,
      "bytes \(range) of a file of \(count) bytes")
  }

  private static func lastError() -> String {
    guard let text = unsafe strerror(errno) else { return "error \(errno)" }
    return unsafe String(cString: text)
  }
}
