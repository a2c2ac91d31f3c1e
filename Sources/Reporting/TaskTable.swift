import Bootstrapping
import Storage
import TaskCorpus

/// The tasks of a report, as its script reads them: arrays instead of objects, as there are many.
struct TaskTable {
  private let account: CorpusAccount

  init(_ account: CorpusAccount) { self.account = account }

  /// `{"models": [name], "seeds": {id: instruction}, "tasks": [row]}`; a row is id, round, whether it
  /// is classification, instruction, `[input, output, ...]`, ROUGE-L F with the nearest or null, the
  /// nearest's id, ids of the tasks shown, which of the models made it up, which answered it, and
  /// what a person said.
  var json: JSONValue {
    let places = Dictionary(
      account.authors.enumerated().map { ($0.element.fingerprint, $0.offset) },
      uniquingKeysWith: { first, _ in first })
    let shown = Set(
      account.tasks.flatMap { $0.provenance?["shown"]?.array?.compactMap(\.string) ?? [] }
        + account.tasks.compactMap { $0.provenance?["nearest"]?["id"]?.string })
    let seeds = account.seeds.filter { shown.contains($0.id) }
    return [
      "models": .array(account.authors.map { .string($0.name) }),
      "seeds": .object(
        Dictionary(
          seeds.map { ($0.id, .string($0.instruction)) }, uniquingKeysWith: { first, _ in first })),
      "tasks": .array(account.tasks.map { Self.row($0, places) }),
    ]
  }

  private static func row(_ task: InstructionTask, _ places: [String: Int]) -> JSONValue {
    let provenance = task.provenance ?? .null
    let author = provenance["model"]?.string
    let answerer = provenance["answerModel"]?.string ?? author
    func place(_ model: String?) -> JSONValue {
      model.flatMap { places[$0] }.map(JSONValue.int) ?? .null
    }
    return .array([
      .string(task.id), provenance["round"] ?? .null, .bool(task.isClassification == true),
      .string(task.instruction),
      .array(task.instances.flatMap { [.string($0.input), .string($0.output)] }),
      provenance["nearest"]?["rougeL"] ?? .null, provenance["nearest"]?["id"] ?? .null,
      provenance["shown"] ?? [], place(author), place(answerer), provenance["review"] ?? .null,
    ])
  }
}
