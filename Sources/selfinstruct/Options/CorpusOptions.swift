import ArgumentParser
import Projects
import Prompts
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
  func directory(in project: Project) -> CorpusDirectory { project.corpus(corpus) }
}

/// Which corpus is read.
struct CorpusFolder: ParsableArguments {
  @Option(
    help: ArgumentHelp("The folder of the corpus (default: generated/main).", valueName: "dir"))
  var corpus: String?

  func validate() throws {
    if corpus == "" { throw ValidationError("--corpus: is empty; expected a path") }
  }

  /// The folder of the corpus.
  func directory(in project: Project) -> CorpusDirectory { project.corpus(corpus) }
}

extension Project {
  /// The corpus that a flag, or else the project, or else the default names.
  func corpus(_ flag: String?) -> CorpusDirectory {
    CorpusDirectory(flag ?? path(file.text("corpus") ?? "generated/main"))
  }

  /// The prompts of the folder that a flag, or else the project names; else the built-in ones.
  func prompts(_ flag: String?) throws -> PromptSet {
    let folder = flag ?? file.text("prompts").map(path)
    return try folder.map(PromptSet.read) ?? PromptSet.builtIn()
  }

  /// The file of seeds that a flag, or else the project, or else the default names.
  func seedTasks(_ flag: String?) -> String {
    flag ?? path(file.text("seedTasks") ?? "seeds/seed_tasks.jsonl")
  }
}
