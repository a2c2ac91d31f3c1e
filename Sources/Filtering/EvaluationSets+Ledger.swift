import Storage
import TaskCorpus

extension EvaluationSets {
  /// The row that a ledger needs before it goes on with these sets; nil if it has it already.
  ///
  /// - Parameters:
  ///   - sets: Nil where there are none.
  ///   - last: The ledger's last row of this kind.
  ///   - reading: What completions were read as last.
  package static func row(
    for sets: EvaluationSets?, of events: [LedgerEvent], after last: EvaluationRow?,
    reading: ReadingRow?
  ) throws -> EvaluationRow? {
    guard sets?.hash ?? "" != last?.hash ?? "" else { return nil }
    var row = EvaluationRow(
      hash: sets?.hash ?? "", sources: try JSONValue(encoding: sets?.sources ?? []),
      candidates: events.count { $0.isCandidate }, overlaps: [:])
    var sets = sets
    var instructions: [String: String] = [:]
    for candidate in events.readCandidates(by: reading) {
      if candidate.of == nil {
        instructions[candidate.id] = candidate.parsed(as: Parse.Instruction.self)?.instruction
      }
      let owner = candidate.of.map { instructions[$0] ?? "" }
      if let overlap = sets?.overlap(of: candidate, instruction: owner) {
        row.overlaps[candidate.id] = try JSONValue(encoding: overlap)
      }
    }
    return row
  }

  /// What there is against a seed, which is then used for nothing; nil if it may be used.
  ///
  /// By the thresholds of the rule `contamination`, whether or not it drops: a text of an evaluation
  /// set is never a seed.
  package mutating func objection(to seed: InstructionTask, _ rules: RuleSet) -> Verdict? {
    var rules = rules
    rules.contamination.severity = .drop
    let instances = seed.instances.map { Parse.Instance(input: $0.input, output: $0.output) }
    return rules.verdict(
      onOverlap: overlap(instruction: seed.instruction, instances: instances))
  }
}

extension LedgerEvent {
  fileprivate var isCandidate: Bool {
    if case .candidate = self { true } else { false }
  }
}
