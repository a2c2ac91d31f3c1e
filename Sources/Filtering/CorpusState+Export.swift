import TaskCorpus

extension CorpusState {
  /// An instance that the corpus exports.
  package struct ExportedInstance: Equatable, Sendable {
    /// That of its candidate.
    package let id: String
    package let instance: Parse.Instance
    /// Fingerprint of the model that wrote it.
    package let model: String
    /// What a judge gave it.
    package let score: Int?
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
    }.compactMap { ExportedInstance($0, of: item) }
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

  /// Whether an item is kept and nothing was asked about it that could give instances, or a judge
  /// is to be asked about those it has.
  package func isPending(_ item: Item) -> Bool {
    guard item.verdict == nil else { return false }
    guard let decision = instances(of: item) else { return item.followers.isEmpty }
    return decision.verdict == nil && decision.kept.isEmpty
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
    return decision.kept.compactMap { ExportedInstance($0.row, of: item) }
  }
}

extension CorpusState.ExportedInstance {
  /// Nil where no instance could be read.
  fileprivate init?(_ row: CandidateRow, of item: CorpusState.Item) {
    guard let instance = row.parsed(as: Parse.Instance.self) else { return nil }
    let scores = item.followers(.judge).compactMap { $0.parsed(as: Parse.Score.self) }
    self.init(
      id: row.id, instance: instance, model: row.model,
      score: scores.last { $0.instance == row.id }?.score)
  }
}
