import Filtering
import LanguageModels
import Prompts

extension GrowConfiguration {
  /// Everything that is wrong with the values, each as `key: is; should be`; empty if all is well.
  package func validate() -> [String] {
    var check = Check()
    check.atLeast(1, tasks, "tasks")
    check.atLeast(1, waves.requests, "waves.requests")
    check.within(1...2, waves.inFlight, "waves.inFlight")
    check.atLeast(1, waves.emptyWaves, "waves.emptyWaves")
    validateInstructions(&check)
    validateStages(&check)
    validateRules(&check)
    check.atLeast(1, evaluation.fields.count, "evaluation.fields")
    check.atLeast(2, evaluation.ngram, "evaluation.ngram")
    return check.problems
  }

  private func validateInstructions(_ check: inout Check) {
    let stage = instructions
    check.share(stage.inputShare, "instructions.inputShare")
    check.share(stage.labelShare, "instructions.labelShare")
    check.share(stage.inputShare + stage.labelShare, "instructions.inputShare + labelShare")
    for kind in InstructionKind.allCases {
      check.share(stage.seedOpeners(for: kind), "instructions.seedOpeners of '\(kind.rawValue)'")
      check.share(
        stage.seedOpeners(for: kind) + stage.acceptedOpeners,
        "instructions.seedOpeners of '\(kind.rawValue)' + acceptedOpeners")
    }
    check.share(stage.acceptedOpeners, "instructions.acceptedOpeners")
    check.atLeast(
      1, stage.openerLengthsWithInput.min() ?? 0, "instructions.openerLengthsWithInput")
    check.share(stage.topicShare, "instructions.topicShare")
    check.atLeast(1, stage.openerLengths.min() ?? 0, "instructions.openerLengths")
    check.atLeast(0, stage.earlierTasks, "instructions.earlierTasks")
    check.atLeast(1, stage.shownTasks, "instructions.shownTasks")
    check.within(0...max(0, stage.shownTasks), stage.shownAccepted, "instructions.shownAccepted")
    check.sampling(stage.sampling, stage.maxNewTokens, "instructions")
    check.sampling(stage.labelSampling, stage.maxNewTokens, "instructions.labelSampling")
    check.atLeast(1, stage.maxNewTokensWithInput, "instructions.maxNewTokensWithInput")
    check.atLeast(1, stage.maxNewTokensWithLabels, "instructions.maxNewTokensWithLabels")
  }

  private func validateStages(_ check: inout Check) {
    for (question, name) in [(classification, "classification"), (inputNeed, "inputNeed")] {
      check.atLeast(0, question.yesExamples, "\(name).yesExamples")
      check.atLeast(0, question.noExamples, "\(name).noExamples")
      check.finite(question.threshold, "\(name).threshold")
      check.sampling(question.sampling, question.maxNewTokens, name)
    }
    check.atLeast(0, labels.examples, "labels.examples")
    check.atLeast(1, labels.maximum, "labels.maximum")
    check.atLeast(0, labels.inputExamples, "labels.inputExamples")
    check.atLeast(1, labels.samples, "labels.samples")
    check.atLeast(0, labels.requestedSamples, "labels.requestedSamples")
    check.atLeast(1, labels.maxInputTokens, "labels.maxInputTokens")
    check.sampling(labels.sampling, labels.maxNewTokens, "labels")
    check.sampling(labels.inputSampling, labels.maxNewTokens, "labels.inputSampling")
    check.atLeast(0, inputs.examples, "inputs.examples")
    check.atLeast(1, inputs.samples, "inputs.samples")
    check.sampling(inputs.sampling, inputs.maxNewTokens, "inputs")
    check.atLeast(1, answers.samples, "answers.samples")
    check.sampling(answers.sampling, answers.maxNewTokens, "answers")
    check.atLeast(0, instances.inputFirstExamples, "instances.inputFirstExamples")
    check.atLeast(0, instances.outputFirstExamples, "instances.outputFirstExamples")
    check.atLeast(1, instances.maxNewTokensWithLabels, "instances.maxNewTokensWithLabels")
    check.atLeast(1, instances.batch, "instances.batch")
    check.sampling(instances.sampling, instances.maxNewTokens, "instances")
    check.sampling(judging.sampling, judging.maxNewTokens, "judging")
  }

