import ArgumentParser
import LanguageModels
import Projects
import Randomness

/// `selfinstruct generate`: continue prompts.
struct GenerateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Continue prompts, many at once.",
    discussion: """
      A file of prompts has rows {"prompt"}, continued as they stand, or {"messages": [{"role", \
      "content"}]}, answered in the model's own conversation form. With --json each answer is a \
      row {"prompt" or "messages", "completion", "finish_reason", "tokens"}, in the order of the \
      requests; "tokens" is how many were generated.

      --logprobs adds "prompt_ids", "token_ids" and "token_logprobs": the ids of the prompt, those \
      of all generated tokens with the one that ended the completion (the model's end token or \
      the last of a stop string, which "completion" leaves out), and the log-probability of each \
      before temperature, penalties and filters. 'loglikelihood' of the same ids gives the same \
      numbers.
      """)

  @Option(help: ArgumentHelp("One text to continue.", valueName: "text"))
  var prompt: String?

  @Option(help: ArgumentHelp("Prompts as JSON lines.", valueName: "file"))
  var prompts: String?

  @Flag(help: "Ask --prompt as a user of a conversation instead of continuing it.")
  var chat = false

  @Option(parsing: .unconditional, help: "Tokens of one completion at most.")
  var maxNewTokens = 256

  @Option(help: ArgumentHelp("End before this text; may be repeated.", valueName: "text"))
  var stop: [String] = []

  @Option(
    help: ArgumentHelp(
      "Answer with one of the texts given so; may be repeated.", valueName: "text"))
  var choice: [String] = []

  @Flag(help: "Go on past the model's end token.")
  var ignoreEos = false

  @Option(parsing: .unconditional, help: "What all chance is drawn from.")
  var seed: UInt64 = 42

  @Flag(help: "Write rows of JSON.")
  var json = false

  @Flag(help: "With --json, write how likely each generated token was.")
  var logprobs = false

  @OptionGroup(title: "Sampling") var sampling: SamplingOptions
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Endpoint") var endpoint: EndpointOptions

  func validate() throws {
    guard maxNewTokens >= 1 else {
      throw ValidationError("--max-new-tokens: \(maxNewTokens); expected 1 or more")
    }
    guard !chat || prompts == nil else {
      throw ValidationError(
        "--chat: goes with --prompt; expected rows with \"messages\" in --prompts instead")
    }
    guard json || !logprobs else {
      throw ValidationError("--logprobs: goes with --json; expected both")
    }
    guard !(stop + choice).contains("") else {
      throw ValidationError("--stop, --choice: a text is empty; expected at least a character")
    }
  }

  func run() async throws {
    let requests = try allPrompts().enumerated().map(request)
    let project = try Project()
    let session = try await model.session(model.choice(endpoint, in: project), in: project)
    try await session.reporting(to: model.stats) {
      try await GenerationRun(session: session, asJSON: json, tellsLogProbabilities: logprobs)
        .run(requests)
    }
  }

  /// - Throws: `EarlyEnd` without a prompt; only now, because a flag that was mistyped, as `--promt`,
  ///   should be named instead.
  private func allPrompts() throws -> [Prompt] {
    guard (prompt == nil) != (prompts == nil) else {
      let found = prompt == nil ? "no prompt is given" : "--prompt and --prompts are given"
      throw EarlyEnd(
        code: .misused,
        message: "error: generate: \(found); expected either --prompt or --prompts\n"
          + "  help: selfinstruct generate --help")
    }
    if let prompts { return try RequestFile.prompts(prompts) }
    let text = prompt ?? ""
    return [chat ? .chat([ChatTurn(.user, text)]) : .completion(text)]
  }

  private func request(_ number: Int, _ prompt: Prompt) -> GenerationRequest {
    var request = GenerationRequest(
      prompt: prompt, maxNewTokens: maxNewTokens,
      stream: RandomStream(seed: seed).stream("generate", number))
    request.sampling = sampling.parameters
    request.stopStrings = stop
    request.choices = choice
    request.ignoresEnd = ignoreEos
    return request
  }
}
