import ArgumentParser
import Foundation
import Projects
import Prompts

/// `selfinstruct prompts`: the built-in prompts, to read and to change.
struct PromptsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prompts",
    abstract: "Show the built-in prompts, or copy them to change them.",
    discussion: """
      The files hold all words that the pipeline uses: headers, field names, yes and no, stop \
      strings, word lists. A project with a folder of its own ("prompts" in selfinstruct.json, or \
      --prompts) takes what is not in that folder from the built-in ones; delete what you do not \
      change. Nothing that is there already is written over.
      """)

  @Option(help: ArgumentHelp("Copy the files into this folder.", valueName: "dir"))
  var write: String?

  func validate() throws {
    guard write != "" else { throw ValidationError("--write: is empty; expected a path") }
  }

  func run() throws {
    let prompts = try PromptSet.builtIn()
    guard let write else {
      return try Console.result(prompts.files.map { "==> \($0.name).txt\n\($0.text)" }.joined())
    }
    let paths = prompts.files.map { "\(write)/\($0.name).txt" }
    if let path = paths.first(where: FileManager.default.fileExists(atPath:)) {
      throw ProjectError.occupied(path: path)
    }
    try prompts.write(to: write)
    try Console.result(paths.joined(separator: "\n"))
  }
}
