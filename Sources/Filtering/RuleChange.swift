/// What a change of rules does to a corpus: which instructions it gains and loses, and by which
/// rules.
package struct RuleChange: Sendable {
  /// An instruction that is kept by one set of rules only.
  package struct Move: Hashable, Sendable {
    package let id: String
    package let instruction: String
    /// Why the other set drops it; nil for one that has been waiting for instances.
    package let verdict: Verdict?
    /// Whether it has no instances where it is kept, since none were asked for, or no judge about
    /// them.
    package let isPending: Bool
  }

  /// Tasks by the rules before, and by those after.
  package let tasksBefore: Int
  package let tasksAfter: Int
  /// Kept now, in candidate order.
  package let gained: [Move]
  /// No longer kept, in candidate order.
  package let lost: [Move]
  /// Kept by both, with other instances, or read otherwise.
  package let changed: [String]

  /// - Parameters:
  ///   - before: The corpus by the rules that are recorded.
  ///   - after: The same ledger by others, or with its completions read otherwise.
  package init(from before: CorpusState, to after: CorpusState) {
    var (gained, lost, changed): ([Move], [Move], [String]) = ([], [], [])
    for new in after.items {
      let old = before.item(new.id)
      switch (old.map(before.isKept) ?? false, after.isKept(new)) {
      case (false, true):
        gained.append(after.move(new, verdict: old.flatMap(before.verdict)))
      case (true, false):
        if let old { lost.append(before.move(old, verdict: after.verdict(on: new))) }
      case (true, true):
        guard let old else { break }
        if old.instruction != new.instruction || before.exported(old) != after.exported(new) {
          changed.append(new.id)
        }
      case (false, false): break
      }
    }
    // What completions were read as once and are not any more.
    for old in before.items where after.item(old.id) == nil && before.isKept(old) {
      lost.append(before.move(old, verdict: nil))
    }
    (self.gained, self.lost, self.changed) = (gained, lost, changed)
    tasksBefore = before.items.count(where: before.isTask)
    tasksAfter = after.items.count(where: after.isTask)
  }

  /// Whether both sets of rules keep the same.
  package var isEmpty: Bool { gained.isEmpty && lost.isEmpty && changed.isEmpty }

  /// How many of some moves each rule accounts for, the most frequent first.
  package static func rules(of moves: [Move]) -> [(rule: RuleName, count: Int)] {
    RuleName.allCases.map { rule in (rule, moves.count { $0.verdict?.rule == rule }) }
      .filter { $0.1 > 0 }
      .sorted { $0.1 > $1.1 }
  }
}

extension CorpusState {
  fileprivate func move(_ item: Item, verdict: Verdict?) -> RuleChange.Move {
    RuleChange.Move(
      id: item.id, instruction: item.instruction, verdict: verdict, isPending: isPending(item))
  }
}
