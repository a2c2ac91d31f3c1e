import ArgumentParser
import Bootstrapping
import TextMetrics

/// `selfinstruct rouge`: how much pairs of texts overlap.
struct RougeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rouge",
    abstract: "Tell how much pairs of texts overlap.",
    discussion: """
      Reads rows {"target", "prediction"} and writes a row {"rouge1", "rouge2", "rougeL", \
      "rougeLsum"} for each, in their order, with "precision", "recall" and "f" to the last digit. \
      A row that cannot be read gets null, and is named on stderr.

      Words of any script count; with --preset paper the tokens, and so the scores, are those of \
      the Python package rouge_score, which sees nothing but a-z and 0-9.
      """)

  @Option(help: ArgumentHelp("The rows, as JSON lines; '-' is stdin.", valueName: "file"))
  var pairs: String

  @Flag(help: "Compare English words by their stems (Porter).")
  var stemmer = false

  @Option(help: "'paper' for the tokens of rouge_score.")
  var preset: GrowConfiguration.Preset?

  @Flag(help: "End at the first row that cannot be read.")
  var strict = false

  func run() throws {
    let tokenizer: RougeTokenizer = preset == .paper ? .reference : .unicode
    try RougeRun(tokenizer: tokenizer, stems: stemmer, isStrict: strict).run(pairs)
  }
}
