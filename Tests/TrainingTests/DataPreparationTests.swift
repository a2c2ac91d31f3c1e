import Storage
import TaskCorpus
import TestSupport
import Testing
import Training

@Suite struct DataPreparationTests {
  private func prepare(
    _ tasks: [InstructionTask] = TinyTraining.tasks, replay: [String] = [],
    isPaper: Bool = false, contextLength: Int = 512,
    _ change: (inout FinetuneConfiguration) -> Void = { _ in }
  ) throws -> (data: PreparedData, report: DataPreparation.Report) {
    var configuration = TinyTraining.configuration()
    change(&configuration)
    return try DataPreparation.prepare(
      tasks, replay: replay, configuration, TinyTraining.renderer(isPaper: isPaper),
      contextLength: contextLength)
  }

  private func task(_ id: String) -> Substring { id.prefix { $0 != "#" } }

  @Test func `a task stays held out, or trained on, as others come and the order changes`() throws {
    let tasks = (0..<400).map { number in
      InstructionTask(
        id: "t\(number)", instruction: "say \(number)",
        instances: [TaskInstance(input: "", output: "ab")])
    }
    func heldOut(_ tasks: [InstructionTask], seed: UInt64 = 1) throws -> Set<String> {
      let (data, _) = try prepare(tasks) { ($0.heldOut, $0.seed) = (0.1, seed) }
      return Set(data.heldOut.map(\.id))
    }
    let all = try heldOut(tasks)
    // A tenth of 400, give or take three standard deviations.
    #expect(22...58 ~= all.count)
    let few = Array(tasks.prefix(150))
    #expect(try heldOut(few) == all.intersection(few.map(\.id)))
    #expect(try heldOut(tasks.reversed()) == all)
    #expect(try heldOut(tasks, seed: 2) != all)
    // Of two, one is left to learn from and one to be measured by.
    for number in 0..<20 {
      #expect(try heldOut(Array(tasks[number..<number + 2])).count == 1)
    }
  }

