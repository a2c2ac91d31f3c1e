import ArgumentParser
import Bootstrapping
import Projects
import TaskCorpus

/// `selfinstruct review`: a person reads tasks one by one.
struct ReviewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "review",
    abstract: "Read tasks one by one and say what is wrong with them.",
    discussion: """
      Shows tasks in drawn order and takes a line for each: empty if all is well, or letters, as \
      they are explained. Each answer is written to 'reviews.jsonl' at once; the same command goes \
      on where it was left. A rejected task leaves 'tasks.jsonl', an edited one has the new texts, \
      whatever the rules say now or later.
      """)

  @Option(parsing: .unconditional, help: "How many tasks to draw.")
  var sample = 100

  @Option(parsing: .unconditional, help: "What the draw is made from.")
  var seed: UInt64 = 1

  @OptionGroup var corpus: CorpusFolder

  func validate() throws {
    if sample < 1 { throw ValidationError("--sample: \(sample); expected 1 or more") }
  }

  func run() throws {
    let folder = try corpus.directory(in: Project())
    var run = ReviewRun(
      session: try ReviewSession(of: folder, count: sample, seed: seed), corpus: folder.path)
    try run.run()
  }
}
