import Filtering
import LanguageModels
import Prompts
import TaskCorpus

extension BootstrapState {
  /// The requests of the next step of a kept instruction; none if it has no next step.
  mutating func asks(for item: CorpusState.Item) -> [Ask] {
    switch step(for: item) {
    case .questions(let stages): stages.flatMap { questionAsks($0, about: item) }
    case .labels: [labelsAsk(item)]
    case .labelledInputs(let labels): labels.flatMap { labelledInputAsks(item, label: $0) }
    case .likelihoods(let pairs, let labels): likelihoodAsks(item, pairs, labels)
    case .input: inputAsks(item)
    case .answers(let input): answerAsks(item, input: input)
    case .instances(let isClassification): [instancesAsk(item, isClassification)]
    case .deadEnd, .done: []
    }
  }

  /// Requests that find out what the examples of each question suggest without a task.
  mutating func calibrationAsks() -> [Ask] {
    var asks: [Ask] = []
    for stage in [Stage.classification, .inputNeed] {
      guard context.method(question(stage)) == .likelihood else { continue }
      if stage == .classification, !context.hasLabels { continue }
      for text in prompt(stage).contentFree {
        for yes in [true, false] {
          var purpose = Ask.Purpose()
          purpose.calibrates = stage
          purpose.yes = yes
          asks.append(scoring(stage, text, yes: yes, purpose, as: .calibration))
        }
      }
    }
    return asks
  }

  func question(_ stage: Stage) -> GrowConfiguration.Question {
    stage == .classification ? configuration.classification : configuration.inputNeed
  }

  func prompt(_ stage: Stage) -> QuestionPrompt {
    stage == .classification ? context.prompts.classification : context.prompts.inputNeed
  }

  private func shots(_ stage: Stage) -> [(task: InstructionTask, answer: Bool)] {
    stage == .classification ? examples.classification : examples.inputNeed
  }

  private func questionText(_ stage: Stage, about task: String) -> String {
    prompt(stage).text(
      about: task, examples: shots(stage).map { ($0.task.instruction, $0.answer) })
  }

  private mutating func questionAsks(_ stage: Stage, about item: CorpusState.Item) -> [Ask] {
    if context.method(question(stage)) == .likelihood {
      return [true, false].map { yes in
        var purpose = Ask.Purpose(item: item.id)
        purpose.yes = yes
        return scoring(stage, item.instruction, yes: yes, purpose, as: stage)
      }
    }
    let key = key(stage)
    let settings = question(stage)
    var request = generation(
      context.prompt(questionText(stage, about: item.instruction)), key, settings.sampling,
      settings.maxNewTokens)
    request.stopStrings = prompt(stage).stopStrings
    return [
      Ask(
        key, .generate(request), Ask.Purpose(item: item.id), shown: shots(stage).map(\.task.id))
    ]
  }

  private mutating func scoring(
    _ stage: Stage, _ text: String, yes: Bool, _ purpose: Ask.Purpose, as asked: Stage
  ) -> Ask {
    let request = ScoringRequest(
      context: context.prompt(questionText(stage, about: text)),
      continuation: prompt(stage).continuation(yes))
    return Ask(key(asked), .score(request), purpose, shown: shots(stage).map(\.task.id))
  }

  private mutating func labelsAsk(_ item: CorpusState.Item) -> Ask {
    let key = key(.labels)
    let shots = examples.labels.filter { $0.labels.count > 1 }
    let text = context.prompts.labels.text(
      for: item.instruction, examples: shots.map { ($0.task.instruction, $0.labels) })
    var request = generation(
      context.prompt(text), key, configuration.labels.sampling, configuration.labels.maxNewTokens)
    request.stopStrings = context.prompts.labels.stopStrings
    return Ask(
      key, .generate(request), Ask.Purpose(item: item.id), shown: shots.map(\.task.id))
  }

