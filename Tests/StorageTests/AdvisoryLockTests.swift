import Foundation
import Storage
import TestSupport
import Testing

@Suite struct AdvisoryLockTests {
  @Test func `a second holder is refused until the first lets go`() throws {
    let folder = try TemporaryDirectory()
    let path = folder.path(of: "lock")
    var lock: AdvisoryLock? = try AdvisoryLock(path)
    let process = ProcessInfo.processInfo.processIdentifier
    expectRefusalSaying(
      """
      lock: is locked by process \(process); expected to be the only writer
        help: wait for the other run to end, or stop it
      """, hiding: folder
    ) { try AdvisoryLock(path) }
    #expect(lock != nil)
    lock = nil
    lock = try AdvisoryLock(path)
    #expect(try folder.text(of: "lock") == "process \(process)\n")
  }

  @Test func `what a killed process left in the file locks nobody out`() throws {
    let folder = try TemporaryDirectory()
    let path = try folder.write("process 4000000 and more text than ours\n", to: "lock")
    _ = try AdvisoryLock(path)
    #expect(try folder.text(of: "lock").utf8.count < 20)
  }

  @Test func `a lock in this process holds against another process, and goes with it`() async throws
  {
    let folder = try TemporaryDirectory()
    let path = folder.path(of: "lock")
    let lock = try AdvisoryLock(path)
    await #expect(processExitsWith: .exitCode(3)) { [path = path as String] in
      do {
        _ = try AdvisoryLock(path)
        exit(0)
      } catch StorageError.lockHeld {
        exit(3)
      }
    }
    withExtendedLifetime(lock) {}
    let other = folder.path(of: "other")
    await #expect(processExitsWith: .signal(SIGKILL)) { [other = other as String] in
      let lock = try AdvisoryLock(other)
      withExtendedLifetime(lock) { _ = kill(getpid(), SIGKILL) }
    }
    #expect(try folder.text(of: "other").hasPrefix("process "))
    _ = try AdvisoryLock(other)
  }
}
