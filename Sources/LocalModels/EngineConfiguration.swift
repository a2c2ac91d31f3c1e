import Foundation
import Kernels
import Storage

/// How a local model runs; none of it changes what it says, but `precision`.
package struct EngineConfiguration: Hashable, Sendable, Codable {
  /// Threads that compute; default: all cores.
  package var threads: Int
  /// Sequences in flight at once.
  package var concurrency: Int
  /// Bytes that keys and values may take; fewer sequences are in flight when it is used up.
  package var kvMemory: ByteCount
  /// What products run in.
  package var precision: PrecisionChoice

  package init(
    threads: Int = ProcessInfo.processInfo.activeProcessorCount, concurrency: Int = 64,
    kvMemory: ByteCount = ByteCount(4 << 30), precision: PrecisionChoice = .auto
  ) {
    self.threads = threads
    self.concurrency = concurrency
    self.kvMemory = kvMemory
    self.precision = precision
  }

  /// The same on as many threads as there are cores at most: more would only wait for each other.
  package var onCores: EngineConfiguration {
    var configuration = self
    configuration.threads = min(threads, EngineConfiguration().threads)
    return configuration
  }

  /// - Throws: `LocalModelError.badSetting` for the first value out of range.
  package func validate() throws(LocalModelError) {
    guard (1...1024) ~= threads else {
      throw .badSetting(name: "--threads", value: "\(threads)", expected: "1 to 1024")
    }
    guard (1...4096) ~= concurrency else {
      throw .badSetting(name: "--concurrency", value: "\(concurrency)", expected: "1 to 4096")
    }
    guard kvMemory.bytes > 0 else {
      throw .badSetting(
        name: "--kv-memory", value: "\(kvMemory)", expected: "a size above 0, such as 4G")
    }
  }
}
