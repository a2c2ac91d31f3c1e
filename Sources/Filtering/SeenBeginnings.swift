/// How kept instructions and inputs begin, so that they do not all begin alike.
struct SeenBeginnings: Sendable {
  private var openings: [String: Int] = [:]
  private var inputs: Set<String> = []
  private var labels: Set<[String]> = []

  /// What the rules about beginnings say to an item; all count within its round.
  func verdicts(on item: CorpusState.Item, _ rules: RuleSet) -> [Verdict] {
    var verdicts: [Verdict] = []
    if rules.opening.severity != .off, item.evidence.kind == .open,
      let opening = key(of: item, rules), openings[opening, default: 0] >= rules.opening.maximum
    {
      verdicts.append(
        Verdict(
          .opening, rules.opening.severity,
          "\(rules.opening.maximum) begin with '\(TextChecks.opening(of: item.instruction, words: rules.opening.words) ?? "")'"
        ))
    }
    guard rules.variety.severity != .off else { return verdicts }
    if let input = inputKey(of: item), inputs.contains(input) {
      verdicts.append(
        Verdict(.variety, rules.variety.severity, "another input of the round begins so"))
    }
    if let key = labelKey(of: item), labels.contains(key) {
      verdicts.append(
        Verdict(
          .variety, rules.variety.severity,
          "another task of the round has these labels"))
    }
    return verdicts
  }

  /// Remembers how a kept item begins.
  mutating func insert(_ item: CorpusState.Item, _ rules: RuleSet) {
    if let opening = key(of: item, rules) { openings[opening, default: 0] += 1 }
    if let input = inputKey(of: item) { inputs.insert(input) }
    if let key = labelKey(of: item) { labels.insert(key) }
  }

  /// First words within a round.
  private func key(of item: CorpusState.Item, _ rules: RuleSet) -> String? {
    TextChecks.opening(of: item.instruction, words: rules.opening.words)
      .map { "\(item.row.round) \($0)" }
  }

  private func inputKey(of item: CorpusState.Item) -> String? {
    item.parse.input.flatMap { TextChecks.opening(of: $0, words: 3) }
      .map { "\(item.row.round) \($0)" }
  }

  private func labelKey(of item: CorpusState.Item) -> [String]? {
    item.parse.labels.map { ["\(item.row.round)"] + $0.map { $0.lowercased() }.sorted() }
  }
}
