import Foundation
import Storage
import TestSupport
import Testing

/// A limit on the size of files stands in for a full disk: writing stops in the middle of a row.
/// Limits belong to a process, so each test runs in one of its own.
@Suite struct DiskFullTests {
  @Test func `a log on a full disk says so, is as before, and goes on when there is room`()
    async throws
  {
    let folder = try TemporaryDirectory()
    let path = folder.path(of: "log.jsonl")
    await #expect(processExitsWith: .success) { [path = path as String] in
      let log = try AppendLog(path)
      try log.append(["n": 1])
      let before = log.byteCount
      try limitFiles(to: 64)
      let wide: JSONValue = ["n": .string(String(repeating: "x", count: 100))]
      #expect(
        throws: StorageError.incompleteWrite(
          path: path, written: 64 - before, wanted: 110,
          reason: "the largest allowed file size is reached")
      ) { try log.append(wide) }
      #expect(log.byteCount == before)
      #expect(try Data(contentsOf: URL(filePath: path)).count == before)
      try log.append(["n": 2])
      try limitFiles(to: 1000)
      try log.append(wide)
      #expect(try JSONLines.read(path).map { try $0.json() } == [["n": 1], ["n": 2], wide])
    }
  }

  @Test func `replacing a file on a full disk leaves the old one and nothing beside it`()
    async throws
  {
    let folder = try TemporaryDirectory()
    let path = try folder.write("old", to: "a.json")
    await #expect(processExitsWith: .success) { [path = path as String] in
      try limitFiles(to: 10)
      #expect(
        throws: StorageError.incompleteWrite(
          path: path, written: 10, wanted: 11, reason: "the largest allowed file size is reached")
      ) { try AtomicFile.write("eleven byte", to: path) }
    }
    #expect(try folder.text(of: "a.json") == "old")
    #expect(try folder.names() == ["a.json"])
  }

  @Test func `a disk without a single free byte is told in one sentence`() throws {
    let full = "/dev/full"  // Linux's disk that is always full
    guard FileManager.default.fileExists(atPath: full) else { return }
    expectRefusalSaying(
      """
      /dev/full: only 0 of 9 bytes could be written (no space left on the disk); expected all
        help: nothing of them was kept; make room and run the command again
      """
    ) { try AppendLog(full).append(["n": 1]) }
  }
}

/// Lets no file of this process grow beyond a size; the signal that would end it is ignored, so that
/// writing fails as on a full disk.
private func limitFiles(to byteCount: UInt) throws {
  signal(SIGXFSZ, SIG_IGN)
  var limit = rlimit(rlim_cur: byteCount, rlim_max: 1 << 20)
  try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
}
