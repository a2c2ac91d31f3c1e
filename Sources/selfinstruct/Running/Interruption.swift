import Foundation
import Synchronization

/// Lets Ctrl-C and SIGTERM end a run in good order.
enum Interruption {
  /// Runs `body` as a task that the first signal cancels.
  static func cancelling<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    let task = Task(operation: body)
    return try await handling(
      stop: { task.cancel() },
      during: {
        // Who waits for it may give up, too.
        try await withTaskCancellationHandler(
          operation: { try await task.value }, onCancel: { task.cancel() })
      })
  }

  /// Runs `body` and calls `stop` at the first signal; a second one ends the process at once, which
  /// loses nothing that was committed.
  static func handling<Result>(
    stop: @escaping @Sendable () -> Void, during body: () async throws -> Result
  ) async throws -> Result {
    begin(stop)
    defer { end() }
    return try await body()
  }

  /// The same for work that blocks the thread it is called on.
  static func handling<Result>(
    stop: @escaping @Sendable () -> Void, duringBlocking body: () throws -> Result
  ) throws -> Result {
    begin(stop)
    defer { end() }
    return try body()
  }

  private struct State {
    /// What the first signal calls, of what is going on the innermost last.
    var stops: [@Sendable () -> Void] = []
    var signals = 0
    /// Made once and kept: one that takes the place of a cancelled one may never be told of a
    /// signal.
    var sources: [any DispatchSourceSignal] = []
  }

  private static let state = Mutex(State())

  private static func begin(_ stop: @escaping @Sendable () -> Void) {
    state.withLock { state in
      state.stops.append(stop)
      guard state.sources.isEmpty else { return }
      state.sources.append(watch(SIGINT))
      state.sources.append(watch(SIGTERM))
    }
  }

  private static func end() {
    _ = state.withLock { $0.stops.popLast() }
  }

  private static func watch(_ number: Int32) -> sending any DispatchSourceSignal {
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler {
      let (stop, isFirst) = state.withLock { state in
        state.signals += 1
        return (state.stops.last, state.signals == 1)
      }
      guard let stop else {
        // What is left is rendering, which a signal may end.
        signal(number, SIG_DFL)
        raise(number)
        return
      }
      if !isFirst { exit(Outcome.Code.stopped.rawValue) }
      Console.note("stopping; once more to stop at once")
      stop()
    }
    source.resume()
    return source
  }
}
