import Synchronization

/// Says on stderr how far a run is: one live line on a terminal, a plain line every ten seconds
/// otherwise.
final class Progress: Sendable {
  private struct State {
    var last: ContinuousClock.Instant
    var width = 0
  }

  private let state: Mutex<State>
  private let isLive: Bool
  private let pause: Duration

  init(isLive: Bool = Console.isWatched) {
    self.isLive = isLive
    pause = isLive ? .milliseconds(100) : .seconds(10)
    state = Mutex(State(last: .now))
  }

  /// Shows a line, unless one was shown a moment ago.
  func show(_ line: @autoclosure () -> String) {
    state.withLock { state in
      guard .now - state.last >= pause else { return }
      state.last = .now
      isLive ? draw(line(), &state) : Console.note(line())
    }
  }

  /// Takes the live line away, so that other lines can follow.
  func clear() {
    state.withLock { state in
      if isLive, state.width > 0 { Console.live("\r\u{1B}[2K") }
      state.width = 0
    }
  }

  private func draw(_ line: String, _ state: inout State) {
    let shown = line.prefix(100)
    Console.live("\r\u{1B}[2K\(shown)")
    state.width = shown.count
  }
}
