import ArgumentParser
import LanguageModels
import Projects

/// `selfinstruct loglikelihood`: how likely given continuations are.
struct LoglikelihoodCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loglikelihood",
    abstract: "Tell how likely continuations are.",
    discussion: """
      Reads rows {"context", "continuation"} and writes a row {"sum_logprob", "tokens", \
      "is_greedy", "token_logprobs"} for each, in their order. All white space that a context ends \
      with moves to its continuation, both are encoded together and cut where the context alone \
      would end, as lm-evaluation-harness does.

      A row {"context_ids", "continuation_ids"} is scored as exactly these token ids, such as the \
      "prompt_ids" and "token_ids" of 'generate --json --logprobs'.
      """)

  @Option(help: ArgumentHelp("The rows, as JSON lines.", valueName: "file"))
  var requests: String

  @OptionGroup(title: "Model") var model: ModelOptions

  func run() async throws {
    let rows = try RequestFile.scoring(requests)
    let project = try Project()
    let loaded = try model.local(ModelOptions.reference(model.model, in: project), in: project)
    try RequestFile.check(rows, for: loaded.model)
    try await loaded.session.reporting(to: model.stats) {
      try await ScoringRun(model: loaded.model).run(rows.map(\.input))
    }
  }
}
