import TaskCorpus

/// What closed rounds have left, as far as the rounds that follow ask for it: a large corpus goes
/// on from here without a look at all of its ledger.
///
/// It follows from ledger, rules, evaluation sets and configuration, and is worth nothing once one
/// of them has changed.
package struct ClosedRounds: Sendable {
  /// A seed or a kept instruction.
  package struct Kept: Equatable, Sendable {
    package var id: String
    package var text: String

    package init(id: String, text: String) {
      self.id = id
      self.text = text
    }
  }

  /// A task that is finished.
  package struct FinishedTask: Equatable, Sendable {
    /// The how-manieth instruction of the corpus it is, from 0.
    package var place: Int
    package var id: String
    package var instruction: String
    /// As what prompts show it; nil if they do not: a person has made it a task, not the rules.
    package var kind: InstructionKind?
    /// The task as the corpus exports it, a line of JSON; nil if a person has rejected it.
    package var exported: [UInt8]?

    package init(
      place: Int, id: String, instruction: String, kind: InstructionKind?, exported: [UInt8]?
    ) {
      self.place = place
      self.id = id
      self.instruction = instruction
      self.kind = kind
      self.exported = exported
    }
  }

  /// An instruction that is not at its end, or a task of the surplus.
  package struct OpenItem: Sendable {
    package var item: CorpusState.Item
    /// Why the instances that were found for it are not taken; nil if they are, or if there are
    /// none.
    package var instanceVerdict: Verdict?

    package init(item: CorpusState.Item, instanceVerdict: Verdict?) {
      self.item = item
      self.instanceVerdict = instanceVerdict
    }
  }

  /// Seeds and kept instructions, in the order in which they were kept.
  package var kept: [Kept]
  /// In candidate order.
  package var tasks: [FinishedTask]
  /// In candidate order.
  package var open: [OpenItem]
  /// Ids of finished tasks that no round has taken.
  package var surplus: Set<String>
  /// How many instructions and candidates there are.
  package var instructions: Int
  package var candidates: Int
  /// That of the seeds in the pool.
  package var seedsHash: String

  package init(
    kept: [Kept], tasks: [FinishedTask], open: [OpenItem], surplus: Set<String>, instructions: Int,
    candidates: Int, seedsHash: String
  ) {
    self.kept = kept
    self.tasks = tasks
    self.open = open
    self.surplus = surplus
    self.instructions = instructions
    self.candidates = candidates
    self.seedsHash = seedsHash
  }
}

extension CorpusState {
  /// What the rounds so far have left, all of them closed.
  ///
  /// - Parameters:
  ///   - isOpen: Whether a kept instruction still waits for something.
  ///   - exported: A task as the corpus exports it, a line; nil if it does not.
  package func closedRounds(
    isOpen: (Item) -> Bool, exported: (Item) -> [UInt8]?
  ) -> ClosedRounds {
    var open: [ClosedRounds.OpenItem] = []
    var tasks = closedTasks
    for item in items {
      let decision = instances(of: item)
      let waits = isOpen(item) || decision?.waiting.isEmpty == false
      if surplus.contains(item.id) || item.verdict == nil && waits {
        open.append(
          ClosedRounds.OpenItem(item: item, instanceVerdict: decision?.verdict))
        continue
      }
      let isShown = item.verdict == nil && decision.map { $0.verdict == nil } == true
      let line = exported(item)
      guard isShown || line != nil else { continue }
      tasks.append(
        ClosedRounds.FinishedTask(
          place: item.place, id: item.id, instruction: item.instruction,
          kind: isShown ? item.shownKind : nil, exported: line))
    }
    // What was open before is behind what came to its end earlier and stands after it.
    tasks.sort { $0.place < $1.place }
    return ClosedRounds(
      kept: kept, tasks: tasks, open: open, surplus: surplus, instructions: instructionCount,
      candidates: candidates, seedsHash: seedsHash)
  }
}

extension CorpusState.Item {
  /// As what prompts show the task.
  package var shownKind: InstructionKind {
    isClassification == true ? .label : evidence.kind
  }

  /// An item as it was decided before.
  package init(
    place: Int, row: CandidateRow, objections: [Verdict], neighbour: InstructionPool.Neighbour?,
    followers: [CandidateRow]
  ) {
    self.place = place
    self.row = row
    parse = row.parsed(as: Parse.Instruction.self) ?? Parse.Instruction("")
    evidence = CorpusState.evidence(of: row)
    checks = objections.map { RuleCheck($0.rule, $0) }
    verdict = checks.dropping
    self.neighbour = neighbour
    self.followers = followers
  }
}