  @Test func `a task is held out whole or not at all`() throws {
    let (data, report) = try prepare { $0.heldOut = 0.4 }
    let heldOut = Set(data.heldOut.map { task($0.id) })
    #expect(2...8 ~= heldOut.count && report.heldOutTasks == heldOut.count)
    #expect(heldOut.isDisjoint(with: data.training.map { task($0.id) }))
    #expect(data.heldOut.count == report.heldOutInstances)
    #expect(data.training.count + data.heldOut.count == 16)
    // The same instruction under another name is the same task.
    let twins = TinyTraining.tasks.map { task in
      var twin = task
      twin.id += "-twin"
      return twin
    }
    let (both, _) = try prepare(TinyTraining.tasks + twins) { $0.heldOut = 0.4 }
    #expect(both.training.count + both.heldOut.count == 32)
    #expect(
      Set(both.heldOut.map { task($0.id) }).isDisjoint(with: both.training.map { task($0.id) }))
  }

  @Test func `each epoch trains on each instance once, in steps of the batch size`() throws {
    let (data, report) = try prepare()
    for epoch in [1, 2] {
      let steps = data.steps.filter { $0.epoch == epoch }
      #expect(steps.dropLast().allSatisfy { $0.rows.count == 3 })
      #expect(steps.flatMap(\.rows).sorted() == Array(data.training.indices))
    }
    #expect(report.steps == data.steps.count)
    #expect(
      report.tokensOfAnEpoch == data.training.reduce(0) { $0 + $1.document.tokens.count })
    #expect(
      report.learntOfAnEpoch
        == data.training.reduce(0) { $0 + $1.document.answers.count { $0 } })
    let other = try prepare { $0.seed = 43 }
    #expect(other.data.steps != data.steps)
    #expect(try prepare().data == data)
  }

  @Test func `texts that are too long are dropped or cut, and counted`() throws {
    let lengths = try prepare { $0.heldOut = 0 }.data.training.map { $0.document.tokens.count }
    let limit = lengths.sorted()[lengths.count / 2]
    let long = lengths.count { $0 > limit }
    let dropped = try prepare { ($0.heldOut, $0.maxLength) = (0, limit) }
    #expect(dropped.report.overlong == long)
    #expect(dropped.data.training.count == lengths.count - long)
    let cut = try prepare { ($0.heldOut, $0.maxLength, $0.overlong) = (0, limit, .cut) }
    #expect(cut.report.overlong == long)
    #expect(cut.data.training.count + cut.report.nothingToTrain == lengths.count)
    #expect(cut.data.training.allSatisfy { $0.document.tokens.count <= limit })
    #expect(cut.data.training.allSatisfy { $0.document.answers.contains(true) })
    // The model's own limit counts as well.
    #expect(try prepare(contextLength: limit) { $0.heldOut = 0 }.report.overlong == long)
  }

  @Test func `where a cut leaves no answer nothing is learnt, and that is said`() throws {
    let all = TrainingError.self
    let error = #expect(throws: all) { try prepare { ($0.maxLength, $0.overlong) = (4, .cut) } }
    guard case .nothingToTrain(let report) = error else {
      Issue.record("it is \(String(describing: error))")
      return
    }
    #expect(report.nothingToTrain == report.instances)
    let text = error.map { "\($0)" } ?? ""
    #expect(wordingComplaint(text) == nil, "\(text)")
    #expect(throws: all) { try prepare { $0.maxLength = 4 } }
    #expect(throws: all) { try prepare([]) }
  }

  @Test func `instances without an answer are dropped and counted`() throws {
    var tasks = TinyTraining.tasks
    tasks[0].instances[0].output = " \n"
    tasks[4].instances[1].output = ""
    let (data, report) = try prepare(tasks) { $0.heldOut = 0 }
    #expect(report.instances == 16 && report.nothingToTrain == 2 && report.tasks == 11)
    #expect(data.training.count == 14)
    for place in tasks.indices {
      for instance in tasks[place].instances.indices {
        tasks[place].instances[instance].output = ""
      }
    }
    #expect(throws: TrainingError.self) { try prepare(tasks) }
  }

  @Test func `as the paper writes them epochs differ, by chance that is the same again`() throws {
    let (data, _) = try prepare(isPaper: true) { $0.epochs = 6 }
    #expect(data.training.count > 2 * Set(data.training.map(\.id)).count)
    #expect(try prepare(isPaper: true) { $0.epochs = 6 }.data == data)
    // No two rows are the same text.
    for row in data.training {
      #expect(data.training.count { $0 == row } == 1)
    }
  }

  @Test func `texts of their own go along with each step and count for nothing else`() throws {
    let replay = ["one text " + String(repeating: "and more ", count: 30), "two", "three texts"]
    let (data, report) = try prepare(replay: replay) { $0.maxLength = 60 }
    #expect(report.replayTexts + data.heldOut.count { $0.document.isText } >= 4)
    for step in data.steps.indices {
      let documents = data.documents(of: step)
      let tasks = documents.filter { $0.answers.contains(true) }
      let texts = documents.filter { !$0.answers.contains(true) }
      #expect(tasks.allSatisfy { !$0.isText } && texts.allSatisfy(\.isText))
      #expect(
        texts.reduce(0) { $0 + $1.tokens.count } >= tasks.reduce(0) { $0 + $1.tokens.count })
    }
  }

  @Test func `files hold all of it`() throws {
    let folder = try TemporaryDirectory()
    let (data, _) = try prepare(replay: ["some text of its own"])
    try data.write(to: folder.path(of: "data"))
    #expect(try PreparedData(readingFrom: folder.path(of: "data")) == data)
    let first = try folder.text(of: "data/train.tokens.jsonl").prefix { $0 != "\n" }
    let row = try JSONValue(parsing: Array(first.utf8))
    let labels = try #require(row["labels"]?.array).compactMap(\.int)
    let ids = try #require(row["input_ids"]?.array).compactMap(\.int)
    #expect(labels.contains(-100) && zip(labels, ids).allSatisfy { $0 == -100 || $0 == $1 })
  }

  static let damages: [(file: String, line: String, sentence: String)] = [
    (
      "train.tokens.jsonl", "[]",
      "data/train.tokens.jsonl:1: the row is []; expected an object of 'id', 'input_ids', 'labels' "
        + "and 'text'"
    ),
    (
      "train.tokens.jsonl",
      #"{"id": "a", "input_ids": [1, 2], "labels": [-100], "text": true}"#,
      "data/train.tokens.jsonl:1: 2 'input_ids' and 1 'labels' are not all right; expected as many "
        + "token ids as labels"
    ),
    (
      "steps.jsonl", #"{"epoch": 1, "rows": [99999]}"#,
      "data/steps.jsonl:1: 'rows' names one that is not there; expected numbers from 0 to "
    ),
  ]

  @Test(arguments: damages)
  func `a damaged row is named`(_ damage: (file: String, line: String, sentence: String)) throws {
    let folder = try TemporaryDirectory()
    try prepare().data.write(to: folder.path(of: "data"))
    try folder.write(damage.line + "\n", to: "data/" + damage.file)
    let error = #expect(throws: StorageError.self) {
      try PreparedData(readingFrom: folder.path(of: "data"))
    }
    let said = error.map { "\($0)".replacing(folder.path + "/", with: "") } ?? ""
    #expect(said.hasPrefix(damage.sentence), "\(said)")
  }
}
