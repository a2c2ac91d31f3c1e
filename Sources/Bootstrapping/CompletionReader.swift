import Filtering
import LanguageModels
import Prompts

/// What completions say, by what they were asked for.
///
/// It looks at nothing but the completion and the request, so that an answer of any age reads the
/// same.
struct CompletionReader {
  let prompts: PromptSet
  let configuration: GrowConfiguration
  /// Whether the tasks' author went on with a user's turn, or was asked for a task.
  let continuesTurn: Bool

  /// What a completion of the instruction stage proposes.
  func instructions(
    in text: String, _ finish: FinishReason, _ purpose: Ask.Purpose
  ) -> [Parse.Instruction] {
    if configuration.instructions.method == .list {
      return prompts.instructionList.items(of: text, finish).compactMap {
        let text =
          configuration.instructions.lowercases ? $0.collapsed.capitalizedOnce : $0.collapsed
        return text.isEmpty ? nil : Parse.Instruction(text)
      }
    }
    let turn = prompts.opener.turn(
      opener: purpose.opener, completion: text, continuesTurn: continuesTurn)
    switch purpose.kind {
    case .open: return [Parse.Instruction(turn)]
    case .input:
      let (instruction, input) = prompts.opener.split(turn: turn)
      return [Parse.Instruction(instruction, input: input)]
    case .label:
      let labels = prompts.labels.labels(namedIn: turn, noun: purpose.noun)
      let instruction = turn.last == ":" ? turn.dropLast() + "." : turn
      return [Parse.Instruction(instruction, labels: labels.isEmpty ? nil : labels)]
    }
  }

  /// A yes or no in words.
  func answer(to stage: Stage, in text: String) -> Parse.Answer {
    let isStrict = configuration.question(stage).method == .text
    return Parse.Answer(prompts.question(stage).isYes(text, strictly: isStrict))
  }

  func labels(in text: String, _ finish: FinishReason) -> Parse.Labels {
    Parse.Labels(prompts.labels.labels(of: text, finish))
  }

  func input(in text: String) -> Parse.Input {
    Parse.Input(prompts.input.input(of: text))
  }

  func input(in text: String, for label: String) -> Parse.Input {
    Parse.Input(prompts.labelledInput.input(of: text), label: label)
  }

  /// The answer to a task, which may be about an input.
  func answer(in text: String, to input: String) -> Parse.Instance {
    Parse.Instance(input: input, output: String(text.trimmed))
  }

  /// What a judge says of an instance.
  func score(in text: String, of instance: String) -> Parse.Score {
    Parse.Score(instance: instance, score: prompts.judge.score(in: text))
  }

  /// Inputs and outputs in one completion.
  func instances(
    in text: String, _ finish: FinishReason, _ kind: InstructionKind
  ) -> [Parse.Instance] {
    let found =
      kind == .label
      ? prompts.outputFirst.instances(of: text, finish)
      : prompts.inputFirst.instances(of: text, finish)
    return found.map { Parse.Instance(input: $0.input, output: $0.output) }
  }
}

extension GrowConfiguration {
  /// How a question about tasks is asked.
  func question(_ stage: Stage) -> Question {
    stage == .classification ? classification : inputNeed
  }
}

extension PromptSet {
  /// In which words a question about tasks is asked.
  func question(_ stage: Stage) -> QuestionPrompt {
    stage == .classification ? classification : inputNeed
  }
}

extension String {
  /// The first character in upper case, all others in lower case, as Python's `capitalize`.
  fileprivate var capitalizedOnce: String {
    prefix(1).uppercased() + dropFirst().lowercased()
  }
}
