import Filtering
import Storage
import TaskCorpus
import TextMetrics

/// The life of one candidate, as its ledger tells it.
package struct Explanation: Sendable {
  /// What has become of it.
  package enum Status: Hashable, Sendable {
    case task
    /// Kept; nothing was asked about it yet.
    case pending
    /// Its answers wait for a judge.
    case waiting
    /// Kept, and on the way to instances, or at the end of that way without any.
    case open
    /// A finished task that no round has taken.
    case surplus
    case dropped(Verdict)
  }

  /// A task that was shown when it was made up, and those shown for that one.
  package struct Ancestor: Sendable {
    package let id: String
    /// Nil if the ledger does not hold it.
    package let instruction: String?
    package let isSeed: Bool
    /// Empty also where it was told before.
    package let shown: [Ancestor]
  }

  package let item: CorpusState.Item
  /// The instance that was asked about; nil where the whole candidate was.
  package let instanceID: String?
  package let status: Status
  package let ancestors: [Ancestor]
  /// What the model wrote; nil if the ledger lacks it.
  package let completion: CompletionRow?
  package let instances: InstanceDecision?
  /// What a person said of it.
  package let review: Review?
  /// What was kept before and is nearest, with its text.
  package let neighbour: (id: String, comparison: CommonWords)?

  /// Reads a ledger and explains a candidate, or the one that an instance belongs to.
  ///
  /// Takes no lock, so that it may be asked while a run writes.
  ///
  /// - Throws: `GrowError.corpus` if there is no corpus, `.noCandidate` if none has the id,
  ///   `StorageError` for files.
  package init(of id: String, in corpus: CorpusDirectory) throws {
    let reading = try CorpusReading(corpus)
    let state = reading.state
    let family = Family(reading.events, state)
    let owner = id.split(separator: "/").first.map(String.init) ?? id
    guard let item = state.item(owner),
      id == owner || item.followers.contains(where: { $0.id == id })
    else {
      throw GrowError.noCandidate(
        path: corpus.ledgerPath, id: id, isSeed: family.isSeed(id),
        example: state.items.first?.id)
    }
    self.item = item
    instanceID = id == owner ? nil : id
    status = Self.status(of: item, in: state)
    var told: Set<String> = [item.id]
    ancestors = family.ancestors(item.row.shown, &told)
    completion = family.completion(of: item.row)
    instances = state.instances(of: item)
    review = state.reviews[item.id]
    neighbour = item.neighbour.flatMap { nearest in
      family.instruction(nearest.id).map { text in
        (
          nearest.id,
          CommonWords(target: text, prediction: item.instruction, tokenizer: state.pool.tokenizer)
        )
      }
    }
  }

  private static func status(of item: CorpusState.Item, in state: CorpusState) -> Status {
    if let verdict = state.verdict(on: item) { return .dropped(verdict) }
    if state.isTask(item) { return .task }
    if state.isPending(item) { return state.instances(of: item) == nil ? .pending : .waiting }
    return state.surplus.contains(item.id) ? .surplus : .open
  }
}

/// What a ledger says of the texts that candidates came from.
private struct Family {
  private let state: CorpusState
  private var seeds: [String: String] = [:]
  private var completions: [String: CompletionRow] = [:]

  init(_ events: [LedgerEvent], _ state: CorpusState) {
    self.state = state
    for event in events {
      switch event {
      case .seeds(let row): for seed in row.seeds { seeds[seed.id] = seed.instruction }
      case .completion(let row): completions[key(row.round, row.stage, row.request)] = row
      default: break
      }
    }
  }

  func isSeed(_ id: String) -> Bool { seeds[id] != nil }

  func instruction(_ id: String) -> String? {
    seeds[id] ?? state.item(id)?.instruction
  }

  func completion(of row: CandidateRow) -> CompletionRow? {
    completions[key(row.round, row.stage, row.request)]
  }

  /// The tasks shown, down to seeds; each with its own ancestors where it is first told.
  func ancestors(_ ids: [String], _ told: inout Set<String>) -> [Explanation.Ancestor] {
    var ancestors: [Explanation.Ancestor] = []
    for id in ids {
      let isNew = told.insert(id).inserted
      let shown = isNew ? state.item(id)?.row.shown ?? [] : []
      ancestors.append(
        Explanation.Ancestor(
          id: id, instruction: instruction(id), isSeed: seeds[id] != nil,
          shown: self.ancestors(shown, &told)))
    }
    return ancestors
  }

  private func key(_ round: Int, _ stage: String, _ request: Int) -> String {
    "\(round) \(stage) \(request)"
  }
}
