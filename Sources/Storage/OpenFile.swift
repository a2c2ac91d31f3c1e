import Foundation

/// A file held open by its descriptor: the few system calls that the rest of the module stands on.
///
/// The only file of this module with `unsafe` in it. Each use passes a Swift string or array to a
/// system call that reads or fills it before returning and keeps no pointer to it.
package final class OpenFile: Sendable {
  /// What a file is opened for.
  package enum Purpose: Sendable {
    /// Reading a regular file: what may have no end, or wait for a writer for ever, is refused.
    case reading
    /// Reading what comes, from a file, a device or a pipe.
    case receiving
    /// Reading and appending; made if missing.
    case appending
    /// Writing from the start; what was there is dropped.
    case replacing
    /// Being locked; made if missing, its text left alone.
    case locking
    /// Synchronizing a directory.
    case directory
    /// Writing to a device or a pipe.
    case streaming
  }

  /// Where the file is, as the caller named it.
  package let path: String
  private let descriptor: Int32

  /// Opens a file; the descriptor is closed when the object goes.
  ///
  /// - Throws: `StorageError.missing`, `.wrongKind` for a directory, `.refused` otherwise.
  package init(_ path: String, for purpose: Purpose) throws(StorageError) {
    self.path = path
    descriptor = unsafe open(path, purpose.flags | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw Self.openingError(path, purpose, errno)
    }
    if purpose == .reading || purpose == .receiving { try expectContent(purpose) }
  }

  /// Stdin from where it stands, called `standard input`.
  ///
  /// By its descriptor, since what stdin is may have no name that can be opened again: a socket, or
  /// a file of another user.
  ///
  /// - Throws: `StorageError.wrongKind` for a directory, `.refused` otherwise.
  package static func standardInput() throws(StorageError) -> OpenFile {
    try OpenFile(path: "standard input", descriptor: fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3))
  }

  private init(path: String, descriptor: Int32) throws(StorageError) {
    self.path = path
    self.descriptor = descriptor
    guard descriptor >= 0 else { throw Self.openingError(path, .reading, errno) }
    try expectContent(.receiving)
  }

  deinit {
    close(descriptor)
  }

  /// How many bytes the file holds; nil for what has no length, such as a pipe.
  package var byteCount: Int? {
    kind == S_IFREG ? Int(facts?.st_size ?? 0) : nil
  }

  /// Reads up to `count` bytes from the current position; fewer only at the end of the file.
  package func read(_ count: Int) throws(StorageError) -> [UInt8] {
    try read(count, waitsForAll: true)
  }

  /// Reads what is there, up to `count` bytes, waiting only for the first; none at the end.
  package func readAvailable(_ count: Int) throws(StorageError) -> [UInt8] {
    try read(count, waitsForAll: false)
  }

  private func read(_ count: Int, waitsForAll: Bool) throws(StorageError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let taken = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe Foundation.read(
          descriptor, buffer.baseAddress?.advanced(by: filled), count - filled)
      }
      if taken < 0, errno == EINTR { continue }
      guard taken >= 0 else { throw refused("read", errno) }
      filled += taken
      if taken == 0 || !waitsForAll { break }
    }
    bytes.removeLast(count - filled)
    return bytes
  }

  /// Writes all bytes at the current position, or at the end of a file opened for appending.
  ///
  /// - Throws: `StorageError.incompleteWrite` saying how many bytes arrived.
  package func write(_ bytes: [UInt8]) throws(StorageError) {
    try write(unsafe bytes.span.bytes)
  }

  /// Writes all bytes of numbers that lie in memory, as `write(_:)` does.
  package func write(_ bytes: RawSpan) throws(StorageError) {
    var written = 0
    while written < bytes.byteCount {
      let taken = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Foundation.write(
          descriptor, buffer.baseAddress?.advanced(by: written), bytes.byteCount - written)
      }
      if taken < 0, errno == EINTR { continue }
      guard taken > 0 else {
        throw .incompleteWrite(
          path: path, written: written, wanted: bytes.byteCount, reason: Self.words(for: errno))
      }
      written += taken
    }
  }

  /// Moves the position where the next read begins.
  package func seek(to offset: Int) throws(StorageError) {
    guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else { throw refused("seek", errno) }
  }

  /// Cuts the file to its first `count` bytes.
  package func truncate(to count: Int) throws(StorageError) {
    guard ftruncate(descriptor, off_t(count)) == 0 else { throw refused("truncate", errno) }
  }

  /// Waits until the bytes are on the disk, not only in the system's memory.
  package func synchronize() throws(StorageError) {
    guard fsync(descriptor) == 0 else { throw refused("synchronize", errno) }
  }

  /// Takes the advisory lock of the file if nobody has it.
  func tryLock() throws(StorageError) -> Bool {
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
    if errno == EWOULDBLOCK { return false }
    throw refused("lock", errno)
  }

  /// Gives the file the permissions of another, as in `0o644`.
  func setPermissions(_ bits: UInt16) throws(StorageError) {
    guard fchmod(descriptor, mode_t(bits)) == 0 else { throw refused("set permissions", errno) }
  }

  /// Whether what a path leads to is written as it stands: a device, a pipe, an open stream. The
  /// names of streams count also where they lead to files, as others have those open.
  package static func isStream(_ path: String) -> Bool {
    var facts = stat()
    guard unsafe stat(path, &facts) == 0 else { return false }
    let kind = facts.st_mode & S_IFMT
    // `/dev` has files of its own, too, as in the memory at `/dev/shm`.
    let isNameOfStream = ["/dev/std", "/dev/fd/", "/proc/self/fd/"].contains { path.hasPrefix($0) }
    return kind != S_IFDIR && (kind != S_IFREG || isNameOfStream)
  }

  /// Occupies the standard streams that the process was started without. No file that is opened
  /// later then gets the number of one, and with it what is meant for the stream.
  package static func occupyStandardStreams() {
    for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 {
      _ = unsafe open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Whether anything is at a path.
  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }

  /// Makes a folder with those above it; one that is there already stays.
  ///
  /// - Throws: `StorageError.wrongKind` for a file in its place, `.refused` otherwise.
  package static func makeFolder(_ path: String) throws(StorageError) {
    if isFolder(path) { return }
    var code = makeOneFolder(path)
    let above = folder(above: path)
    if code == ENOENT, !above.isEmpty, !isFolder(above) {
      try makeFolder(above)
      code = makeOneFolder(path)
    }
    if code == 0 || code == EEXIST && isFolder(path) { return }
    if code == EEXIST { throw .wrongKind(path: path, is: "a file", expected: "a directory") }
    throw .refused(path: path, operation: "make the folder", reason: words(for: code))
  }

  /// The folder in which a path names something; empty for a bare name, or the root.
  ///
  /// By hand because Foundation's `deletingLastPathComponent` (6.3, Linux) ends the process over a
  /// name of one character.
  static func folder(above path: String) -> String {
    var end = path.utf8.endIndex
    func dropLast(while isDropped: (UInt8) -> Bool) {
      while end > path.utf8.startIndex, isDropped(path.utf8[path.utf8.index(before: end)]) {
        end = path.utf8.index(before: end)
      }
    }
    let slash = UInt8(ascii: "/")
    dropLast { $0 == slash }
    dropLast { $0 != slash }
    if end == path.utf8.startIndex { return "" }
    dropLast { $0 == slash }
    return end == path.utf8.startIndex ? "/" : String(path[..<end])
  }

  /// - Returns: 0, or the error number.
  private static func makeOneFolder(_ path: String) -> Int32 {
    unsafe mkdir(path, 0o777) == 0 ? 0 : errno
  }

  /// Whether a folder is at a path.
  package static func isFolder(_ path: String) -> Bool {
    var facts = stat()
    return unsafe stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
  }

  /// Puts the file at `source` in the place of whatever is at `target`, in one step.
  static func rename(_ source: String, to target: String) throws(StorageError) {
    guard unsafe Foundation.rename(source, target) == 0 else {
      if errno == EISDIR { throw .wrongKind(path: target, is: "a directory", expected: "a file") }
      throw .refused(path: target, operation: "replace the file", reason: words(for: errno))
    }
  }
}

