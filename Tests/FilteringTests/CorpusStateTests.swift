import Storage
import TaskCorpus
import Testing

@testable import Filtering

/// What a ledger comes to, by rows made by hand.
@Suite struct CorpusStateTests {
  var rules: RuleSet {
    var rules = RuleSet()
    rules.answerLength.minimum = 1  // so that short sentences show the other rules
    rules.relevance.severity = .off
    rules.likelihood.keep = 0.5
    rules.doubt.keep = 1
    rules.doubt.minimum = -5
    return rules
  }

  static func instruction(
    _ id: String, _ text: String, likelihood: Double? = -1, wave: Int = 1,
    kind: InstructionKind = .open, labels: [String]? = nil
  ) throws -> LedgerEvent {
    let evidence = InstructionEvidence(
      finish: "stop", logProbability: likelihood, kind: kind,
      isClassification: kind == .label ? true : nil, group: 4)
    return .candidate(
      CandidateRow(
        id: id, round: 1, wave: wave, stage: "instruction", request: 0,
        parse: try JSONValue(encoding: Parse.Instruction(text, labels: labels)),
        evidence: try JSONValue(encoding: evidence), prompt: "p", model: "m", sampling: .null))
  }

  static func answer(
    _ id: String, of item: String, _ output: String, input: String = "", likelihood: Double = -1,
    stage: String = "answer", probability: Double? = nil, draw: Double = 0
  ) throws -> LedgerEvent {
    let evidence = InstanceEvidence(
      finish: "stop", logProbability: likelihood, draw: draw, probability: probability)
    return .candidate(
      CandidateRow(
        id: id, round: 1, wave: 2, stage: stage, request: 0, of: item,
        parse: try JSONValue(encoding: Parse.Instance(input: input, output: output)),
        evidence: try JSONValue(encoding: evidence), prompt: "p", model: "m", sampling: .null))
  }

  static func wave(_ number: Int, surplus: [String] = []) -> LedgerEvent {
    .wave(WaveRow(round: 1, wave: number, completions: 0, candidates: 0, surplus: surplus))
  }

  func state(_ events: [LedgerEvent], _ rules: RuleSet? = nil) -> CorpusState {
    var state = CorpusState(rules: rules ?? self.rules)
    for event in events { state.receive(event) }
    return state
  }

  @Test func `a share that is whole on paper is not rounded up`() {
    #expect(RuleSet.count(0.07, of: 100) == 7)
    #expect(RuleSet.count(0.07, of: 101) == 8)
    #expect(RuleSet.count(0, of: 9) == 0)
    #expect(RuleSet.count(1, of: 9) == 9)
    #expect(RuleSet.count(1e-9, of: 1) == 1)
    // The defaults' numbers are those of the plain product.
    for share in [0.18, 0.2, 0.12, 1] {
      for count in 0..<2000 {
        #expect(RuleSet.count(share, of: count) == Int((Double(count) * share).rounded(.up)))
      }
    }
  }

  @Test func `the likelier half of a wave is kept`() throws {
    let state = state([
      try Self.instruction("a", "Explain how bees find home.", likelihood: -3),
      try Self.instruction("b", "Name some kinds of wild roses.", likelihood: -1),
      try Self.instruction("c", "Suggest a title for my novel.", likelihood: -2),
      try Self.instruction("d", "Describe an old harbour town.", likelihood: -4),
      Self.wave(1),
    ])
    #expect(state.items.map { $0.verdict?.rule } == [.likelihood, nil, nil, .likelihood])
  }

