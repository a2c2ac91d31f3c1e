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
    case .answers(let inputs): inputs.flatMap { answerAsks(item, input: $0) }
    case .judgement(let instances): instances.compactMap { judgeAsk(item, $0) }
    case .instances(let isClassification): [instancesAsk(item, isClassification)]
    case .deadEnd, .done: []
    }
  }

  /// Requests that find out what the examples of each question suggest without a task.
  mutating func calibrationAsks() -> [Ask] {
    var asks: [Ask] = []
    for stage in [Stage.classification, .inputNeed]
    where context.method(configuration.question(stage)) == .likelihood {
      if stage == .classification, !context.hasLabels { continue }
      for text in context.prompts.question(stage).contentFree {
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

  private func shots(_ stage: Stage) -> [(task: InstructionTask, answer: Bool)] {
    stage == .classification ? examples.classification : examples.inputNeed
  }

  private func questionText(_ stage: Stage, about task: String) -> String {
    context.prompts.question(stage).text(
      about: task, examples: shots(stage).map { ($0.task.instruction, $0.answer) })
  }

  private mutating func questionAsks(_ stage: Stage, about item: CorpusState.Item) -> [Ask] {
    if context.method(configuration.question(stage)) == .likelihood {
      return [true, false].map { yes in
        var purpose = Ask.Purpose(item: item.id)
        purpose.yes = yes
        return scoring(stage, item.instruction, yes: yes, purpose, as: stage)
      }
    }
    let key = key(stage)
    let settings = configuration.question(stage)
    var request = generation(
      context.prompt(questionText(stage, about: item.instruction)), key, settings.sampling,
      settings.maxNewTokens)
    request.stopStrings = context.prompts.question(stage).stopStrings
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
      continuation: context.prompts.question(stage).continuation(yes))
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
    let prompt = context.prompts.labelledInput
    let text = prompt.text(for: item.instruction, label: label, examples: shots)
    let settings = configuration.labels
    var prompts = Array(repeating: context.prompt(text), count: settings.samples)
    if context.capabilities.continuesAnyTurn {
      let request = prompt.request(for: item.instruction, label: label)
      prompts += Array(repeating: request, count: settings.requestedSamples)
    }
    return prompts.enumerated().map { index, prompt in
      let key = key(.labelledInput)
      var request = generation(prompt, key, settings.inputSampling, settings.maxInputTokens)
      request.stopStrings = context.prompts.labelledInput.stopStrings
      var purpose = Ask.Purpose(item: item.id)
      purpose.label = label
      let isShown = index < settings.samples
      purpose.shownTexts = isShown ? shots.flatMap { $0.instances.map(\.input) } : []
      return Ask(key, .generate(request), purpose, shown: isShown ? shots.map(\.id) : [])
    }
  }

  /// The likelihood of every label after every input, and after an input that says nothing.
  private mutating func likelihoodAsks(
    _ item: CorpusState.Item, _ pairs: [(input: String, label: String)], _ labels: [String]
  ) -> [Ask] {
    var inputs: [(text: String, isContentFree: Bool)] = []
    for pair in pairs where !inputs.contains(where: { $0.text == pair.input }) {
      inputs.append((pair.input, false))
    }
    inputs += context.prompts.answer.contentFree.map { ($0, true) }
    return inputs.flatMap { input, isContentFree in
      labels.flatMap { label in
        var purpose = Ask.Purpose(item: item.id)
        purpose.input = input
        purpose.label = label
        purpose.isContentFree = isContentFree
        var asks = [labelAsk(item, purpose)]
        if context.capabilities.continuesAnyTurn, !isContentFree {
          asks.append(inputGivenLabelAsk(item, purpose))
        }
        return asks
      }
    }
  }

  /// The likelihood of a label after an input.
  private mutating func labelAsk(_ item: CorpusState.Item, _ purpose: Ask.Purpose) -> Ask {
    let prompt = context.prompts.answer.prompt(
      instruction: item.instruction, input: purpose.input, form: context.models.author.answerForm)
    let continuation =
      context.models.author.answerForm == .chat ? purpose.label : " " + purpose.label
    return Ask(
      key(.label), .score(ScoringRequest(context: prompt, continuation: continuation)), purpose)
  }

  /// The likelihood of an input where the model was asked for one that fits a label.
  private mutating func inputGivenLabelAsk(
    _ item: CorpusState.Item, _ purpose: Ask.Purpose
  ) -> Ask {
    var purpose = purpose
    purpose.scoresInput = true
    let prompt = context.prompts.labelledInput.request(
      for: item.instruction, label: purpose.label)
    let request = ScoringRequest(context: prompt, continuation: " " + purpose.input + "\n")
    return Ask(key(.label), .score(request), purpose)
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
      instruction: item.instruction, input: input, form: context.models[.answer].answerForm)
    // Where every instance is kept, several answers to one input would be in each other's way.
    let isOne = answersOnly && configuration.rules.choice.method == .all
    return (0..<(isOne ? 1 : settings.samples)).map { _ in
      let key = key(.answer)
      var request = generation(prompt, key, settings.sampling, settings.maxNewTokens)
      request.stopStrings = context.prompts.answer.stopStrings(hasInput: !input.isEmpty)
      var purpose = Ask.Purpose(item: item.id)
      purpose.input = input
      return Ask(key, .generate(request), purpose)
    }
  }

  /// What a judge thinks of an instance.
  private mutating func judgeAsk(
    _ item: CorpusState.Item, _ found: InstanceDecision.Found
  ) -> Ask? {
    guard let instance = found.instance else { return nil }
    let (prompts, settings) = (context.prompts.judge, configuration.judging)
    let form = context.models[.judge].answerForm
    let key = key(.judge)
    var request = generation(
      prompts.prompt(
        instruction: item.instruction, input: instance.input, output: instance.output, form: form),
      key, settings.sampling, settings.maxNewTokens)
    request.stopStrings = prompts.stopStrings(form)
    var purpose = Ask.Purpose(item: item.id)
    purpose.instance = found.row.id
    return Ask(key, .generate(request), purpose)
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
