import Evaluation

extension SettingNote {
  static let gate =
    [
      SettingNote(
        "gate.primary", "The metric that has to improve; every other one is a guard.",
        Metric.allCases.map(\.rawValue)),
      SettingNote(
        "gate.margins",
        "By how much each other metric may become worse before it objects, in its unit."),
    ]
    + Metric.allCases.map { metric in
      SettingNote("gate.margins.\(metric.rawValue)", "The \(metric.title), \(metric.unit).")
    } + [
      SettingNote("gate.confidence", "Of the intervals, over all guards together."),
      SettingNote("gate.resamples", "How often the held-out tasks are drawn again."),
      SettingNote("gate.minimumTasks", "Held-out tasks without which nothing is decided."),
      SettingNote(
        "gate.heldOutShare",
        "The share of the seeds that is held out where no file of held-out tasks is there."),
      SettingNote("gate.instructions", "Instructions that both models write to be compared by."),
      SettingNote("gate.maxNewTokens", "Tokens of an answer to a held-out task at most."),
    ]
}
