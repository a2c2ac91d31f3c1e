import ArgumentParser

/// The command with everything below it.
struct SelfInstruct: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selfinstruct",
    abstract: "Grows instruction data from a language model.",
    discussion: """
      From a few hand-written seed tasks a language model makes up new ones, with inputs and \
      outputs; what is valid and new is kept. Everything runs on this machine, offline.

      Settings come from the nearest selfinstruct.json upwards, if there is one; flags override \
      them. Exit codes: 0 done, 1 error, 2 wrong use, 3 stopped early with everything kept, 4 the \
      corpus is in use, 5 nothing more is being accepted.
      """,
    version: "0.1.0",
    subcommands: [
      GrowCommand.self, FilterCommand.self, FinetuneCommand.self, MergeCommand.self,
      StatusCommand.self, ExplainCommand.self, ReviewCommand.self,
      AuditCommand.self, ExportCommand.self, ImportCommand.self, ReportCommand.self,
      InitCommand.self,
      PromptsCommand.self,
      GenerateCommand.self,
    ],
    groupedSubcommands: [
      CommandGroup(
        name: "Tools",
        subcommands: [
          LoglikelihoodCommand.self, RougeCommand.self, TokenizeCommand.self,
        ])
    ])
}