  @Test func `what is near to a seed or to something kept is dropped and names it`() throws {
    let seeds = SeedsRow(
      hash: "h", seeds: [SeedsRow.Seed(id: "s", instruction: "Explain how bees find home.")])
    let state = state([
      .seeds(seeds),
      try Self.instruction("a", "Explain how wasps find home.", likelihood: -1),
      try Self.instruction("b", "Name some kinds of wild roses.", likelihood: -2),
      try Self.instruction("c", "Name some kinds of wild tulips.", likelihood: -3),
      Self.wave(1),
    ])
    let verdicts = state.items.map(\.verdict)
    #expect(verdicts.map(\.?.rule) == [.novelty, nil, .novelty])
    #expect(verdicts.map(\.?.neighbour) == ["s", nil, "b"])
    #expect(
      state.items[0].neighbour
        == InstructionPool.Neighbour(id: "s", score: 2 * 0.8 * 0.8 / (0.8 + 0.8)))
  }

  @Test func `as many may begin alike as the rule allows`() throws {
    var rules = rules
    rules.likelihood.severity = .off
    rules.opening.maximum = 1
    let state = state(
      [
        try Self.instruction("a", "Explain how bees find home."),
        try Self.instruction("b", "Explain how to bake dark rye bread."),
        Self.wave(1),
      ], rules)
    #expect(state.items.map { $0.verdict?.rule } == [nil, .opening])
  }

  @Test func `the best answer by likelihood and agreement is chosen`() throws {
    let state = state([
      try Self.instruction("a", "Explain how bees find home."), Self.wave(1),
      try Self.answer("a/1", of: "a", "They use the sun.", likelihood: -1),
      try Self.answer("a/2", of: "a", "They use the sun and stars.", likelihood: -1.1),
      try Self.answer("a/3", of: "a", "Bananas.", likelihood: -0.9),
      try Self.answer("a/4", of: "a", "", likelihood: 0), Self.wave(2),
    ])
    let decision = try #require(state.item("a").flatMap(state.instances))
    #expect(decision.verdict == nil)
    #expect(decision.kept.map(\.row.id) == ["a/1"])
    #expect(decision.found.map { $0.verdict?.rule } == [nil, .notChosen, .notChosen, .empty])
  }

  @Test func `answers that the model doubts drop their task`() throws {
    var rules = rules
    rules.doubt.minimum = -0.5
    let state = state(
      [
        try Self.instruction("a", "Explain how bees find home."), Self.wave(1),
        try Self.answer("a/1", of: "a", "They use the sun.", likelihood: -0.6), Self.wave(2),
      ], rules)
    let decision = try #require(state.item("a").flatMap(state.instances))
    #expect(decision.verdict?.rule == .doubt)
  }

  @Test func `a classification task needs an input for two labels`() throws {
    let text = "Label the letter as either warm or cold."
    for probabilities in [[0.9, 0.8], [0.9, 0.3]] {
      let state = state([
        try Self.instruction("a", text, kind: .label, labels: ["warm", "cold"]), Self.wave(1),
        try Self.answer(
          "a/1", of: "a", "warm", input: "With love", stage: "label",
          probability: probabilities[0]),
        try Self.answer(
          "a/2", of: "a", "cold", input: "Dear sir", stage: "label",
          probability: probabilities[1]),
        try Self.answer(
          "a/3", of: "a", "warm", input: "With hope", stage: "label", probability: 0.6),
        Self.wave(2),
      ])
      let decision = try #require(state.item("a").flatMap(state.instances))
      let isGood = probabilities[1] > 0.5
      #expect(decision.verdict?.rule == (isGood ? nil : .labels))
      #expect(decision.kept.map(\.row.id) == (isGood ? ["a/1", "a/2"] : []))
    }
  }

  @Test func `the paper drops every instance of a task with a conflict and keeps five`() throws {
    func decide(_ instances: [(String, String)]) throws -> InstanceDecision {
      var events = [try Self.instruction("a", "Explain how bees find home."), Self.wave(1)]
      for (index, instance) in instances.enumerated() {
        events.append(
          try Self.answer(
            "a/\(index)", of: "a", instance.1, input: instance.0, stage: "instances",
            draw: Double(instances.count - index) / 100))
      }
      let state = state(events + [Self.wave(2)], .paper)
      return try #require(state.item("a").flatMap(state.instances))
    }
    let conflict = try decide([("x", "1"), ("y", "2"), ("x", "3")])
    #expect(conflict.verdict?.rule == .conflict)
    // Two outputs without input are no conflict; what is said twice counts once.
    let repeated = try decide([("", "1"), ("", "2"), ("", "1"), ("x", "x"), ("z", "so:")])
    #expect(repeated.kept.map(\.row.id) == ["a/0", "a/1"])
    #expect(
      repeated.found.map { $0.verdict?.rule } == [nil, nil, .notChosen, .same, .colon])
    // Of seven, those with the five lowest draws: here the last ones.
    let many = try decide((1...7).map { ("in \($0)", "out \($0)") })
    #expect(many.kept.map(\.row.id) == (2...6).map { "a/\($0)" })
  }

  @Test func `surplus stays out until a round takes it`() throws {
    var state = state([
      try Self.instruction("a", "Explain how bees find home."), Self.wave(1, surplus: ["a"]),
    ])
    #expect(state.surplus == ["a"])
    state.receive(.round(RoundRow(round: 2, tasks: 5, taken: ["a"])))
    #expect(state.surplus.isEmpty)
  }
}
