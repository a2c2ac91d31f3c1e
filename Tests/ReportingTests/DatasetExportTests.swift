import Filtering
import Foundation
import Reporting
import Storage
import TaskCorpus
import TestSupport
import Testing

@testable import Bootstrapping

@Suite struct DatasetExportTests {
  private static let licenses = Licenses(
    seeds: "cc-by-4.0", models: ["tiny": "apache-2.0", "big": "mit"])

  private func task(
    _ id: String, _ instances: [(String, String)], model: String = "f1", answerer: String? = nil
  ) -> InstructionTask {
    var provenance: [String: JSONValue] = [
      "model": .string(model), "round": 1, "shown": ["seed_1"],
    ]
    provenance["answerModel"] = answerer.map(JSONValue.string)
    return InstructionTask(
      id: id, instruction: "Do \(id).",
      instances: instances.map { TaskInstance(input: $0.0, output: $0.1) },
      isClassification: false, provenance: .object(provenance))
  }

  private func account(
    _ tasks: [InstructionTask], models: [String: String] = ["f1": "tiny", "f2": "big"]
  ) -> CorpusAccount {
    CorpusAccount(
      tasks: tasks, language: "en", seed: 7,
      seeds: (0..<12).map { SeedsRow.Seed(id: "s\($0)", instruction: "Go.") },
      rounds: 2, reviewed: 1,
      authors: CorpusAccount.authors(of: tasks, models),
      yields: [
        CorpusAccount.Yield(
          round: 1, instructions: 30, tasks: 6, waiting: 3, dropped: [.novelty: 13, .length: 8]),
        CorpusAccount.Yield(round: 2, instructions: 10, tasks: 3, dropped: [.novelty: 7]),
      ], manifests: [], nights: [])
  }

  private func export(
    _ tasks: [InstructionTask], _ licenses: Licenses = licenses,
    _ change: (inout DatasetExport.Options) -> Void = { _ in }
  ) throws(ExportError) -> DatasetExport {
    var options = DatasetExport.Options(name: "My tasks", smallModels: ["f1"])
    change(&options)
    return try DatasetExport(of: account(tasks), options, licenses, corpus: "generated/main")
  }

  private var two: [InstructionTask] {
    [task("a", [("", "Done."), ("x", "Done x.")]), task("b", [("y\ny", "Sure.")], answerer: "f2")]
  }

  /// A form and the rows of two tasks in it.
  struct Form: CustomTestStringConvertible, Sendable {
    var format: ExportFormat
    var rows: [JSONValue]
    var testDescription: String { format.rawValue }
  }

  static let forms: [Form] = [
    Form(
      format: .alpaca,
      rows: [
        ["instruction": "Do a.", "input": "", "output": "Done."],
        ["instruction": "Do a.", "input": "x", "output": "Done x."],
        ["instruction": "Do b.", "input": "y\ny", "output": "Sure."],
      ]),
    Form(
      format: .messages,
      rows: [
        message("Do a.", "Done."), message("Do a.\n\nx", "Done x."),
        message("Do b.\n\ny\ny", "Sure."),
      ]),
    Form(
      format: .promptCompletion,
      rows: [
        ["prompt": "Do a.", "completion": " Done."],
        ["prompt": "Do a.\n\nx", "completion": " Done x."],
        ["prompt": "Do b.\n\ny\ny", "completion": " Sure."],
      ]),
    Form(
      format: .sharegpt,
      rows: [("Do a.", "Done."), ("Do a.\n\nx", "Done x."), ("Do b.\n\ny\ny", "Sure.")].map {
        [
          "conversations": [
            ["from": "human", "value": .string($0.0)], ["from": "gpt", "value": .string($0.1)],
          ]
        ]
      }),
    Form(
      format: .selfInstruct,
      rows: [
        [
          "id": "a", "instruction": "Do a.", "is_classification": false,
          "instances": [
            ["input": "", "output": "Done."], ["input": "x", "output": "Done x."],
          ],
        ],
        [
          "id": "b", "instruction": "Do b.", "is_classification": false,
          "instances": [["input": "y\ny", "output": "Sure."]],
        ],
      ]),
  ]

