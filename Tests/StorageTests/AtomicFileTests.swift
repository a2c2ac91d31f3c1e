import Foundation
import Storage
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  private let folder: TemporaryDirectory
  private let path: String

  init() throws {
    folder = try TemporaryDirectory()
    path = folder.path(of: "a.json")
  }

  @Test func `a file is made, then replaced, and nothing is left beside it`() throws {
    try AtomicFile.write("one", to: path)
    try AtomicFile.write([], to: path)
    #expect(try folder.text(of: "a.json") == "")
    try AtomicFile.write("two, shorter", to: path)
    #expect(try folder.text(of: "a.json") == "two, shorter")
    #expect(try folder.names() == ["a.json"])
  }

  @Test func `killed before the rename the old file stands, and the next write cleans up`() throws {
    try AtomicFile.write("old", to: path)
    // What a process leaves that is killed after writing some or all of the new bytes.
    try folder.write("half of the ne", to: ".a.json.partial")
    #expect(AtomicFile.partialPath(of: path) == folder.path(of: ".a.json.partial"))
    #expect(try folder.text(of: "a.json") == "old")
    try AtomicFile.write("new", to: path)
    #expect(try folder.text(of: "a.json") == "new")
    #expect(try folder.names() == ["a.json"])
  }

  @Test func `a replaced file keeps its permissions and a link stays a link`() throws {
    try folder.write("old", to: "target.json")
    let manager = FileManager.default
    let target = folder.path(of: "target.json")
    try manager.setAttributes([.posixPermissions: 0o640], ofItemAtPath: target)
    try manager.createSymbolicLink(atPath: path, withDestinationPath: "target.json")
    try AtomicFile.write("new", to: path)
    #expect(try folder.text(of: "target.json") == "new")
    #expect(try manager.destinationOfSymbolicLink(atPath: path) == "target.json")
    let bits = try manager.attributesOfItem(atPath: target)[.posixPermissions] as? NSNumber
    #expect(bits?.intValue == 0o640)
  }

  @Test func `a link to what is not there makes it, with the usual permissions`() throws {
    let manager = FileManager.default
    try manager.createSymbolicLink(atPath: path, withDestinationPath: "target.json")
    try AtomicFile.write("new", to: path)
    #expect(try folder.text(of: "target.json") == "new")
    #expect(try manager.destinationOfSymbolicLink(atPath: path) == "target.json")
    let target = folder.path(of: "target.json")
    let bits = try manager.attributesOfItem(atPath: target)[.posixPermissions] as? NSNumber
    #expect(bits.map { $0.intValue & 0o111 } == 0)
    #expect(AtomicFile.target(of: folder.path(of: "x/../a.json")) == AtomicFile.target(of: target))
  }

  @Test func `a pipe is written to and stays one`() throws {
    #expect(unsafe mkfifo(path, 0o600) == 0)
    let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK)
    let reader = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    try AtomicFile.write("through", to: path)
    #expect(reader.availableData == Data("through".utf8))
    #expect(try folder.names() == ["a.json"])
  }

  @Test func `what cannot be written is refused with one sentence, the user's path in it`() throws {
    try folder.write("a", to: "file")
    expectRefusalSaying(
      "none/x: cannot write: the folder it is in does not exist; expected a place that allows it",
      hiding: folder
    ) { try AtomicFile.write("x", to: folder.path(of: "none/x")) }
    expectRefusalSaying(
      "file/x: cannot write: a part of its path is a file; expected a place that allows it",
      hiding: folder
    ) { try AtomicFile.write("x", to: folder.path(of: "file/x")) }
    try FileManager.default.createDirectory(
      atPath: folder.path(of: "sub"), withIntermediateDirectories: false)
    expectRefusalSaying("sub: is a directory; expected a file", hiding: folder) {
      try AtomicFile.write("x", to: folder.path(of: "sub"))
    }
    #expect(try folder.names() == ["file", "sub"])
  }

  @Test(.enabled(if: geteuid() != 0, "the super-user may write everywhere"))
  func `a folder without the right to write is refused and its files stay`() throws {
    try folder.write("old", to: "locked/a.json")
    let locked = folder.path(of: "locked")
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: locked)
    defer {
      try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: locked)
    }
    let sentence = "cannot write: permission denied; expected a place that allows it"
    expectRefusalSaying("locked/a.json: \(sentence)", hiding: folder) {
      try AtomicFile.write("new", to: folder.path(of: "locked/a.json"))
    }
    #expect(try folder.text(of: "locked/a.json") == "old")
    expectRefusalSaying("locked/log: \(sentence)", hiding: folder) {
      try AppendLog(folder.path(of: "locked/log"))
    }
    expectRefusalSaying(
      "locked/lock: cannot lock: permission denied; expected a place that allows it", hiding: folder
    ) { try AdvisoryLock(folder.path(of: "locked/lock")) }
  }

  @Test(.enabled(if: FileManager.default.isWritableFile(atPath: "/dev/shm")))
  func `a file in the memory at _dev_shm is replaced as any other`() throws {
    let path = "/dev/shm/selfinstruct-test-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try AtomicFile.write("longer than what follows", to: path)
    try AtomicFile.write("short", to: path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "short")
  }
}
