import ArgumentParser
import Bootstrapping
import LanguageModels
import Projects
import Storage
import TaskCorpus

/// `selfinstruct import`: go on with what another program has begun.
struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Take the tasks of a Self-Instruct or Alpaca run into a corpus, and go on there.",
    discussion: """
      Reads machine_generated_instances.jsonl of Self-Instruct (or is_clf_or_not_*.jsonl and \
      machine_generated_instructions.jsonl, the files before it), regen.json of Alpaca, and rows of \
      instruction with output or instances, as JSON lines or an array. They become a round of the \
      corpus, closed at once; rows that answer what an earlier import left open do just that. The rules decide about them as about everything: what they drop stays in \
      the ledger and comes back with other rules ('selfinstruct filter'). --preset paper keeps what \
      Self-Instruct kept; put "preset": "paper" into selfinstruct.json, or the next 'grow' decides by \
      the usual rules. Instructions without an answer are what it asks about first. The same file a \
      second time becomes another round, of which the rule 'novelty' keeps nothing.
      """)

  @Argument(help: ArgumentHelp("The run file, or rows like its.", valueName: "file"))
  var file: String

  @Option(
    help: "'default' or 'paper': by which rules it is decided (default: as selfinstruct.json says)."
  )
  var preset: GrowConfiguration.Preset?

  @Flag(help: "Write one object of JSON.")
  var json = false

  @OptionGroup(title: "Corpus") var corpus: CorpusOptions

  func run() throws {
    let project = try Project()
    let rows = try RunFile.read(file)
    if let line = rows.tornLine {
      Console.note("note: \(file):\(line): is cut off and left out")
    }
    var flags: [String: JSONValue] = ["tasks": .int(rows.rows.count)]
    flags["preset"] = preset.map { .string($0.rawValue) }
    let setup = try GrowSetup(corpus, flags: flags, in: project)
    let model = UnaskedModel(
      capabilities: ModelCapabilities(
        scores: false, choosesAmong: false, completes: true, chats: false,
        continuesAnyTurn: false, languages: [], contextLength: 1),
      identity: Importer.identity(ofFile: try ContentHash.hex(ofFile: file)))
    let outcome = try Importer.add(rows.rows, to: setup.grower(ModelRoles(model)))
    try Console.result(json ? Self.json(outcome).encodedLine() : text(outcome, setup.preset))
  }

  private func text(_ outcome: Importer.Outcome, _ used: GrowConfiguration.Preset) -> String {
    var lines = [
      "\(file): round \(outcome.round) takes \(GrowReport.tasks(outcome.tasks)) of "
        + "\(outcome.rows) row\(outcome.rows == 1 ? "" : "s")"
        + (outcome.waiting > 0 ? "; \(outcome.waiting) have no answer yet" : "")
    ]
    if !outcome.dropped.isEmpty {
      lines.append(
        "  dropped by "
          + outcome.dropped.map { "\($0.rule.rawValue) \($0.count)" }.joined(separator: ", "))
    }
    if preset == .paper {
      lines.append(
        "  put \"preset\": \"paper\" into \(ProjectFile.name), or the next 'grow' decides by other rules"
      )
    } else if used != .paper, outcome.tasks + outcome.waiting < outcome.rows / 2 {
      lines.append(
        "  \"preset\": \"paper\" in \(ProjectFile.name) and 'selfinstruct filter' bring back what "
          + "Self-Instruct would keep")
    }
    return lines.joined(separator: "\n")
  }

  private static func json(_ outcome: Importer.Outcome) -> JSONValue {
    [
      "round": .int(outcome.round), "rows": .int(outcome.rows), "tasks": .int(outcome.tasks),
      "waiting": .int(outcome.waiting),
      "dropped": .object(
        Dictionary(
          outcome.dropped.map { ($0.rule.rawValue, JSONValue.int($0.count)) },
          uniquingKeysWith: { first, _ in first })),
    ]
  }
}
