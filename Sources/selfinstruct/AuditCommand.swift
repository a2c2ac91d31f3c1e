import ArgumentParser
import Bootstrapping
import Projects
import TaskCorpus

/// `selfinstruct audit`: what the rules do to tasks that people wrote or read.
struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Tell what the rules kill wrongly, and which seeds bear fruit.",
    discussion: """
      Holds the rules that look at texts alone, by the settings as they are now, against the seeds \
      and against the tasks that a person has reviewed, those found right and those found \
      wrong, edited or rejected; beside them stands what each rule has dropped so far. Then it counts what could not be read \
      from the model's answers, and tells what came of the prompts that showed each seed.
      """)

  @OptionGroup var corpus: CorpusFolder

  @Option(
    help: ArgumentHelp(
      "The hand-written tasks (default: seeds/seed_tasks.jsonl).", valueName: "file"))
  var seedTasks: String?

  @Option(
    help: ArgumentHelp(
      "A folder of prompt files with word lists of your own (default: the built-in ones).",
      valueName: "dir"))
  var prompts: String?

  @Flag(help: "Write one object of JSON.")
  var json = false

  func run() throws {
    let project = try Project()
    let folder = corpus.directory(in: project)
    let seeds = try SeedFile.read(project.seedTasks(seedTasks))
    let setup = try FilterSetup(corpus: folder, prompts: prompts, nil, in: project)
    let audit = try Audit(of: folder, seeds: seeds, configuration: setup.configuration)
    try Console.result(json ? AuditText(audit).json.encodedLine() : AuditText(audit).text)
  }
}
