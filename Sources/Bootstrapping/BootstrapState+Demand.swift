import Filtering

extension BootstrapState {
  /// How many requests of each kind the missing tasks take, by what requests of the kind have come
  /// to so far.
  ///
  /// The shares of the configuration are shares of tasks: a kind of which more is lost is asked for
  /// more often. A kind that comes to nothing gives its share to the others, so that no round waits
  /// for what the model cannot do.
  func wantedRequests(besides wave: Wave) -> [(kind: InstructionKind, count: Int)] {
    let limit = configuration.waves.requests
    guard configuration.instructions.method == .opener else { return [(.open, limit)] }
    let shares = taskShares()
    var wanted: [Double] = []
    for (kind, share) in shares {
      let count = funnel.kind(kind)
      let yield = Double(count.finished + 2) / Double(count.settled + 4)
      let pass = (Double(count.kept) + 8 * keptShare(kind)) / Double(count.answered + 8)
      let underway = Double(openCount(kind)) + Double(unansweredCount(kind, besides: wave)) * pass
      let missing = share * Double(configuration.tasks) - Double(takenByKind[kind, default: 0])
      wanted.append(max(0, (missing - underway * yield) / max(pass * yield, 0.005)).rounded(.up))
    }
    let total = wanted.reduce(0, +)
    guard total > 0 else { return [] }
    // A handful of requests would leave nothing to rank and most of a batch empty.
    let size = min(limit, max(Int(min(total, 1e9).rounded(.up)), 16))
    var given = 0
    var sum = 0.0
    return zip(shares, wanted).map { share, count in
      // Rounding the running sum gives whole numbers that add up.
      sum += count
      let upTo = Int((sum / total * Double(size)).rounded())
      defer { given = upTo }
      return (share.kind, upTo - given)
    }
  }

  /// The share of all tasks that each kind should have.
  private func taskShares() -> [(kind: InstructionKind, share: Double)] {
    let stage = configuration.instructions
    let label = context.hasLabels && !isHopeless(.label) ? stage.labelShare : 0
    let input = context.inputSeeds.isEmpty || isHopeless(.input) ? 0 : stage.inputShare
    return [(.open, 1 - label - input), (.input, input), (.label, label)]
  }

  /// The share of requests expected to be kept before any is decided: half of them pass the rules
  /// that look at one candidate alone.
  private func keptShare(_ kind: InstructionKind) -> Double {
    let rule = configuration.rules.likelihood
    let ranks = rule.severity == .drop && context.capabilities.scores
    return 0.5 * (ranks ? rule.share(of: kind) : 1)
  }

  /// Whether so few of many requests of a kind came to a task that others should take its share.
  private func isHopeless(_ kind: InstructionKind) -> Bool {
    let count = funnel.kind(kind)
    return count.answered >= 600 && count.settled >= 10 && count.finished * 250 < count.answered
  }

  /// Kept instructions of a kind that are not settled.
  private func openCount(_ kind: InstructionKind) -> Int {
    open.count { corpus.item($0)?.evidence.kind == kind }
  }

  /// Instructions of a kind that were asked for and are not decided.
  private func unansweredCount(_ kind: InstructionKind, besides wave: Wave) -> Int {
    (inFlight + [wave]).reduce(0) { sum, wave in
      sum + wave.groups[kind, default: 0]
        + wave.ranked.count { $0.evidence(as: InstructionEvidence.self)?.kind == kind }
    }
  }
}
