import ArgumentParser
import Bootstrapping
import Foundation
import Projects
import Reporting
import Storage
import Training

/// `selfinstruct report`: a corpus as one page to look at.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write a page that shows a corpus: yield, growth, variety, training, every task.",
    discussion: """
      One file of HTML that needs nothing else and asks nothing of a network: what became of the \
      instructions, by rule and round, how the corpus grew, what its tasks ask for, how new and how \
      long they are, the curves of finetuning, what it took, and all tasks with where they come from, \
      to search and to filter.
      """)

  @OptionGroup var corpus: CorpusFolder

  @Option(
    help: ArgumentHelp(
      "Where it goes: a new file or an earlier report; '-' is stdout (default: report.html in the "
        + "corpus's folder).", valueName: "file"))
  var output: String?

  @Option(help: "What it calls the corpus (default: the name of its folder).")
  var name: String?

  func validate() throws {
    for (flag, text) in [("output", output), ("name", name)] where text == "" {
      throw ValidationError("--\(flag): is empty; expected a name")
    }
  }

  func run() throws {
    let project = try Project()
    let folder = corpus.directory(in: project)
    let page = ReportPage(
      of: try CorpusAccount(of: folder), TrainingAccount(of: ModelsFolder(folder.path + "/models")),
      prices: project.file.prices,
      name: name ?? Self.name(of: folder.path))
    for path in RoundManifest.unreadable(of: folder) {
      Console.note("note: \(path): is no manifest of a round, and is left out")
    }
    if output == "-" { return try Console.result(page.text) }
    let path = output ?? folder.path + "/report.html"
    try page.write(to: path)
    try Console.result("wrote \(path)")
  }

  /// The name of a folder; of the usual one, that of its project.
  private static func name(of path: String) -> String {
    let parts = URL(filePath: path).standardizedFileURL.pathComponents
    let isUsual = parts.suffix(2) == ["generated", "main"]
    return (isUsual ? parts.dropLast(2) : parts[...]).last { $0 != "/" } ?? "corpus"
  }
}

extension ProjectFile {
  /// What a million tokens of prompts and of answers cost; nil if it does not say.
  fileprivate var prices: (input: Double, output: Double)? {
    let (input, output) = (number("priceIn"), number("priceOut"))
    return input == nil && output == nil ? nil : (input ?? 0, output ?? 0)
  }
}
