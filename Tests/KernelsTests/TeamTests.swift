import Kernels
import Synchronization
import Testing

@Suite struct TeamTests {
  /// Goes through phases of the given numbers of pieces and notes who did what when.
  private static func phases(
    _ pieces: [Int], as member: inout TeamMember, note: (_ phase: Int, _ piece: Int) -> Void
  ) {
    for (phase, count) in pieces.enumerated() {
      if member.enter() {
        while let piece = member.claim(of: count) {
          note(phase, piece)
          member.finish(of: count)
        }
      }
      member.leave()
    }
  }

  @Test(arguments: [1, 2, 3, 7])
  func `every piece of every phase is done once, and no phase begins before the last has ended`(
    members: Int
  ) {
    let pieces = (0..<300).map { $0 % 5 + 1 }
    let team = Team()
    let done = Mutex<[[Int]]>(pieces.map { _ in [] })
    let early = Atomic<Int>(0)
    WorkerPool(threads: members) { _ in }.run(members) { _, _ in
      var member = TeamMember(of: team)
      Self.phases(pieces, as: &member) { phase, piece in
        done.withLock { done in
          done[phase].append(piece)
          if phase > 0 && done[phase - 1].count < pieces[phase - 1] {
            early.add(1, ordering: .relaxed)
          }
        }
      }
    }
    #expect(done.withLock { $0.map { $0.sorted() } } == pieces.map { Array(0..<$0) })
    #expect(early.load(ordering: .relaxed) == 0)
  }

  @Test func `a member that comes late finds the phases over and does not wait`() {
    let team = Team()
    var first = TeamMember(of: team)
    var count = 0
    Self.phases([3, 1, 2], as: &first) { _, _ in count += 1 }
    var late = TeamMember(of: team)
    Self.phases([3, 1, 2], as: &late) { _, _ in count += 1 }
    #expect(count == 6)
  }

  @Test func `a thread alone does all pieces in order`() {
    var alone = TeamMember(of: nil)
    var seen: [[Int]] = []
    Self.phases([2, 3], as: &alone) { phase, piece in seen.append([phase, piece]) }
    #expect(seen == [[0, 0], [0, 1], [1, 0], [1, 1], [1, 2]])
  }
}
