import TaskCorpus

extension CorpusState {
  /// An instance that the corpus exports.
  package struct ExportedInstance: Equatable, Sendable {
    /// That of its candidate.
    package let id: String
    package let instance: Parse.Instance
  }

  /// The instances that make an item a task: those that the rules keep, or those that a person has
  /// seen and not rejected; none if it is no task.
  ///
  /// A person's word is above all rules but one: what overlaps with an evaluation set stays out.
  package func exported(_ item: Item) -> [ExportedInstance] {
    if surplus.contains(item.id) { return [] }
    guard let review = reviews[item.id] else { return kept(item) }
    if review.isRejected || isContaminated(item.evidence.evaluation) { return [] }
    let seen = item.instanceRows.filter { row in
      review.instances.contains(row.id)
        && !isContaminated(row.evidence(as: InstanceEvidence.self)?.evaluation)
    }.compactMap { row in
      row.parsed(as: Parse.Instance.self).map { ExportedInstance(id: row.id, instance: $0) }
    }
    return seen.isEmpty ? kept(item) : seen
  }

  private func isContaminated(_ overlap: EvaluationOverlap?) -> Bool {
    rules.verdict(onOverlap: overlap)?.severity == .drop
  }

  /// Whether an item is a task of the corpus: with an instance, and taken by a round.
  package func isTask(_ item: Item) -> Bool {
    !exported(item).isEmpty
  }

  /// Whether an item is a task, or is kept and has no instances yet.
  package func isKept(_ item: Item) -> Bool {
    isTask(item) || isPending(item)
  }

  /// Whether an item is kept and nothing was asked about it that could give instances.
  package func isPending(_ item: Item) -> Bool {
    item.verdict == nil && instances(of: item) == nil && item.followers.isEmpty
  }

  /// Why an item is no task; nil if it is one, or waits.
  package func verdict(on item: Item) -> Verdict? {
    if reviews[item.id]?.isRejected == true {
      return Verdict(.review, .drop, "rejected by a person")
    }
    return isTask(item) ? nil : item.verdict ?? instances(of: item)?.verdict
  }

  private func kept(_ item: Item) -> [ExportedInstance] {
    guard let decision = instances(of: item), decision.verdict == nil else { return [] }
    return decision.kept.compactMap { found in
      found.instance.map { ExportedInstance(id: found.row.id, instance: $0) }
    }
  }
}
