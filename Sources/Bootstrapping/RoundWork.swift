import TaskCorpus

/// What a round asks for.
package enum RoundWork: String, Codable, Sendable {
  case newTasks
  /// Instances of what is kept and has none.
  case completion
  /// Other answers to the tasks there are.
  case answers
}

extension RoundRow {
  /// What the round asks for.
  package var work: RoundWork {
    answersOnly == true ? .answers : completesOnly == true ? .completion : .newTasks
  }

  init(round: Int, tasks: Int, taken: [String], work: RoundWork) {
    self.init(
      round: round, tasks: tasks, taken: taken, completesOnly: work == .completion ? true : nil,
      answersOnly: work == .answers ? true : nil)
  }
}