extension OpenFile {
  private var facts: stat? {
    var facts = stat()
    return unsafe fstat(descriptor, &facts) == 0 ? facts : nil
  }

  private var kind: mode_t? {
    facts.map { $0.st_mode & S_IFMT }
  }

  /// Refuses what cannot be read for a purpose.
  private func expectContent(_ purpose: Purpose) throws(StorageError) {
    if kind == S_IFDIR { throw .wrongKind(path: path, is: "a directory", expected: "a file") }
    if purpose == .receiving || kind == S_IFREG { return }
    let found = kind == S_IFIFO ? "a pipe" : kind == S_IFSOCK ? "a socket" : "a device"
    throw .wrongKind(path: path, is: found, expected: "a regular file")
  }

  private func refused(_ operation: String, _ code: Int32) -> StorageError {
    .refused(path: path, operation: operation, reason: Self.words(for: code))
  }

  private static func openingError(
    _ path: String, _ purpose: Purpose, _ code: Int32
  ) -> StorageError {
    switch (code, purpose) {
    case (ENOENT, .reading), (ENOENT, .receiving): .missing(path: path)
    case (ENOENT, _):
      .refused(path: path, operation: purpose.verb, reason: "the folder it is in does not exist")
    case (EISDIR, _): .wrongKind(path: path, is: "a directory", expected: "a file")
    case (ENOTDIR, .directory): .wrongKind(path: path, is: "a file", expected: "a directory")
    case (ENOTDIR, _):
      .refused(path: path, operation: purpose.verb, reason: "a part of its path is a file")
    default: .refused(path: path, operation: purpose.verb, reason: words(for: code))
    }
  }

