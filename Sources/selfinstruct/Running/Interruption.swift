import Foundation
import Synchronization

/// Lets Ctrl-C and SIGTERM end a run in good order.
enum Interruption {
  /// Runs `body` as a task that the first signal cancels.
  static func cancelling<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    let task = Task(operation: body)
    return try await handling(stop: { task.cancel() }, during: { try await task.value })
  }

  /// Runs `body` and calls `stop` at the first signal; a second one ends the process at once, which
  /// loses nothing that was committed.
  static func handling<Result>(
    stop: @escaping @Sendable () -> Void, during body: () async throws -> Result
  ) async throws -> Result {
    let sources = [SIGINT, SIGTERM].map { watch($0, stop) }
    defer { end(sources) }
    return try await body()
  }

  /// The same for work that blocks the thread it is called on.
  static func handling<Result>(
    stop: @escaping @Sendable () -> Void, duringBlocking body: () throws -> Result
  ) throws -> Result {
    let sources = [SIGINT, SIGTERM].map { watch($0, stop) }
    defer { end(sources) }
    return try body()
  }

  private static func end(_ sources: [any DispatchSourceSignal]) {
    for source in sources { source.cancel() }
    // What is left is rendering, which a signal may end.
    for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
  }

  private static let count = Atomic<Int>(0)

  private static func watch(
    _ number: Int32, _ stop: @escaping @Sendable () -> Void
  ) -> any DispatchSourceSignal {
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler {
      if count.add(1, ordering: .relaxed).oldValue > 0 { exit(Outcome.Code.stopped.rawValue) }
      Console.note("stopping; once more to stop at once")
      stop()
    }
    source.resume()
    return source
  }
}
