import Foundation
import Storage

/// The files of a new project.
package enum ProjectTemplate {
  /// Makes a project in a folder, which is made too if it is not there.
  ///
  /// - Returns: The paths of what was written, in order.
  /// - Throws: `ProjectError.occupied` if one of the files is there already, before anything is
  ///   written; `StorageError` if one cannot be written.
  package static func write(to folder: String) throws -> [String] {
    let paths = files.map { folder + "/" + $0.name }
    for path in paths where FileManager.default.fileExists(atPath: path) {
      throw ProjectError.occupied(path: path)
    }
    for made in [folder, folder + "/seeds"] { try OpenFile.makeFolder(made) }
    for (path, file) in zip(paths, files) { try AtomicFile.write(file.text, to: path) }
    return paths
  }

  /// The files by their paths in the project.
  static var files: [(name: String, text: String)] {
    [
      (ProjectFile.name, configuration),
      ("seeds/seed_tasks.jsonl", seeds),
      (".gitignore", "# Without this line git keeps what grows.\n/generated/\n"),
      ("README.md", readme),
    ]
  }

  /// A `selfinstruct.json` that names every setting; those that have a good default are comments.
  static var configuration: String {
    let opening = """
      // What 'selfinstruct' does in this folder and the folders below it. A flag of the same name
      // (--seed-tasks for seedTasks) overrides a setting for one run; 'selfinstruct grow --help'
      // explains more. Relative paths start at this file. Most projects need 'model', 'modelLicense' and
      // 'seeds', and leave the rest as it is.

      """
    let general = lines(
      of: Setting.general + [Setting.finetune, Setting.gate], depth: 1, active: ["model", "tasks"])
    let pipeline = lines(of: Setting.pipeline, depth: 1, active: [])
    return opening + "{\n" + general + betweenParts + pipeline + "}\n"
  }

  private static let betweenParts = """

      // Everything below is how each stage asks and what the rules keep. The values shown were
      // measured with the model that comes with selfinstruct; few projects need to change any.


    """

  private static func lines(of settings: [Setting], depth: Int, active: Set<String>) -> String {
    let margin = String(repeating: "  ", count: depth)
    return settings.map { setting in
      let comments = setting.documentation.map { "\(margin)// \($0)\n" }.joined()
      if case .section(let inner) = setting.kind {
        let body = lines(of: inner, depth: depth + 1, active: [])
        return "\(comments)\(margin)\"\(setting.key)\": {\n\(body)\(margin)},\n"
      }
      let value = setting.example?.encodedLine() ?? "null"
      let mark = active.contains(setting.key) ? "" : "// "
      return "\(comments)\(margin)\(mark)\"\(setting.key)\": \(value),\n"
    }.joined(separator: "\n")
  }

  private static let readme = """
    # A project for selfinstruct

    `seeds/seed_tasks.jsonl` holds example tasks, one a line: put yours there, in any language that
    the model knows, at least 8 and better 50 or more. `selfinstruct.json` holds the settings, each
    with its explanation.

        selfinstruct grow --preview 3    # each stage on three real prompts; writes nothing
        selfinstruct grow                # a round of new tasks into generated/main/tasks.jsonl
        selfinstruct finetune            # a model that learns from them, in generated/main/models
        selfinstruct grow --finetune     # both, round after round, with a gate; see below
        selfinstruct report              # a page that shows all of it

    Ctrl-C stops a round, with everything kept: the same command, its flags included, goes on with
    it, and `selfinstruct grow --close-round` ends it with the tasks it has.

    A seed has an `instruction` and `instances`, each with an `input` (empty if the instruction
    says it all) and the right `output`. `is_classification` is true where the output is one of a
    few labels. `id`, `name` and `is_classification` may be left out.

    `grow --finetune` measures each model by tasks that it never sees: put 100 or more into
    `seeds/held_out_tasks.jsonl`, in the same form.

    """
}
