import Evaluation
import LanguageModels
import LocalModels
import Randomness
import TaskCorpus
import TextMetrics
import Training

/// One model while it is measured.
struct ExaminedModel {
  private let model: LocalModel
  private let renderer: TaskRenderer
  private let isPaper: Bool
  private let configuration: GateConfiguration
  /// Where tasks may be written in several forms, always the same is drawn.
  private let stream = RandomStream(seed: 0)

  /// Nats that a token costs at most: weights that have gone astray give numbers that are none.
  private static let worst = 100.0

  init(
    _ model: LocalModel, _ renderer: TaskRenderer, isPaper: Bool, _ configuration: GateConfiguration
  ) {
    self.model = model
    self.renderer = renderer
    self.isPaper = isPaper
    self.configuration = configuration
  }

  /// The loss of all answers, task by task, over answer tokens and the token that ends an answer.
  func loss(of tasks: [InstructionTask]) async throws -> MetricSample? {
    let rows = try tasks.enumerated().flatMap { place, task in
      try task.instances.map { (place, input(try document($0, of: task))) }
    }
    return try await loss(of: rows, units: tasks.map(\.id))
  }

  /// The loss of texts, over all tokens but the first of each.
  func loss(ofTexts texts: [String]) async throws -> MetricSample? {
    if texts.isEmpty { return nil }
    let rows = texts.enumerated().compactMap { place, text -> (Int, ScoringInput)? in
      // What ends it says nothing about the text.
      let tokens = renderer.tokens(ofText: text).dropLast().prefix(longest)
      guard tokens.count > 1 else { return nil }
      return (
        place, .tokens(context: Array(tokens.prefix(1)), continuation: Array(tokens.dropFirst()))
      )
    }
    return try await loss(of: rows, units: texts.indices.map(String.init))
  }

  /// Whether the likeliest of a task's labels is the right one, of its inputs; of equally likely
  /// ones the first counts. Inputs that are too long for the model are left out.
  func exactMatch(of tasks: [InstructionTask]) async throws -> MetricSample? {
    let tasks = tasks.filter { !$0.labels.isEmpty }
    if tasks.isEmpty { return nil }
    var questions: [(place: Int, right: Int, count: Int)] = []
    var inputs: [ScoringInput] = []
    for (place, task) in tasks.enumerated() {
      for instance in task.instances {
        let labels = task.labels
        let choices = try labels.map {
          try document(TaskInstance(input: instance.input, output: $0), of: task)
        }
        if choices.contains(where: { $0.tokens.count > longest }) { continue }
        questions.append(
          (place, labels.firstIndex(of: instance.output) ?? 0, labels.count))
        inputs += choices.map(input)
      }
    }
    let sums = try await scores(of: inputs).map(\.sum)
    var units = tasks.map { MetricSample.Unit(id: $0.id, sum: 0, count: 0) }
    var start = 0
    for (place, right, count) in questions {
      let likelihoods = sums[start..<start + count]
      let best = likelihoods.indices.max {
        sums[$0] < sums[$1] || (sums[$0] == sums[$1] && $0 > $1)
      }
      // Weights that have gone astray know nothing.
      let isRight = best == start + right && likelihoods.allSatisfy(\.isFinite)
      units[place].sum += isRight ? 1 : 0
      units[place].count += 1
      start += count
    }
    return taken(units)
  }

  /// How much greedy answers say again, and how near they come to the references, of tasks that are no
  /// choice of labels and whose questions are not too long for the model.
  func answers(
    to tasks: [InstructionTask]
  ) async throws -> (
    rougeL: MetricSample?, repetition: MetricSample?, answers: [ModelEvaluation.Answer]
  ) {
    let open = tasks.filter { $0.isClassification != true }
    var asked: [(place: Int, reference: String)] = []
    var requests: [GenerationRequest] = []
    for (place, task) in open.enumerated() {
      for instance in task.instances {
        let question = try document(instance, of: task).answers.prefix { !$0 }.count
        if question >= model.capabilities.contextLength { continue }
        asked.append((place, instance.output))
        requests.append(request(task, instance))
      }
    }
    if asked.isEmpty { return (nil, nil, []) }
    let texts = try await model.generations(requests).map { String($0.text.trimmed) }
    try Task.checkCancellation()
    var units = open.map { MetricSample.Unit(id: $0.id, sum: 0, count: 0) }
    var repeated = units
    for ((place, reference), text) in zip(asked, texts) {
      units[place].sum += rougeL(target: reference, prediction: text, tokenizer: .unicode).f
      units[place].count += 1
      repeated[place].sum += Repetition.share(of: text)
      repeated[place].count += 1
    }
    let answers = zip(asked, texts).map {
      ModelEvaluation.Answer(task: open[$0.place].id, text: $1)
    }
    return (taken(units), taken(repeated), answers)
  }

  /// Nil where nothing was counted.
  private func taken(_ units: [MetricSample.Unit]) -> MetricSample? {
    units.contains { $0.count > 0 } ? MetricSample(units: units) : nil
  }

  // MARK: One by one

  /// What the model was made for, as ids that can be scored.
  private var longest: Int {
    ScoringInput.maxTokens(contextLength: model.capabilities.contextLength)
  }

  private func request(_ task: InstructionTask, _ instance: TaskInstance) -> GenerationRequest {
    let question =
      renderer.question(
        task.instruction, instance, system: task.extra["system"]?.string, drawnFrom: stream)
    let prompt: Prompt =
      isPaper
      ? .completion(question.text)
      : .chat(
        (question.system.map { [ChatTurn(.system, $0)] } ?? []) + [ChatTurn(.user, question.text)])
    var request = GenerationRequest(
      prompt: prompt, maxNewTokens: configuration.maxNewTokens, stream: stream)
    request.sampling.temperature = 0
    return request
  }

  private func document(
    _ instance: TaskInstance, of task: InstructionTask
  ) throws -> TrainingDocument {
    try renderer.document(
      task.instruction, instance, system: task.extra["system"]?.string, drawnFrom: stream)
  }

  /// The answer of a document as the continuation of what stands before it; what is too long loses its
  /// end.
  private func input(_ document: TrainingDocument) -> ScoringInput {
    let tokens = Array(document.tokens.prefix(longest))
    let start = min(document.answers.firstIndex(of: true) ?? tokens.count, tokens.count)
    return .tokens(context: Array(tokens[..<start]), continuation: Array(tokens[start...]))
  }

  private func scores(of inputs: [ScoringInput]) async throws -> [Score] {
    var scores: [Score?] = Array(repeating: nil, count: inputs.count)
    for try await score in model.score(inputs) { scores[score.index] = score }
    try Task.checkCancellation()
    let found = scores.compactMap(\.self)
    if found.count < inputs.count { throw MissingAnswers(count: inputs.count - found.count) }
    return found
  }

  private func loss(
    of rows: [(unit: Int, input: ScoringInput)], units names: [String]
  ) async throws -> MetricSample? {
    var units = names.map { MetricSample.Unit(id: $0, sum: 0, count: 0) }
    for (row, score) in zip(rows, try await scores(of: rows.map(\.input))) {
      for logProbability in score.tokenLogProbabilities {
        let cost = -Double(logProbability)
        units[row.unit].sum += cost.isFinite ? min(cost, Self.worst) : Self.worst
        units[row.unit].count += 1
      }
    }
    return taken(units)
  }
}
