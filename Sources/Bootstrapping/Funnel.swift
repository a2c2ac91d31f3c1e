import Filtering

/// How many requests, candidates and tasks each stage of a round has seen: where the yield goes.
package struct Funnel: Codable, Equatable, Sendable {
  /// Requests and tokens of a stage.
  package struct StageCount: Codable, Equatable, Sendable {
    package var stage: Stage
    package var asked = 0
    package var answered = 0
    package var promptTokens = 0
    package var tokens = 0
  }

  /// What a rule dropped.
  package struct RuleCount: Codable, Equatable, Sendable {
    package var rule: RuleName
    package var count: Int
  }

  /// What requests for one kind of task came to.
  package struct KindCount: Codable, Equatable, Sendable {
    package var kind: InstructionKind
    /// Requests that were decided about.
    package var answered = 0
    /// Instructions kept.
    package var kept = 0
    /// Kept instructions that were followed to the end, and those of them with an instance.
    package var settled = 0
    package var finished = 0
  }

  /// In the order of the stages.
  package private(set) var stages: [StageCount] = []
  /// Instructions read from completions.
  package var instructions = 0
  /// Instructions kept by the rules.
  package var instructionsKept = 0
  /// Instructions dropped, by the first rule that dropped them, in the order of the rules.
  package private(set) var instructionsDropped: [RuleCount] = []
  /// Kept instructions that were followed to the end.
  package var itemsSettled = 0
  /// Kept instructions that ended without an instance, by the rule that decided it.
  package private(set) var itemsDropped: [RuleCount] = []
  /// Inputs and instances read from completions.
  package var instances = 0
  /// Inputs and instances dropped, by rule.
  package private(set) var instancesDropped: [RuleCount] = []
  /// Kept instructions that ended with an instance.
  package var tasksFinished = 0
  /// Tasks finished that the round does not take.
  package var surplus = 0

  /// By kind, in the order of the kinds.
  package private(set) var kinds = InstructionKind.allCases.map { KindCount(kind: $0) }

  package init() {}

  /// What requests for a kind came to.
  package func kind(_ kind: InstructionKind) -> KindCount {
    kinds.first { $0.kind == kind } ?? KindCount(kind: kind)
  }

  mutating func count(_ kind: InstructionKind, _ change: (inout KindCount) -> Void) {
    for place in kinds.indices where kinds[place].kind == kind { change(&kinds[place]) }
  }

  mutating func asked(_ stage: Stage) {
    stages[place(of: stage)].asked += 1
  }

  mutating func answered(_ stage: Stage, promptTokens: Int, tokens: Int) {
    let place = place(of: stage)
    stages[place].answered += 1
    stages[place].promptTokens += promptTokens
    stages[place].tokens += tokens
  }

  mutating func droppedInstruction(_ rule: RuleName) { instructionsDropped.count(rule) }
  mutating func droppedItem(_ rule: RuleName) { itemsDropped.count(rule) }
  mutating func droppedInstance(_ rule: RuleName) { instancesDropped.count(rule) }

  /// Tokens read and written over all stages.
  package var promptTokens: Int { stages.reduce(0) { $0 + $1.promptTokens } }
  package var tokens: Int { stages.reduce(0) { $0 + $1.tokens } }

  private mutating func place(of stage: Stage) -> Int {
    if let place = stages.firstIndex(where: { $0.stage == stage }) { return place }
    stages.append(StageCount(stage: stage))
    let order = Stage.allCases
    stages.sort { a, b in
      (order.firstIndex(of: a.stage) ?? 0) < (order.firstIndex(of: b.stage) ?? 0)
    }
    return stages.firstIndex { $0.stage == stage } ?? 0
  }
}

extension Array where Element == Funnel.RuleCount {
  fileprivate mutating func count(_ rule: RuleName) {
    if let place = firstIndex(where: { $0.rule == rule }) {
      self[place].count += 1
      return
    }
    append(Funnel.RuleCount(rule: rule, count: 1))
    let order = RuleName.allCases
    sort { (order.firstIndex(of: $0.rule) ?? 0) < (order.firstIndex(of: $1.rule) ?? 0) }
  }
}
