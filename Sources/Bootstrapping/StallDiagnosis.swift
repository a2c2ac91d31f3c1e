import Filtering
import TaskCorpus

/// Why nothing more is being accepted: what became of the instructions since the last new task.
package struct StallDiagnosis: Equatable, Sendable {
  /// A rule with what it dropped.
  package struct Cause: Equatable, Sendable {
    package var rule: RuleName
    package var count: Int
    /// The last instruction that it dropped, and what the rule said of it.
    package var example: String
    package var evidence: String
  }

  /// A seed and how many near-copies it led to.
  package struct Breeder: Equatable, Sendable {
    package var seed: String
    package var instruction: String
    package var count: Int
  }

  /// Instructions looked at.
  package private(set) var instructions = 0
  /// The rules that ended them, those that ended most first.
  package private(set) var causes: [Cause] = []
  /// Instructions that were kept, and the rule that ended most of those: what is in the way where
  /// many get as far as that. Nil where few were kept.
  package private(set) var kept = 0
  package private(set) var lastHurdle: Cause?
  /// The seeds behind what was too near to something kept, most copies first.
  package private(set) var breeders: [Breeder] = []

  /// So many causes and seeds are told.
  private static let shown = 3

  /// So many kept instructions tell that others are not what is missing.
  private static let many = 10

  init(of state: BootstrapState) {
    let items = state.corpus.items.filter { item in
      let row = (state.answersOnly ? item.followers.last : nil) ?? item.row
      return row.round == state.context.round && row.wave > state.lastFruitful
    }
    instructions = items.count
    var (counts, late): ([RuleName: Cause], [RuleName: Cause]) = ([:], [:])
    var copies: [String: Int] = [:]
    let seeds = Dictionary(
      state.context.seeds.map { ($0.id, $0.instruction) }, uniquingKeysWith: { first, _ in first })
    for item in items {
      guard let verdict = Self.verdict(on: item, state) else { continue }
      counts[verdict.rule, default: Cause(verdict.rule)].count(item, verdict)
      // Those that are answered again are tasks, of which a rule about answers alone can be in the way.
      if item.verdict == nil {
        kept += 1
        late[verdict.rule, default: Cause(verdict.rule)].count(item, verdict)
      }
      guard verdict.rule == .novelty else { continue }
      // A seed that is copied itself, or else those that the prompt of the copy showed.
      let neighbour = item.neighbour.map { [$0.id] } ?? []
      let near = neighbour.filter { seeds[$0] != nil }
      for id in near.isEmpty ? item.row.shown.filter({ seeds[$0] != nil }) : near {
        copies[id, default: 0] += 1
      }
    }
    causes = Array(Self.sorted(counts).prefix(Self.shown))
    if kept >= Self.many { lastHurdle = Self.sorted(late).first }
    breeders = copies.sorted { (-$0.value, $0.key) < (-$1.value, $1.key) }.prefix(Self.shown)
      .map { Breeder(seed: $0.key, instruction: seeds[$0.key] ?? "", count: $0.value) }
  }

  /// The causes, those that ended most first.
  private static func sorted(_ counts: [RuleName: Cause]) -> [Cause] {
    let order = RuleName.allCases
    return counts.values.sorted { first, second in
      (-first.count, order.firstIndex(of: first.rule) ?? 0)
        < (-second.count, order.firstIndex(of: second.rule) ?? 0)
    }
  }

  /// What ended an instruction: a rule about itself, about its instances, or the lack of a next
  /// step.
  private static func verdict(on item: CorpusState.Item, _ state: BootstrapState) -> Verdict? {
    if let verdict = item.verdict { return verdict }
    if let decision = state.corpus.instances(of: item) {
      return state.objection(to: decision, of: item.id)
    }
    guard case .deadEnd(let rule) = state.step(for: item) else { return nil }
    return Verdict(rule, .drop, "nothing came of it")
  }
}

extension StallDiagnosis.Cause {
  fileprivate init(_ rule: RuleName) {
    self.init(rule: rule, count: 0, example: "", evidence: "")
  }

  fileprivate mutating func count(_ item: CorpusState.Item, _ verdict: Verdict) {
    count += 1
    (example, evidence) = (item.instruction, verdict.evidence)
  }
}
