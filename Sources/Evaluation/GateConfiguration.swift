/// What decides whether a round's model takes the place of the one before; fixed before a run.
package struct GateConfiguration: Codable, Equatable, Sendable {
  /// By how much a metric may become worse before it objects, in the metric's unit.
  ///
  /// Where rounds that do harm made a metric worse on the embedded model, less than half of that; no
  /// harmless round passed one for sure (`Scripts/bench/gate`, `generated/README.md`).
  package struct Margins: Codable, Equatable, Sendable {
    package var heldOutLoss = 0.02
    package var rougeL = 0.03
    package var repetition = 0.05
    package var exactMatch = 0.05
    package var acceptance = 0.1
    package var rootVerbs = 0.05
    package var verbNounPairs = 0.1
    package var nearest = 0.05
    package var lengthSpread = 2.0
    package var generalLoss = 0.1

    package init() {}

    /// The margins of a record; what a version that knew fewer metrics did not write is the default.
    package init(from decoder: any Decoder) throws {
      let values = try decoder.singleValueContainer().decode([String: Double].self)
      for metric in Metric.allCases {
        if let value = values[metric.rawValue] { self[metric] = value }
      }
    }

    package subscript(metric: Metric) -> Double {
      get { self[keyPath: Self.place(of: metric)] }
      set { self[keyPath: Self.place(of: metric)] = newValue }
    }

    private static func place(of metric: Metric) -> WritableKeyPath<Self, Double> {
      switch metric {
      case .heldOutLoss: \.heldOutLoss
      case .rougeL: \.rougeL
      case .repetition: \.repetition
      case .exactMatch: \.exactMatch
      case .acceptance: \.acceptance
      case .rootVerbs: \.rootVerbs
      case .verbNounPairs: \.verbNounPairs
      case .nearest: \.nearest
      case .lengthSpread: \.lengthSpread
      case .generalLoss: \.generalLoss
      }
    }
  }

  /// The metric that has to improve; every other one that was taken is a guard.
  package var primary = Metric.heldOutLoss
  package var margins = Margins()
  /// Of the intervals, over all guards together; above 0.5, at most 0.999.
  package var confidence = 0.95
  /// How often units are drawn again; 1000 to 1,000,000.
  package var resamples = 10_000
  /// Held-out tasks without which nothing is decided; at least 10, as intervals of fewer mean little.
  package var minimumTasks = 100
  /// The share of the seeds that is held out where no file of held-out tasks is there; above 0,
  /// below 1.
  package var heldOutShare = 0.2
  /// Instructions that both models write to be compared by; 10 or more.
  package var instructions = 200
  /// Tokens of an answer to a held-out task at most.
  package var maxNewTokens = 128

  package init() {}

  /// What is wrong with the numbers, each as a sentence.
  package func validate() -> [String] {
    var problems: [String] = []
    func check(_ isRight: Bool, _ key: String, _ value: some Any, _ expected: String) {
      if !isRight { problems.append("gate.\(key): \(value); expected \(expected)") }
    }
    check(
      confidence > 0.5 && confidence <= 0.999, "confidence", confidence, "above 0.5, at most 0.999")
    check(1000...1_000_000 ~= resamples, "resamples", resamples, "1000 to 1000000")
    check(minimumTasks >= 10, "minimumTasks", minimumTasks, "10 or more")
    check(heldOutShare > 0 && heldOutShare < 1, "heldOutShare", heldOutShare, "above 0, below 1")
    check(10...10_000 ~= instructions, "instructions", instructions, "10 to 10000")
    check(maxNewTokens >= 1, "maxNewTokens", maxNewTokens, "1 or more")
    for metric in Metric.allCases {
      let margin = margins[metric]
      check(
        margin >= 0 && margin.isFinite, "margins.\(metric.rawValue)", margin, "0 or more")
    }
    return problems
  }
}