  private func validateRules(_ check: inout Check) {
    let bounds = [
      (rules.length, "length"), (rules.outputLength, "outputLength"),
      (rules.answerLength, "answerLength"), (rules.inputLength, "inputLength"),
    ]
    for (rule, name) in bounds {
      check.atLeast(0, rule.minimum, "rules.\(name).minimum")
      check.atLeast(rule.minimum, rule.maximum, "rules.\(name).maximum")
    }
    check.share(rules.novelty.maximum, "rules.novelty.maximum")
    check.share(rules.novelty.maximumWithLabels, "rules.novelty.maximumWithLabels")
    check.within(
      EvaluationOverlap.lowestRecorded...1, rules.contamination.maximum,
      "rules.contamination.maximum")
    check.share(rules.contamination.maximumCoverage, "rules.contamination.maximumCoverage")
    check.share(rules.likelihood.keep, "rules.likelihood.keep")
    check.share(rules.echo.maximum, "rules.echo.maximum")
    check.share(rules.copiedInput.maximum, "rules.copiedInput.maximum")
    check.share(rules.copiedPrompt.maximum, "rules.copiedPrompt.maximum")
    check.share(rules.repetition.minimumDistinct, "rules.repetition.minimumDistinct")
    check.atLeast(1, rules.repetition.maximumRuns, "rules.repetition.maximumRuns")
    check.atLeast(0, rules.unfinished.words, "rules.unfinished.words")
    check.finite(rules.language.minimumEvidence, "rules.language.minimumEvidence")
    check.share(rules.language.minimumShare, "rules.language.minimumShare")
    check.share(rules.doubt.keep, "rules.doubt.keep")
    check.finite(rules.doubt.minimum, "rules.doubt.minimum")
    check.finite(rules.doubt.minimumWithInput, "rules.doubt.minimumWithInput")
    check.share(rules.likelihood.keepWithInput, "rules.likelihood.keepWithInput")
    check.share(rules.likelihood.keepWithLabels, "rules.likelihood.keepWithLabels")
    check.finite(rules.likelihood.relevance, "rules.likelihood.relevance")
    check.share(rules.label.minimum, "rules.label.minimum")
    check.within(JudgePrompt.scores, rules.judge.minimum, "rules.judge.minimum")
    check.atLeast(1, rules.opening.words, "rules.opening.words")
    check.atLeast(1, rules.opening.maximum, "rules.opening.maximum")
    check.atLeast(1, rules.sentences.maximum, "rules.sentences.maximum")
    check.atLeast(0, rules.labelInput.minimumCharacters, "rules.labelInput.minimumCharacters")
    check.atLeast(0, rules.repetition.maximumRepeats, "rules.repetition.maximumRepeats")
    check.atLeast(1, rules.repetition.maximumLines, "rules.repetition.maximumLines")
    check.atLeast(1, rules.labels.minimum, "rules.labels.minimum")
    check.atLeast(1, rules.choice.maximum, "rules.choice.maximum")
  }
}

/// Collects what is wrong with numbers.
private struct Check {
  var problems: [String] = []

  mutating func atLeast(_ minimum: Int, _ value: Int, _ name: String) {
    if value < minimum { problems.append("\(name): is \(value); expected at least \(minimum)") }
  }

  mutating func within<Number>(_ range: ClosedRange<Number>, _ value: Number, _ name: String) {
    if range.contains(value) { return }
    problems.append(
      "\(name): is \(value); expected \(range.lowerBound) to \(range.upperBound)")
  }

  mutating func share(_ value: Double, _ name: String) {
    // Sums of shares that people write, such as 0.7 + 0.3, may pass 1 by a rounding.
    if value >= 0, value <= 1 + 1e-9 { return }
    problems.append("\(name): is \(value); expected 0 to 1")
  }

  mutating func finite(_ value: Double, _ name: String) {
    if !value.isFinite { problems.append("\(name): is \(value); expected a finite number") }
  }

  mutating func sampling(_ sampling: SamplingParameters, _ maxNewTokens: Int, _ name: String) {
    atLeast(1, maxNewTokens, "\(name).maxNewTokens")
    if !(sampling.temperature >= 0 && sampling.temperature.isFinite) {
      problems.append("\(name).temperature: is \(sampling.temperature); expected 0 or more")
    }
    atLeast(0, sampling.topK, "\(name).topK")
    share(sampling.topP, "\(name).topP")
    share(sampling.minP, "\(name).minP")
    if !(sampling.repetitionPenalty > 0 && sampling.repetitionPenalty.isFinite) {
      problems.append(
        "\(name).repetitionPenalty: is \(sampling.repetitionPenalty); expected more than 0")
    }
    finite(sampling.presencePenalty, "\(name).presencePenalty")
    finite(sampling.frequencyPenalty, "\(name).frequencyPenalty")
  }
}