  private static func message(_ asked: String, _ answer: String) -> JSONValue {
    [
      "messages": [
        ["role": "user", "content": .string(asked)],
        ["role": "assistant", "content": .string(answer)],
      ]
    ]
  }

  @Test(arguments: forms) func `rows have the form that was asked for`(_ form: Form) throws {
    let folder = try TemporaryDirectory()
    let written = try export(two) {
      $0.format = form.format
      $0.validation = 0
    }.write(to: folder.path(of: "out"))
    let path = try #require(written.first)
    #expect(try rows(in: path) == form.rows)
    // All but the schema of the seeds lose which rows are of one task.
    let read = try SeedFile.read(
      path == written[0] && form.format != .sharegpt ? path : seeds(folder))
    if form.format == .selfInstruct { #expect(read.tasks.map(\.instances.count) == [2, 1]) }
    if form.format == .alpaca || form.format == .messages { #expect(read.tasks.count == 3) }
  }

  private func seeds(_ folder: TemporaryDirectory) throws -> String {
    try folder.write("{\"instruction\": \"Go.\", \"output\": \"Gone.\"}", to: "seeds.jsonl")
  }

  private func rows(in path: String) throws -> [JSONValue] {
    var rows: [JSONValue] = []
    try JSONRows.forEach(in: path) { row, _ throws(JSONProblem) in rows.append(row) }
    return rows
  }

  @Test func `lineage comes only if it is asked for`() throws {
    let plain = try export(two).splits.flatMap(\.rows)
    #expect(plain.allSatisfy { $0["provenance"] == nil && $0["id"] == nil })
    for format in ExportFormat.allCases {
      let rows = try export(two) { options in
        options.hasProvenance = true
        options.format = format
      }.splits.flatMap(\.rows)
      #expect(rows.allSatisfy { $0["id"] != nil && $0["provenance"]?["shown"] == ["seed_1"] })
    }
  }

  @Test func `a task is on one side, and stays there as the corpus grows`() throws {
    let all = (0..<400).map { task("t\($0)", [("", "One."), ("x", "Two.")]) }
    func sides(_ tasks: [InstructionTask]) throws -> [String: String] {
      var sides: [String: String] = [:]
      for split in try export(tasks).splits {
        #expect(split.rows.count == 2 * split.tasks.count)
        for task in split.tasks { sides[task.id] = split.name }
      }
      return sides
    }
    let (few, many) = (try sides(Array(all.prefix(150))), try sides(all))
    #expect(many.count == 400 && few.allSatisfy { many[$0.key] == $0.value })
    // A tenth of 400, give or take three standard deviations.
    #expect((22...58).contains(many.values.count { $0 == "validation" }))
    #expect(try export(all) { $0.validation = 0 }.splits.map(\.name) == ["train"])
  }

  @Test func `an unknown licence is refused, and said to be unknown with force`() throws {
    #expect(throws: ExportError.noLicense(of: ["the seeds"], keys: ["seeds.license"])) {
      try export(two, Licenses(models: ["tiny": "mit", "big": "mit"]))
    }
    #expect(throws: ExportError.noLicense(of: ["what 'big' writes"], keys: ["answerModel.license"]))
    {
      try export(two, Licenses(seeds: "mit", models: ["tiny": "mit"], author: "mit"))
    }
    let error = ExportError.unknownLicense(
      key: "seeds.license", is: "apache2.0", nearest: "apache-2.0")
    #expect(throws: error) { try export(two, Licenses(seeds: "apache2.0")) }
    #expect(wordingComplaint("\(error)") == nil)
    let forced = try export(two, Licenses(seeds: "mit")) { $0.isForced = true }
    #expect(forced.licenses.map(\.license) == ["mit", nil, nil])
    let folder = try TemporaryDirectory()
    _ = try forced.write(to: folder.path)
    let card = try folder.text(of: "README.md")
    #expect(card.contains("\nlicense: [mit, unknown]\n") && card.contains("| not known |"))
  }

  @Test func `imported tasks have a licence of their own, never that of today's model`() throws {
    let account = account(
      [task("a", [("", "x")], model: "i1"), task("b", [("", "y")], model: "i2")],
      models: ["i1": RunFile.modelName, "i2": RunFile.modelName])
    func licenses(_ licenses: Licenses) throws -> [String?] {
      let options = DatasetExport.Options(name: "t", smallModels: [])
      return try DatasetExport(of: account, options, licenses, corpus: "c").licenses.map(\.license)
    }
    let keys = ["seeds.license", "imported.license"]
    #expect(throws: ExportError.noLicense(of: ["the seeds", "the imported tasks"], keys: keys)) {
      try licenses(Licenses(author: "apache-2.0"))
    }
    #expect(
      try licenses(Licenses(seeds: "mit", imported: "cc-by-nc-4.0")) == ["mit", "cc-by-nc-4.0"])
  }

  @Test func `a corpus without tasks, and a folder with something else, are refused`() throws {
    #expect(throws: ExportError.noTasks(corpus: "generated/main")) { try export([]) }
    let folder = try TemporaryDirectory()
    try folder.write("mine", to: "out/data/notes.txt")
    let path = folder.path(of: "out")
    #expect(throws: ExportError.occupied(path: path, entry: "data/notes.txt")) {
      try export(two).write(to: path)
    }
    try FileManager.default.removeItem(atPath: path + "/data/notes.txt")
    try folder.write("# Mine\n", to: "out/README.md")
    #expect(throws: ExportError.occupied(path: path, entry: "README.md")) {
      try export(two).write(to: path)
    }
    #expect(try folder.text(of: "out/README.md") == "# Mine\n")
    try FileManager.default.removeItem(atPath: path + "/README.md")
    // Rows without a card are somebody's.
    try folder.write("mine", to: "out/data/train.jsonl")
    #expect(throws: ExportError.occupied(path: path, entry: "data/train.jsonl")) {
      try export(two).write(to: path)
    }
    #expect(try folder.text(of: "out/data/train.jsonl") == "mine")
    try FileManager.default.removeItem(atPath: path + "/data/train.jsonl")
    // What a killed export has left is in nobody's way.
    try folder.write("half", to: "out/data/.train.json.partial")
    // An export takes the place of another, whatever form that had.
    _ = try export(two) { $0.format = .alpaca }.write(to: path)
    #expect(FileManager.default.fileExists(atPath: path + "/data/train.json"))
    #expect(!FileManager.default.fileExists(atPath: path + "/data/.train.json.partial"))
    _ = try export(two).write(to: path)
    #expect(!FileManager.default.fileExists(atPath: path + "/data/train.json"))
    #expect(FileManager.default.fileExists(atPath: path + "/data/train.jsonl"))
  }

  @Test func `a card is what it was`() throws {
    let folder = try TemporaryDirectory()
    let tasks =
      two + [task("c", [("", "Use ``` for code, \(String(repeating: "on and ", count: 200))on.")])]
    _ = try export(tasks) {
      $0.name = "A \"name\": <b>#1</b> | two"
      $0.validation = 0
    }.write(to: folder.path)
    try Snapshot("card.md").expect(folder.text(of: "README.md"))
  }

  @Test func `a page with few answers of a small model does not warn of it`() throws {
    let folder = try TemporaryDirectory()
    let tasks =
      (0..<19).map { task("t\($0)", [("", "Yes.")], model: "f2") } + [task("u", [("", "No.")])]
    _ = try export(tasks).write(to: folder.path)
    #expect(!(try folder.text(of: "README.md").contains("135 million")))
  }
}