  /// What the system means by an error number, the same words on every platform.
  package static func words(for code: Int32) -> String {
    switch code {
    case EACCES, EPERM: "permission denied"
    case ENOSPC: "no space left on the disk"
    case EDQUOT: "the disk quota is used up"
    case EFBIG: "the largest allowed file size is reached"
    case EROFS: "the file system is read-only"
    case EIO: "the disk failed to read or write"
    case EMFILE, ENFILE: "too many files are open"
    case ENAMETOOLONG: "the name is too long"
    case ELOOP: "its symbolic links go in a circle"
    case ENOTDIR: "a part of its path is a file"
    case EISDIR: "it is a directory"
    case ENOENT: "the system keeps no files there"
    case ENXIO: "it is no file"
    case EBADF: "it is closed"
    case EPIPE: "nobody reads it any more"
    case ENOLCK, ENOTSUP: "this file system has no locks"
    default: "system error \(code)"
    }
  }
}

extension OpenFile.Purpose {
  fileprivate var flags: Int32 {
    switch self {
    // Without O_NONBLOCK a pipe would wait for a writer; files do not care.
    case .reading: O_RDONLY | O_NONBLOCK
    case .receiving: O_RDONLY
    case .appending: O_RDWR | O_CREAT | O_APPEND
    case .replacing: O_WRONLY | O_CREAT | O_TRUNC
    case .locking: O_RDWR | O_CREAT
    case .directory: O_RDONLY | O_DIRECTORY
    case .streaming: O_WRONLY | O_APPEND
    }
  }

  fileprivate var verb: String {
    switch self {
    case .reading, .receiving, .directory: "open"
    case .appending, .replacing, .streaming: "write"
    case .locking: "lock"
    }
  }
}
