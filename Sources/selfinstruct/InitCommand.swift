import ArgumentParser
import Projects

/// `selfinstruct init`: a project of one's own.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make a project of your own: settings and example seeds.",
    discussion: "Nothing that is there already is written over.")

  @Argument(help: ArgumentHelp("The folder; it is made if it is not there.", valueName: "dir"))
  var folder: String

  func validate() throws {
    guard folder != "" else { throw ValidationError("<dir>: is empty; expected a path") }
  }

  func run() throws {
    for path in try ProjectTemplate.write(to: folder) { try Console.result(path) }
    Console.note("put your tasks into \(folder)/seeds/seed_tasks.jsonl, then run there:")
    Console.note("  selfinstruct grow --preview 3")
  }
}
