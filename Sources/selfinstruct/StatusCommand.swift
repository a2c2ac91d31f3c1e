import ArgumentParser
import Bootstrapping
import Projects

/// `selfinstruct status`: a corpus at a glance.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show a corpus at a glance: totals, last nights, yield, disk, what is next.",
    discussion: """
      Nights are the runs of 'grow --night', as Scripts/nightly makes them; each has a line in \
      nightly.jsonl beside the corpus. Yield is how many of a hundred instructions became tasks.
      """)

  @OptionGroup var corpus: CorpusFolder

  @Option(parsing: .unconditional, help: "Nights to show.")
  var nights = 7

  @Flag(help: "Write one object of JSON.")
  var json = false

  func validate() throws {
    if nights < 0 { throw ValidationError("--nights: \(nights); expected 0 or more") }
  }

  func run() throws {
    let status = try CorpusStatus(of: corpus.directory(in: Project()))
    let report = StatusText(status, nights: nights)
    try Console.result(json ? try report.json().encodedLine() : report.text)
  }
}
