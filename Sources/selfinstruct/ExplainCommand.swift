import ArgumentParser
import Bootstrapping
import Projects
import TaskCorpus

/// `selfinstruct explain`: where a candidate came from and what became of it.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Tell where a candidate came from and what became of it.",
    discussion: """
      Shows the tasks that stood in its prompt, down to seeds, what the model wrote, what each rule \
      said, the kept instruction that is nearest with the common words in brackets, and its \
      instances; an instance whose id is given is shown whole, with what each rule said of it. The ids \
      are those of 'tasks.jsonl' and of the ledger.
      """)

  @Argument(help: ArgumentHelp("Such as r1-5, or r1-5/answer-2.", valueName: "id"))
  var id: String

  @OptionGroup var corpus: CorpusFolder

  func run() throws {
    let explanation = try Explanation(of: id, in: corpus.directory(in: Project()))
    try Console.result(ExplanationText(explanation).text)
  }
}
