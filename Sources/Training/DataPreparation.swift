import Randomness
import Storage
import TaskCorpus
import Tokenization

/// Makes token ids out of tasks: holds some out, mixes the others, writes them as texts, cuts them
/// into steps.
package struct DataPreparation {
  /// What became of the tasks.
  package struct Report: Codable, Equatable, Sendable {
    package var tasks = 0
    package var instances = 0
    package var heldOutTasks = 0
    package var heldOutInstances = 0
    /// Longer than allowed: dropped, or cut.
    package var overlong = 0
    /// Without an answer, or of which a cut left none; dropped.
    package var nothingToTrain = 0
    /// Of one epoch, as far as the first one tells.
    package var tokensOfAnEpoch = 0
    package var learntOfAnEpoch = 0
    package var heldOutTokens = 0
    package var replayTexts = 0
    package var steps = 0

    package init() {}
  }

  /// An instruction with its instances.
  private struct Group {
    let id: String
    let instruction: String
    let system: String?
    var instances: [TaskInstance]
  }

  private let configuration: FinetuneConfiguration
  private let renderer: TaskRenderer
  private let maxLength: Int
  private let stream: RandomStream
  private var groups: [Group] = []
  private let replay: [String]
  private(set) var data = PreparedData()
  private(set) var report = Report()
  /// Where a document with these tokens stands.
  private var rowsOfPlaces: [TaskMixture.Place: [Int]] = [:]
  private var overlong: Set<TaskMixture.Place> = []
  private var empty: Set<TaskMixture.Place> = []
  /// Instances that came without an answer.
  private var unanswered = 0

  /// - Parameters:
  ///   - replay: Texts for the language-model loss; without any, the tasks' own are taken.
  ///   - contextLength: Positions that the model was made for.
  private init(
    _ tasks: [InstructionTask], replay: [String], _ configuration: FinetuneConfiguration,
    _ renderer: TaskRenderer, contextLength: Int
  ) {
    self.configuration = configuration
    self.renderer = renderer
    self.replay = replay
    maxLength = min(configuration.maxLength, contextLength)
    stream = RandomStream(seed: configuration.seed).stream("finetune")
    var places: [String: Int] = [:]
    for task in tasks {
      // To say nothing is nothing to learn.
      let instances = task.instances.filter { !$0.output.trimmed.isEmpty }
      unanswered += task.instances.count - instances.count
      if instances.isEmpty { continue }
      // The same instruction twice is one task: held out whole, or not at all.
      if let place = places[task.instruction] {
        groups[place].instances += instances
      } else {
        places[task.instruction] = groups.count
        groups.append(
          Group(
            id: task.id, instruction: task.instruction, system: task.extra["system"]?.string,
            instances: instances))
      }
    }
  }

  /// Prepares tasks.
  ///
  /// - Throws: `TrainingError.nothingToTrain` if no instance is left to learn from;
  ///   `TokenizationError` for a vocabulary without the template's special tokens.
  package static func prepare(
    _ tasks: [InstructionTask], replay: [String] = [], _ configuration: FinetuneConfiguration,
    _ renderer: TaskRenderer, contextLength: Int
  ) throws -> (data: PreparedData, report: Report) {
    var preparation = DataPreparation(
      tasks, replay: replay, configuration, renderer, contextLength: contextLength)
    try preparation.run()
    return (preparation.data, preparation.report)
  }

  private mutating func run() throws {
    report.tasks = groups.count
    report.instances = unanswered + groups.reduce(0) { $0 + $1.instances.count }
    let heldOut = drawHeldOut()
    let texts = replayTexts()
    try addHeldOut(heldOut, texts.heldOut)
    let firstText = data.training.count
    data.training += texts.training
    report.replayTexts = texts.training.count
    var replay = ReplayOrder(
      rows: Array(firstText..<data.training.count), stream: stream.stream("replay"))
    let counts = groups.indices.map { heldOut.contains($0) ? 0 : groups[$0].instances.count }
    let mixture = TaskMixture(instances: counts, configuration.mixing)
    for epoch in 1...configuration.epochs {
      let draws = mixture.draws(from: stream.stream("mixing", epoch))
      let rows = try draws.compactMap { try row(of: $0, epoch: epoch) }
      if epoch == 1 { count(rows) }
      addSteps(of: rows, epoch: epoch, &replay)
    }
    report.overlong = overlong.count
    report.nothingToTrain = unanswered + empty.count
    report.steps = data.steps.count
    if data.steps.isEmpty { throw TrainingError.nothingToTrain(report) }
  }

  // MARK: What is held out

  /// Draws for each task by its instruction alone: it stays on its side however the data grows, so a
  /// model that is trained on has never learnt what it is measured by.
  private func drawHeldOut() -> Set<Int> {
    guard configuration.heldOut > 0, groups.count > 1 else { return [] }
    let draws = groups.map { stream.stream("held-out").stream($0.instruction).uniform(at: 0) }
    let order = groups.indices.sorted { draws[$0] < draws[$1] }
    let count = draws.count { $0 < configuration.heldOut }
    return Set(order.prefix(max(1, min(count, groups.count - 1))))
  }

  private mutating func addHeldOut(_ tasks: Set<Int>, _ texts: [PreparedData.Row]) throws {
    for task in tasks.sorted() {
      for instance in groups[task].instances.indices {
        let place = TaskMixture.Place(task: task, instance: instance)
        guard let document = try document(at: place, epoch: 0) else { continue }
        data.heldOut.append(PreparedData.Row(id: id(of: place), document: document))
      }
    }
    report.heldOutTasks = tasks.count
    report.heldOutInstances = data.heldOut.count
    report.heldOutTokens = data.heldOut.reduce(0) { $0 + $1.document.tokens.count }
    data.heldOut += texts
  }

  // MARK: Documents

  /// Where the document of an instance stands; nil if it has none.
  private mutating func row(of place: TaskMixture.Place, epoch: Int) throws -> Int? {
    guard let document = try document(at: place, epoch: epoch) else { return nil }
    let known = rowsOfPlaces[place] ?? []
    if let row = known.first(where: { data.training[$0].document == document }) { return row }
    rowsOfPlaces[place] = known + [data.training.count]
    data.training.append(PreparedData.Row(id: id(of: place), document: document))
    return data.training.count - 1
  }

  private func id(of place: TaskMixture.Place) -> String {
    let group = groups[place.task]
    return group.instances.count == 1 ? group.id : "\(group.id)#\(place.instance + 1)"
  }

  private mutating func document(
    at place: TaskMixture.Place, epoch: Int
  ) throws -> TrainingDocument? {
    let group = groups[place.task]
    let drawn = stream.stream("template", epoch).stream("task", place.task)
      .stream("instance", place.instance)
    var document = try renderer.document(
      group.instruction, group.instances[place.instance], system: group.system,
      drawnFrom: drawn)
    document.isText = replay.isEmpty
    if document.tokens.count <= maxLength { return document }
    overlong.insert(place)
    guard configuration.overlong == .cut else { return nil }
    document.tokens.removeLast(document.tokens.count - maxLength)
    document.answers.removeLast(document.answers.count - maxLength)
    if document.counts.supervised > 0 { return document }
    empty.insert(place)
    return nil
  }

  /// The replay texts in pieces that are not too long, and those of them that are held out.
  private func replayTexts() -> (training: [PreparedData.Row], heldOut: [PreparedData.Row]) {
    var rows: [PreparedData.Row] = []
    for (number, text) in replay.enumerated() {
      let tokens = renderer.tokens(ofText: text)
      for start in stride(from: 0, to: tokens.count, by: maxLength) {
        let piece = Array(tokens[start..<min(start + maxLength, tokens.count)])
        // A single token predicts nothing.
        guard piece.count > 1 else { continue }
        rows.append(
          PreparedData.Row(id: "replay-\(number + 1)", document: TrainingDocument(text: piece)))
      }
    }
    let wanted = Int((configuration.heldOut * Double(rows.count)).rounded())
    var generator = stream.stream("held-out-replay").generator()
    let heldOut = Set(generator.sample(wanted, of: Array(rows.indices)))
    return (
      rows.indices.filter { !heldOut.contains($0) }.map { rows[$0] },
      heldOut.sorted().map { rows[$0] }
    )
  }

  // MARK: Steps

  private mutating func count(_ rows: [Int]) {
    for row in rows {
      report.tokensOfAnEpoch += data.training[row].document.tokens.count
      report.learntOfAnEpoch += data.training[row].document.counts.supervised
    }
  }

  private mutating func addSteps(of rows: [Int], epoch: Int, _ replay: inout ReplayOrder) {
    for start in stride(from: 0, to: rows.count, by: configuration.batchSize) {
      let chosen = rows[start..<min(start + configuration.batchSize, rows.count)]
      let tokens = chosen.reduce(0) { $0 + data.training[$1].document.tokens.count }
      data.steps.append(
        PreparedData.Step(
          epoch: epoch, rows: Array(chosen) + replay.next(tokens: tokens, in: data.training)))
    }
  }
}

/// Hands out replay texts, all of them in random order before any comes again.
private struct ReplayOrder {
  let rows: [Int]
  private var generator: StreamGenerator
  private var queue: ArraySlice<Int> = []

  init(rows: [Int], stream: RandomStream) {
    self.rows = rows
    generator = stream.generator()
  }

  /// Texts with as many tokens or more; none where there are none.
  mutating func next(tokens: Int, in training: [PreparedData.Row]) -> [Int] {
    var chosen: [Int] = []
    var count = 0
    while count < tokens, !rows.isEmpty {
      if queue.isEmpty { queue = generator.shuffled(rows)[...] }
      let row = queue.removeFirst()
      chosen.append(row)
      count += training[row].document.tokens.count
    }
    return chosen
  }
}
