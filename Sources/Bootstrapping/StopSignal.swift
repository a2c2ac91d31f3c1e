import Synchronization

/// A wish to stop, given from anywhere, such as a signal handler's queue.
package final class StopSignal: Sendable {
  private struct State {
    var isGiven = false
    var handlers: [@Sendable () -> Void] = []
  }

  private let state = Mutex(State())

  package init() {}

  /// Whether the wish was given.
  package var isGiven: Bool { state.withLock(\.isGiven) }

  /// Gives the wish; further calls change nothing.
  package func give() {
    let handlers = state.withLock { state in
      defer { state.handlers = [] }
      state.isGiven = true
      return state.handlers
    }
    for handler in handlers { handler() }
  }

  /// Calls a function when the wish is given, at once if it was.
  func whenGiven(_ handler: @escaping @Sendable () -> Void) {
    let isGiven = state.withLock { state in
      if !state.isGiven { state.handlers.append(handler) }
      return state.isGiven
    }
    if isGiven { handler() }
  }
}