  private mutating func labelledInputAsks(_ item: CorpusState.Item, label: String) -> [Ask] {
    let shots = examples.labelledInputs
    let text = context.prompts.labelledInput.text(
      for: item.instruction, label: label,
      examples: shots.map { ($0.task.instruction, $0.instance.output, $0.instance.input) })
    return (0..<configuration.labels.samples).map { _ in
      let key = key(.labelledInput)
      var request = generation(
        context.prompt(text), key, configuration.labels.inputSampling,
        configuration.labels.maxInputTokens)
      request.stopStrings = context.prompts.labelledInput.stopStrings
      var purpose = Ask.Purpose(item: item.id)
      purpose.label = label
      purpose.shownTexts = shots.map(\.instance.input)
      return Ask(key, .generate(request), purpose, shown: shots.map(\.task.id))
    }
  }

  /// The likelihood of every label after every input, and after an input that says nothing.
  private mutating func likelihoodAsks(
    _ item: CorpusState.Item, _ pairs: [(input: String, label: String)], _ labels: [String]
  ) -> [Ask] {
    let empty = context.prompts.answer.contentFree
    let inputs = pairs.map { ($0.input, $0.label, false) } + [(empty, "", true)]
    return inputs.flatMap { input, _, isContentFree in
      labels.map { label in
        var purpose = Ask.Purpose(item: item.id)
        purpose.input = input
        purpose.label = label
        purpose.isContentFree = isContentFree
        let prompt = context.prompts.answer.prompt(
          instruction: item.instruction, input: input, form: context.answerForm)
        let continuation = context.answerForm == .chat ? label : " " + label
        return Ask(
          key(.label), .score(ScoringRequest(context: prompt, continuation: continuation)), purpose)
      }
    }
  }

  private mutating func inputAsks(_ item: CorpusState.Item) -> [Ask] {
    let settings = configuration.inputs
    let asksUser = settings.method == .userTurn && context.capabilities.continuesAnyTurn
    let shots = asksUser ? [] : examples.inputs
    let prompt =
      asksUser
      ? context.prompts.input.userTurn(for: item.instruction)
      : context.prompt(
        context.prompts.input.text(
          for: item.instruction, examples: shots.map { ($0.instruction, $0.firstInput) }))
    return (0..<settings.samples).map { _ in
      let key = key(.input)
      var request = generation(prompt, key, settings.sampling, settings.maxNewTokens)
      request.stopStrings = asksUser ? [] : context.prompts.input.stopStrings
      var purpose = Ask.Purpose(item: item.id)
      purpose.shownTexts = shots.map(\.firstInput)
      return Ask(key, .generate(request), purpose, shown: shots.map(\.id))
    }
  }

  private mutating func answerAsks(_ item: CorpusState.Item, input: String) -> [Ask] {
    let settings = configuration.answers
    let prompt = context.prompts.answer.prompt(
      instruction: item.instruction, input: input, form: context.answerForm)
    return (0..<settings.samples).map { _ in
      let key = key(.answer)
      var request = generation(prompt, key, settings.sampling, settings.maxNewTokens)
      request.stopStrings = context.prompts.answer.stopStrings(hasInput: !input.isEmpty)
      var purpose = Ask.Purpose(item: item.id)
      purpose.input = input
      return Ask(key, .generate(request), purpose)
    }
  }

  /// Inputs and outputs in one completion, the original's way.
  private mutating func instancesAsk(
    _ item: CorpusState.Item, _ isClassification: Bool
  ) -> Ask {
    let key = key(.instances)
    let settings = configuration.instances
    let shots = isClassification ? examples.outputFirst : examples.inputFirst
    let (outputFirst, inputFirst) = (context.prompts.outputFirst, context.prompts.inputFirst)
    let text =
      isClassification
      ? outputFirst.text(for: item.instruction, examples: shots.map(\.worked))
      : inputFirst.text(for: item.instruction, examples: shots.map(\.worked))
    var request = generation(context.prompt(text), key, settings.sampling, settings.maxNewTokens)
    request.stopStrings = isClassification ? outputFirst.stopStrings : inputFirst.stopStrings
    var purpose = Ask.Purpose(item: item.id)
    purpose.kind = isClassification ? .label : .open
    return Ask(key, .generate(request), purpose, shown: shots.map(\.id))
  }
}
