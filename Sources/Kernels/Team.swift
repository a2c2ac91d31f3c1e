import CKernels
import Synchronization

/// Threads that go through the same phases of one computation.
///
/// A phase is a number of pieces, claimed one by one; it ends when all are done, and what they wrote
/// is then seen by everybody. Nobody waits for a thread that has claimed nothing: one whose core is
/// wanted by another process finds phases over when it comes, and goes on to the one that is not.
///
/// Each thread goes through with a `TeamMember` of its own.
package final class Team: Sendable {
  /// The phase that is on (upper half) and its next piece.
  private let state = Atomic<UInt64>(0)
  /// Pieces of the phase that are done.
  private let done = Atomic<Int>(0)

  package init() {}

  private static func start(of phase: Int) -> UInt64 { UInt64(phase) << 32 }

  func isOver(_ phase: Int) -> Bool {
    state.load(ordering: .acquiring) >= Self.start(of: phase + 1)
  }

  /// The next piece of a phase that nobody has claimed, if there is one.
  func claim(_ phase: Int, of pieces: Int) -> Int? {
    var seen = state.load(ordering: .acquiring)
    while seen < Self.start(of: phase + 1) {
      let piece = Int(seen - Self.start(of: phase))
      guard piece < pieces else { return nil }
      let (exchanged, original) = state.compareExchange(
        expected: seen, desired: seen + 1, ordering: .acquiringAndReleasing)
      if exchanged { return piece }
      seen = original
    }
    return nil
  }

  /// Notes a piece as done; the last one ends the phase.
  func finish(_ phase: Int, of pieces: Int) {
    guard done.add(1, ordering: .acquiringAndReleasing).newValue == pieces else { return }
    done.store(0, ordering: .relaxed)
    state.store(Self.start(of: phase + 1), ordering: .releasing)
  }

  func wait(for phase: Int) {
    var round: Int64 = 0
    while !isOver(phase) {
      si_wait(round)
      round += 1
    }
  }
}

/// One thread's way through a team's phases; or, without a team, through all pieces alone.
///
///     if member.enter() {
///       // what every member needs for its pieces, kept to itself
///       while let piece = member.claim(of: pieces) {
///         // the piece
///         member.finish(of: pieces)
///       }
///     }
///     member.leave()
///
/// All members go through the same phases in the same order, with the same numbers of pieces, each
/// above 0. A piece that was claimed must be finished, even if it failed; between pieces a member may
/// leave for good, and the others do the rest.
package struct TeamMember: ~Copyable {
  private let team: Team?
  private var phase = 0
  private var nextPiece = 0

  /// - Parameter team: Nil for a thread that works alone.
  package init(of team: Team?) {
    self.team = team
  }

  package var isAlone: Bool { team == nil }

  /// Whether the phase is still on.
  ///
  /// A member that comes as the phase ends may read what the next one is already writing. Then no
  /// piece is left for it, so what it made of that is never used.
  package mutating func enter() -> Bool {
    nextPiece = 0
    return team.map { !$0.isOver(phase) } ?? true
  }

  /// The next piece that nobody has claimed.
  package mutating func claim(of pieces: Int) -> Int? {
    if let team { return team.claim(phase, of: pieces) }
    guard nextPiece < pieces else { return nil }
    defer { nextPiece += 1 }
    return nextPiece
  }

  /// Notes a claimed piece as done.
  package func finish(of pieces: Int) {
    team?.finish(phase, of: pieces)
  }

  /// Waits until all pieces are done.
  package mutating func leave() {
    team?.wait(for: phase)
    phase += 1
  }
}
