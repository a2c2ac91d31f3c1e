import ArgumentParser
import Projects
import TaskCorpus

/// Which corpus grows, and from which seeds.
struct CorpusOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The folder of the corpus (default: generated/main).", valueName: "dir"))
  var corpus: String?

  @Option(
    help: ArgumentHelp(
      "The hand-written tasks: original schema, Alpaca rows or messages "
        + "(default: seeds/seed_tasks.jsonl).", valueName: "file"))
  var seedTasks: String?

  @Option(
    help: ArgumentHelp(
      "The language of the seeds, ISO 639-1 (default: found out).", valueName: "code"))
  var language: String?

  @Flag(help: "Go on although the model does not name the language of the seeds.")
  var anyLanguage = false

  @Option(
    help: ArgumentHelp(
      "A folder of prompt files of your own (default: the built-in prompts).", valueName: "dir"))
  var prompts: String?

  func validate() throws {
    let paths = [("corpus", corpus), ("seed-tasks", seedTasks), ("prompts", prompts)]
    for (name, path) in paths where path == "" {
      throw ValidationError("--\(name): is empty; expected a path")
    }
  }

  /// The folder of the corpus.
  func directory(in project: Project) -> CorpusDirectory {
    CorpusDirectory(path(\.corpus, "corpus", "generated/main", in: project))
  }

  /// The path that a flag, or else the project, or else the default names.
  func path(
    _ flag: KeyPath<CorpusOptions, String?>, _ key: String, _ usual: String, in project: Project
  ) -> String {
    self[keyPath: flag] ?? project.path(project.file.text(key) ?? usual)
  }
}
